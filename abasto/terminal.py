"""What every command shares: how it fails, and how it shows that it is at work."""

import io
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import typer
from typer.core import TyperGroup

SHOWN_AFTER_SECONDS = 2.0
"""Anything quicker needs no progress bar: it would only flicker."""


class Failure(Exception):
    """A command could not do its work. The text is for the person at the terminal: what, where, what to do."""


class FailingClearly(TyperGroup):
    """The root of the commands: a `Failure` ends the program with its sentence and status 1, not a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Failure as failure:
            typer.secho(f"abasto: {failure}", fg="red", err=True)
            raise typer.Exit(1) from failure
        except UnicodeDecodeError as unreadable:
            typer.secho(f"abasto: a file is not text in UTF-8: {unreadable}", fg="red", err=True)
            raise typer.Exit(1) from unreadable
        except OSError as refused:
            if isinstance(refused, BrokenPipeError) and _reader_has_left():
                raise  # as after `| head -1`: ends without a word and with status 1, as tables do
            where = f"{refused.filename}: " if refused.filename else ""
            typer.secho(f"abasto: {where}{refused.strerror or refused}", fg="red", err=True)
            raise typer.Exit(1) from refused


def _reader_has_left() -> bool:
    """Whether it is standard output that nobody reads any more, and not a pipe of our own."""
    try:
        output = sys.stdout.fileno()
    except io.UnsupportedOperation:  # a test reads it
        return False
    asked = select.poll()
    asked.register(output, select.POLLOUT)
    return any(event & select.POLLERR for _, event in asked.poll(0))


def how_many(count: int, one: str, more: str | None = None) -> str:
    """`1 record`, `2,500 records`; `more` where the plural is not made with an s."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def say(text: str) -> None:
    """Tells a person something; on standard error, so that results on standard output stay clean."""
    typer.echo(text, err=True)


def print_json(answer: Any) -> None:
    """The one form of every `--json`, on standard output: a line for a program, indented for a person who looks on."""
    encoded = msgspec.json.encode(answer)
    typer.echo((msgspec.json.format(encoded, indent=2) if sys.stdout.isatty() else encoded).decode())


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Gives a function that is told how much more is done; draws a bar on standard error once it takes long."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    task = bar.add_task(label, total=total)
    started = time.monotonic()

    def advance(amount: int) -> None:
        if not bar.live.is_started and time.monotonic() - started >= SHOWN_AFTER_SECONDS:
            bar.start()
        bar.advance(task, amount)

    try:
        yield advance
    finally:
        bar.stop()
