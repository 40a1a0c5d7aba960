"""Files of events, read twice: all lines are looked at first, then they are sent in their order."""

import datetime as dt
import heapq
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain, dropwhile
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from abasto.feed.keys import PositionKeys
from abasto.feed.lines import BadLine, numbered_lines, raw_record, records
from abasto.feed.records import Record
from abasto.terminal import Failure
from supply.rules import Rules

STANDARD_INPUT = "-"

BAD_LINES_KEPT = 1000
"""Bad lines described in a report; beyond that only their number is kept, a wrong file may be bad throughout."""

TABLES = (".csv", ".xlsx")
"""How the names of files end that `abasto convert` reads: rows, not events."""

PROGRESS_EVERY_LINES = 2000

LATENESS_WINDOW = dt.timedelta(days=Rules().lateness_days)
"""How long the service knows an event again by its source and id; no rules file changes it."""

Found = tuple[int, Record | BadLine]
"""Which of the files, and what one of its lines is."""

OnBad = Literal["refuse", "skip", "send"]
"""Bad lines: refuse the whole publication, leave them out, or send their bytes as they are."""


@dataclass
class Findings:
    """What a look at every line found."""

    good: int = 0
    beyond_window: int = 0
    """Good events older than the lateness window: too old to be told from ones published before."""
    unknown: int = 0
    """Good events of a facility or an item that the catalogue does not know: they will end among the dead letters."""
    unknown_codes: Counter[str] = field(default_factory=Counter)
    """Which, as `item 010.000.5433.00`, in how many events."""
    bad: int = 0
    bad_lines: list[tuple[str, BadLine]] = field(default_factory=list)
    """The first of them, without their bytes."""
    too_large: list[tuple[str, int]] = field(default_factory=list)
    """File and number of bad lines that cannot even be sent as they are."""


class EventFiles:
    """The files of one publication. Standard input is kept in a temporary file, as lines are read twice.

    Several files are sent as one, merged by the time of their events, each in its own order. They stay open until
    `stack` is closed. `from_lines` has for each file the line, from 1 on, with which it begins; what is before it
    is not even looked at.
    """

    def __init__(self, names: Iterable[str], stack: ExitStack, from_lines: Sequence[int] = ()) -> None:
        self.names = tuple(names)
        self.from_lines = tuple(from_lines) or (1,) * len(self.names)
        self._files = [_opened(name, stack) for name in self.names]
        self._now = dt.datetime.now(dt.UTC)
        self._window_from = self._now - LATENESS_WINDOW
        self.size = sum(_size(file) for file in self._files)

    def look(self, keys: PositionKeys, advance: Callable[[int], None]) -> Findings:
        """Validates every line; `advance` is told the bytes read."""
        findings = Findings()
        for file, found in chain.from_iterable(self._streams(keys, advance)):
            if isinstance(found, Record):
                findings.good += 1
                findings.beyond_window += found.at is not None and found.at < self._window_from
                codes = keys.unknown_in(found.key) if found.key is not None else ()
                findings.unknown += bool(codes)
                findings.unknown_codes.update(codes)
                continue
            name = self.names[file]
            findings.bad += 1
            if not found.sendable:
                findings.too_large.append((name, found.number))
            if len(findings.bad_lines) < BAD_LINES_KEPT:
                findings.bad_lines.append((name, msgspec.structs.replace(found, value=b"")))
        return findings

    def to_send(self, keys: PositionKeys, on_bad: OnBad, advance: Callable[[int], None]) -> Iterator[Record]:
        """The records in the order of their lines, and files in the order of their times.

        Raises:
            Failure: a line is bad and `on_bad` refuses it: the file changed since it was looked at.
        """
        streams = self._streams(keys, advance)
        merged = streams[0] if len(streams) == 1 else _merged(streams)
        for file, found in merged:
            if isinstance(found, Record):
                yield _of_file(found, file)
            elif on_bad == "send":
                yield _of_file(raw_record(found, keys), file)
            elif on_bad == "refuse":
                raise Failure(
                    f"{self.names[file]}, line {found.number}: {found.reason} (the file changed while it was published)"
                )

    def _streams(self, keys: PositionKeys, advance: Callable[[int], None]) -> list[Iterator[Found]]:
        return [self._read(number, keys, advance) for number in range(len(self._files))]

    def _read(self, number: int, keys: PositionKeys, advance: Callable[[int], None]) -> Iterator[Found]:
        file, first = self._files[number], self.from_lines[number]
        file.seek(0)
        read = 0
        lines = dropwhile(lambda each: each[0] < first, numbered_lines(file))
        for count, found in enumerate(records(lines, self._now, keys), start=1):
            yield number, found
            if count % PROGRESS_EVERY_LINES == 0:
                advance(file.tell() - read)
                read = file.tell()
        advance(file.tell() - read)


def _of_file(record: Record, file: int) -> Record:
    return msgspec.structs.replace(record, file=file) if file else record


def _merged(streams: Iterable[Iterator[Found]]) -> Iterator[Found]:
    """One stream of several: whatever the order inside a file, it is kept."""
    timed = [_with_newest_time(stream) for stream in streams]
    return (found for _, found in heapq.merge(*timed, key=lambda each: each[0]))


def _with_newest_time(stream: Iterator[Found]) -> Iterator[tuple[dt.datetime, Found]]:
    newest = dt.datetime.min.replace(tzinfo=dt.UTC)
    for found in stream:
        if isinstance(found[1], Record) and found[1].at is not None:
            newest = max(newest, found[1].at)
        yield newest, found


def _opened(name: str, stack: ExitStack) -> BinaryIO:
    if name == STANDARD_INPUT:
        kept = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
        shutil.copyfileobj(sys.stdin.buffer, kept)
        return kept
    if name.lower().endswith(TABLES):
        raise Failure(
            f"nothing was sent: {name} is a table, and publish takes events in JSON, one a line. "
            f"`abasto convert {name} --map MAP` makes events of its rows; publish the events.jsonl that it writes"
        )
    try:
        return stack.enter_context(Path(name).open("rb"))
    except OSError as fault:
        raise Failure(f"{name}: cannot be read ({fault.strerror})") from fault


def _size(file: BinaryIO) -> int:
    file.seek(0, 2)
    return file.tell()
