"""Replay without a broker: the fold and the evaluation of a worker, over files of events.

All events pass one book, its daily evaluations driven by the events, so the same events give the same positions and
the same daily alerts as a worker that counts them from Kafka.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import msgspec

from abasto.feed.lines import check_size, numbered_lines, partition_key_of
from abasto.proof.in_time import Line, LinesOfFile, in_time
from schemas.alerts import Alert
from schemas.channels import INPUTS, REKEYED, TOPIC_OF
from schemas.dead_letters import BadRecord, Fault
from schemas.rekeyed import Reached
from streams.memory import spare_the_collector
from supply.book import Book
from supply.catalogue import Catalogue
from supply.clock import Reach, ShardClock
from supply.intake import Intake
from supply.rules import Rules
from supply.wide.book import WideBook
from supply.wide.clock import WideClock
from supply.wide.intake import WideIntake

LINES_A_CHUNK = 2000
"""Between two looks at the clock. Positions do not depend on it, nor do alerts, but for figures in those of days that
something beyond the lateness window still changed: larger chunks see more of it before they look."""


class Refusal(msgspec.Struct, frozen=True):
    """A line that could not count: where it is, what is wrong with it, and the line itself."""

    file: str
    line: int
    fault: Fault
    field: str | None
    reason: str
    value: str


class Replayed(msgspec.Struct, kw_only=True):
    """What a replay read and made. `outcomes` counts events by what became of them, `after` those beyond the end."""

    lines: int = 0
    outcomes: dict[str, int] = {}
    refused: int = 0
    after: int = 0
    positions: int = 0
    alerts: int = 0
    until: str | None = None


class Replay:
    """One replay: `read` files, then `finish`, then take `positions` and `alerts`.

    Args:
        until_ms: events after it have not happened, and days are evaluated up to it; `None`: up to the newest event.
    """

    def __init__(self, catalogue: Catalogue, rules: Rules, until_ms: int | None) -> None:
        self.refusals: list[Refusal] = []
        self.outcomes: Counter[str] = Counter()
        self.lines = 0
        self.after = 0
        self.positions: list[bytes] = []
        self.alerts: list[bytes] = []
        self._until_ms = until_ms
        self._newest_ms = -1
        self._catalogue = catalogue
        self._rules = rules
        self._book = Book(catalogue, rules)
        self._intake = Intake(catalogue)
        self._clock = ShardClock(INPUTS, rules.lateness_ms)

    @property
    def end_ms(self) -> int | None:
        """The instant the replay ends at; `None` when there is nothing to end."""
        if self._until_ms is not None:
            return self._until_ms
        return self._newest_ms if self._newest_ms >= 0 else None

    def read(self, name: str, lines: Iterable[tuple[int, bytes]]) -> None:
        """Count the lines of a file; what cannot count becomes a refusal."""
        self.read_together([(name, lines)])

    def read_together(self, files: Sequence[LinesOfFile]) -> None:
        """Count the lines of files by the time of their events."""
        for chunk in _chunks(in_time(files)):
            self._count(chunk)
            self._book.advance(self._clock.limit((), None))

    def _count(self, chunk: list[Line]) -> None:
        now_ms = time.time_ns() // 1_000_000
        end_ms = self._until_ms
        for name, number, line in chunk:
            self.lines += 1
            try:
                check_size(line)
                key, event, at_ms = self._intake.admit(None, partition_key_of(line), line, (), now_ms)
                if end_ms is not None and at_ms > end_ms:
                    self.after += 1
                    continue
                outcome = self._book.take(key, event, at_ms)
            except BadRecord as bad:
                shown = line.decode(errors="replace")
                self.refusals.append(Refusal(name, number, bad.fault, bad.field, bad.reason, shown))
                continue
            self.outcomes[outcome.value] += 1
            self._newest_ms = max(self._newest_ms, at_ms)
            self._clock.seen(TOPIC_OF[event.__class__], at_ms)

    def finish(self, judged_until_ms: int | None = None) -> None:
        """Make the evaluations that are left, up to the end or an instant before it, and encode the result in an
        order of its own."""
        until_ms = self.end_ms if judged_until_ms is None else judged_until_ms
        if until_ms is not None:
            self._book.advance(Reach(until_ms, until_ms))
        publication = self._book.publish(None)
        self.positions = [value for _, value in sorted(publication.positions)]
        alerts = [*publication.alerts, *self._judge_wide(publication.rekeyed, until_ms)]
        self.alerts = sorted((value for _, value in alerts), key=_moment)

    def _judge_wide(self, notes: Iterable[tuple[bytes, bytes]], until_ms: int | None) -> list[tuple[bytes, bytes]]:
        """The alerts of whole facilities and items, from what the positions tell of them."""
        clock = WideClock(shards=1)
        book, intake = WideBook(self._catalogue, self._rules, clock), WideIntake()
        for key, value in notes:
            book.take(*intake.admit(REKEYED, key, value, (), 0))
        if until_ms is not None:
            clock.reached(Reached(shard=0, at_ms=until_ms))
            book.advance(clock.limit((REKEYED,), None))
        return book.publish(None).alerts

    def summary(self) -> Replayed:
        """What was read and made."""
        until = None
        if self.end_ms is not None:
            until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.end_ms / 1000))
        return Replayed(
            lines=self.lines,
            outcomes=dict(sorted(self.outcomes.items())),
            refused=len(self.refusals),
            after=self.after,
            positions=len(self.positions),
            alerts=len(self.alerts),
            until=until,
        )


def _chunks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    chunk: list[Line] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == LINES_A_CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


_decode_alert = msgspec.json.Decoder(Alert).decode


def _moment(encoded: bytes) -> tuple[object, ...]:
    alert = _decode_alert(encoded)
    return alert.at, alert.facility or "", alert.item or "", alert.condition, alert.sequence


def write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Write a JSONL file, whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        for line in lines:
            file.write(line + b"\n")
    partial.replace(path)


def _told(
    lines: Iterable[tuple[int, bytes]], file: BinaryIO, advance: Callable[[int], None]
) -> Iterator[tuple[int, bytes]]:
    """The lines, the bytes read told now and then."""
    told = 0
    for count, numbered in enumerate(lines):
        if count % LINES_A_CHUNK == 0:
            read = file.tell()
            advance(read - told)
            told = read
        yield numbered


def replay_files(
    files: list[Path],
    catalogue: Catalogue,
    rules: Rules,
    until_ms: int | None,
    out: Path,
    advance: Callable[[int], None],
) -> Replayed:
    """Replay files of events by their time and write `positions.jsonl`, `alerts.jsonl` and `refused.jsonl`."""
    spare_the_collector()
    replay = Replay(catalogue, rules, until_ms)
    with ExitStack() as stack:
        opened = [(str(path), stack.enter_context(path.open("rb"))) for path in files]
        replay.read_together([(name, _told(numbered_lines(file), file, advance)) for name, file in opened])
    replay.finish()
    out.mkdir(parents=True, exist_ok=True)
    write_lines(out / "positions.jsonl", replay.positions)
    write_lines(out / "alerts.jsonl", replay.alerts)
    write_lines(out / "refused.jsonl", (msgspec.json.encode(refusal) for refusal in replay.refusals))
    return replay.summary()
