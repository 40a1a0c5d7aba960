"""Colours, the same wherever a status or severity is shown. Words say it too: colour is never the only sign."""

from rich.text import Text

from abasto.read.words import Words
from schemas.alerts import Severity
from schemas.positions import Status

SEVERITY: dict[Severity, str] = {"critical": "bold white on red", "high": "bold red", "medium": "yellow", "low": "cyan"}

STATUS: dict[Status, str] = {
    "out": "bold white on red",
    "critical": "bold red",
    "low": "yellow",
    "adequate": "green",
    "surplus": "cyan",
    "no_consumption": "dim",
    "unknown": "magenta",
}


def severity(words: Words, value: Severity) -> Text:
    """The severity as a coloured word."""
    return Text(f" {words(value)} " if value == "critical" else words(value), style=SEVERITY[value])


def status(words: Words, value: Status) -> Text:
    """The status as a coloured word."""
    word = words(f"status.{value}")
    return Text(f" {word} " if value == "out" else word, style=STATUS[value])


def two_lines(first: str, second: str, style: str = "") -> Text:
    """What matters, and under it in grey what tells it from others of the name."""
    text = Text(first, style=style)
    if second:
        text.append(f"\n{second}", style="dim")
    return text
