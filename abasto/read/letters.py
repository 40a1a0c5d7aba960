"""`abasto dead-letters`: what could not count, and sending it again."""

import datetime as dt
from pathlib import Path

import msgspec
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from abasto.read.lists import print_table
from abasto.read.session import read_model, settings_for
from abasto.terminal import Failure, print_json
from schemas.dead_letters import Fault
from store import queries
from store.queries import DeadLetterDetail, DeadLetterPage
from store.queries.dead_letters import State
from store.resend import LATENESS_WINDOW, NotSent, Resent, SentBefore, StillBad, Unconfirmed, resend

BYTES_SHOWN = 4_000
"""Of a record at a terminal; `--json` has all of it."""


def list_letters(
    database: str | None, *, state: State | None, fault: Fault | None, topic: str | None, limit: int, as_json: bool
) -> None:
    """Prints dead letters, newest first."""
    with read_model(settings_for(database)) as engine, engine.connect() as connection:
        page = queries.dead_letters(connection, state=state, fault=fault, topic=topic, limit=limit)
    if as_json:
        print_json(page)
    else:
        print_table(_table(page))


def show_letter(database: str | None, number: str, *, as_json: bool) -> None:
    """Prints a dead letter with the record as it was."""
    with read_model(settings_for(database)) as engine, engine.connect() as connection:
        detail = queries.dead_letter(connection, number)
    if as_json:
        print_json(detail)
    else:
        print_table(_page(detail))


def resend_letter(
    database: str | None, number: str, mended: Path | None, *, again: bool, broker: str | None, as_json: bool
) -> None:
    """Sends a dead letter again and prints where it lies now."""
    settings = settings_for(database, broker)
    content = None if mended is None else mended.read_bytes().rstrip(b"\r\n")
    with read_model(settings) as engine:
        try:
            resent = resend(settings, engine, number, content, dt.datetime.now(dt.UTC), again=again)
        except (StillBad, SentBefore, NotSent) as wrong:
            raise Failure(f"{number} was not sent:\n  {wrong}") from wrong
        except Unconfirmed as unsure:
            raise Failure(f"{number} may have been sent:\n  {unsure}") from unsure
    if as_json:
        print_json(resent)
    else:
        print_table(_sent(resent))


def _table(page: DeadLetterPage) -> RenderableType:
    if not page.total:
        return Text("No dead letters with these filters.")
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False, header_style="bold", padding=(0, 1))
    for name in ("Number", "Refused (UTC)", "Field"):
        table.add_column(name, no_wrap=name != "Field")
    table.add_column("Why", ratio=1)
    for line in page.dead_letters:
        why = Text(line.reason)
        why.append(f"\n{line.fault}", style="dim")
        if line.resent_at is not None:
            why.append(f" · sent again {line.resent_at:%Y-%m-%d %H:%M} UTC", style="green")
        if line.unconfirmed_at is not None:
            why.append(f" · perhaps sent {line.unconfirmed_at:%Y-%m-%d %H:%M} UTC, not confirmed", style="yellow")
        table.add_row(line.number, f"{line.at:%Y-%m-%d %H:%M}", line.field or "", why)
    more = f" Showing {len(page.dead_letters)}; more with --limit." if len(page.dead_letters) < page.total else ""
    counted = "1 dead letter." if page.total == 1 else f"{page.total:,} dead letters."
    return Group(table, Text(counted + more, style="dim"))


def _page(detail: DeadLetterDetail) -> RenderableType:
    letter, line = detail.letter, detail.line
    facts = _facts()
    facts.add_row("Number", letter.number)
    facts.add_row("Refused at", f"{letter.at:%Y-%m-%d %H:%M:%S} UTC")
    facts.add_row("Why", f"{letter.reason} ({letter.fault})")
    if letter.field is not None:
        facts.add_row("Field", letter.field)
    if line.resent_at is not None:
        facts.add_row("Sent again", f"{line.resent_at:%Y-%m-%d %H:%M:%S} UTC")
    if line.unconfirmed_at is not None:
        facts.add_row("Perhaps sent", f"{line.unconfirmed_at:%Y-%m-%d %H:%M:%S} UTC, not confirmed")
    facts.add_row("Key", _shown(letter.key))
    for name, value in letter.headers:
        facts.add_row("Header", f"{name}: {_shown(value)}")
    facts.add_row("Record", Text(_shown(letter.value)))
    return facts


def _sent(resent: Resent) -> RenderableType:
    facts = _facts()
    facts.add_row("Dead letter", resent.number)
    facts.add_row("Sent again", "mended" if resent.mended else "as it was")
    facts.add_row("Lies now at", f"{resent.topic}:{resent.partition}:{resent.offset}")
    if resent.sent_before is not None:
        before = f"{resent.sent_before:%Y-%m-%d %H:%M} UTC"
        days = LATENESS_WINDOW.days
        facts.add_row(
            "Sent before",
            f"{before}; not older than {days} days, the same event counts once"
            if resent.recognised
            else f"{before}; older than {days} days, the event is not recognised and counts again",
        )
    return facts


def _facts() -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold", no_wrap=True)
    facts.add_column()
    return facts


def _shown(content: bytes | None) -> str:
    """JSON indented, other text as it is, anything else escaped: nothing that could upset a terminal."""
    if content is None:
        return "(none)"
    try:
        text = msgspec.json.format(content, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = content.decode("utf-8", "backslashreplace")
    safe = "".join(sign if sign.isprintable() or sign == "\n" else repr(sign)[1:-1] for sign in text[:BYTES_SHOWN])
    return safe if len(text) <= BYTES_SHOWN else f"{safe}… ({len(content):,} bytes; all of it with --json)"
