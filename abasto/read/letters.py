"""`abasto dead-letters`: what could not count, and sending it again."""

import datetime as dt
from pathlib import Path

import msgspec
import typer
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from abasto.read.lists import print_table
from abasto.read.session import read_model, settings_for
from abasto.read.words import Lang, Words
from abasto.terminal import Failure, print_json, progress
from schemas.dead_letters import Fault
from store import queries
from store.outgoing import StillBad
from store.queries import DeadLetterDetail, DeadLetterPage
from store.queries.dead_letters import State
from store.resend import LATENESS_WINDOW, Resent, ResentAll, SentBefore, resend, resend_all
from store.sender import NotSent, Unconfirmed

BYTES_SHOWN = 4_000
"""Of a record at a terminal; `--json` has all of it."""

KEPT_SHOWN = 20
"""Of the letters that were not sent again; `--json` has all of them."""

MINUTE, SECOND = "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"
"""In UTC and in one form for both languages, as in the logs they are compared with."""


def list_letters(
    database: str | None,
    *,
    state: State | None,
    fault: Fault | None,
    topic: str | None,
    limit: int,
    lang: Lang,
    as_json: bool,
) -> None:
    """Prints dead letters, newest first."""
    with read_model(settings_for(database)) as engine, engine.connect() as connection:
        page = queries.dead_letters(connection, state=state, fault=fault, topic=topic, limit=limit)
    if as_json:
        print_json(page)
    else:
        print_table(_table(page, Words(lang)))


def show_letter(database: str | None, number: str, *, lang: Lang, as_json: bool) -> None:
    """Prints a dead letter with the record as it was."""
    with read_model(settings_for(database)) as engine, engine.connect() as connection:
        detail = queries.dead_letter(connection, number)
    if as_json:
        print_json(detail)
    else:
        print_table(_page(detail, Words(lang)))


def resend_letter(
    database: str | None,
    number: str,
    mended: Path | None,
    *,
    again: bool,
    broker: str | None,
    lang: Lang,
    as_json: bool,
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
        print_table(_sent(resent, Words(lang)))


def resend_letters(
    database: str | None, fault: Fault, topic: str | None, *, broker: str | None, lang: Lang, as_json: bool
) -> None:
    """Sends all open dead letters of a fault again as they were, and prints how many and which were left."""
    settings = settings_for(database, broker)
    with read_model(settings) as engine:
        with engine.connect() as connection:
            total = queries.dead_letters(connection, state="open", fault=fault, topic=topic, limit=1).total
        with progress("sending", total) as advance:
            try:
                result = resend_all(settings, engine, fault, topic, dt.datetime.now(dt.UTC), advance)
            except StillBad as wrong:
                raise Failure(str(wrong)) from wrong
            except (NotSent, Unconfirmed) as away:
                raise Failure(f"Not all were sent; the same command goes on:\n  {away}") from away
    if as_json:
        print_json(result)
    else:
        print_table(_sent_all(result, Words(lang)))
    if result.kept:
        raise typer.Exit(1)


def _table(page: DeadLetterPage, words: Words) -> RenderableType:
    if not page.total:
        return Text(words("no_letters"))
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False, header_style="bold", padding=(0, 1))
    for name in ("number", "refused", "field"):
        table.add_column(words(name), no_wrap=name != "field")
    table.add_column(words("why"), ratio=1)
    for line in page.dead_letters:
        why = Text(line.reason)
        why.append(f"\n{_fault(line.fault, words)}", style="dim")
        if line.resent_at is not None:
            why.append(f" · {words('sent_again_at', at=f'{line.resent_at:{MINUTE}}')}", style="green")
        if line.unconfirmed_at is not None:
            why.append(f" · {words('perhaps_sent_at', at=f'{line.unconfirmed_at:{MINUTE}}')}", style="yellow")
        table.add_row(line.number, f"{line.at:{MINUTE}}", line.field or "", why)
    counted = words("one_letter") if page.total == 1 else words("letters_counted", total=f"{page.total:,}")
    shown = len(page.dead_letters)
    more = words("shown", shown=shown, total=f"{page.total:,}") if shown < page.total else ""
    return Group(table, Text(f"{counted} {more}".rstrip(), style="dim"))


def _fault(fault: Fault, words: Words) -> str:
    """The fault in words, and what `--fault` calls it."""
    return f"{words(f'fault.{fault}')} ({fault})"


def _page(detail: DeadLetterDetail, words: Words) -> RenderableType:
    letter, line = detail.letter, detail.line
    facts = _facts()
    facts.add_row(words("number"), letter.number)
    facts.add_row(words("refused_at"), f"{letter.at:{SECOND}} UTC")
    facts.add_row(words("why"), f"{letter.reason} {_fault(letter.fault, words)}")
    if letter.field is not None:
        facts.add_row(words("field"), letter.field)
    if line.resent_at is not None:
        facts.add_row(words("sent_again"), f"{line.resent_at:{SECOND}} UTC")
    if line.unconfirmed_at is not None:
        facts.add_row(words("perhaps_sent"), words("not_confirmed", at=f"{line.unconfirmed_at:{SECOND}}"))
    facts.add_row(words("key"), _shown(letter.key, words))
    for name, value in letter.headers:
        facts.add_row(words("header"), f"{name}: {_shown(value, words)}")
    facts.add_row(words("record"), Text(_shown(letter.value, words)))
    return facts


def _sent(resent: Resent, words: Words) -> RenderableType:
    facts = _facts()
    facts.add_row(words("letter"), resent.number)
    facts.add_row(words("sent_again"), words("mended" if resent.mended else "as_it_was"))
    facts.add_row(words("lies_at"), f"{resent.topic}:{resent.partition}:{resent.offset}")
    if resent.sent_before is not None:
        counts = "counts_once" if resent.recognised else "counts_again"
        before = f"{resent.sent_before:{MINUTE}}"
        facts.add_row(words("sent_before"), words(counts, at=before, days=LATENESS_WINDOW.days))
    return facts


def _sent_all(result: ResentAll, words: Words) -> RenderableType:
    counted = words("one_sent_as_it_was") if result.sent == 1 else words("sent_as_they_were", sent=f"{result.sent:,}")
    lines: list[RenderableType] = [Text(counted)]
    if result.kept:
        facts = _facts()
        for letter in result.kept[:KEPT_SHOWN]:
            facts.add_row(letter.number, letter.reason)
        lines += [Text(words("kept", kept=f"{len(result.kept):,}")), facts]
    return Group(*lines)


def _facts() -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold", no_wrap=True)
    facts.add_column()
    return facts


def _shown(content: bytes | None, words: Words) -> str:
    """JSON indented, other text as it is, anything else escaped: nothing that could upset a terminal."""
    if content is None:
        return words("none")
    try:
        text = msgspec.json.format(content, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = content.decode("utf-8", "backslashreplace")
    safe = "".join(sign if sign.isprintable() or sign == "\n" else repr(sign)[1:-1] for sign in text[:BYTES_SHOWN])
    return safe if len(text) <= BYTES_SHOWN else f"{safe}… {words('bytes', size=f'{len(content):,}')}"
