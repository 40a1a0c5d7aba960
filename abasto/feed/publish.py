"""Publishing events: nothing is sent before every line was looked at."""

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack

import msgspec
import typer

from abasto.catalogue.topic import known
from abasto.feed.batches import Batches
from abasto.feed.files import LATENESS_WINDOW, EventFiles, Findings, OnBad
from abasto.feed.keys import PositionKeys
from abasto.feed.lines import BadLine
from abasto.feed.partitions import refuse_unequal
from abasto.feed.records import RECORD_BYTES, Record
from abasto.feed.standing import Standing
from abasto.kafka import producer_for, settings_for
from abasto.terminal import Failure, how_many, print_json, progress, say
from schemas.channels import CATALOGUE, INPUTS
from schemas.dead_letters import Fault
from streams.settings import Settings
from supply.catalogue import Catalogue

BAD_LINES_SHOWN = 20
UNKNOWN_CODES_SHOWN = 5

TURN = dt.timedelta(days=1)
"""Event time after which everything is sent, full batches or not. Batches of a quiet topic take weeks of event time to
fill: a worker that reads along would see those events far too late beside those of a busy topic."""

TURN_RECORDS = 10_000
"""Records after which the same is done. What was sent before the last turn but one is confirmed: so who goes on after
an interruption sends at most those of two turns again, in whatever order a file is."""

YIELD_EVERY_RECORDS = 1000
"""Records after which the producer's own task gets its turn to send."""

BURST_SECONDS = 0.05
"""With a rate, records go out in bursts of this length: short enough to look steady, long enough to be batches."""


class RefusedLine(msgspec.Struct, frozen=True):
    """A bad line in the report."""

    file: str
    line: int
    fault: Fault
    field: str | None
    reason: str


class Report(msgspec.Struct, frozen=True):
    """What came of a publication. `bad` lines were left out, or sent as they are when `bad_sent`."""

    sent: int
    topics: dict[str, int]
    bad: int
    bad_sent: bool
    seconds: float
    bad_lines: tuple[RefusedLine, ...]


def run(
    files: Sequence[str],
    *,
    broker: str | None,
    rate: float | None,
    on_bad: OnBad,
    as_json: bool,
    from_lines: Sequence[int] = (),
) -> None:
    """Look at all files, send them, and tell what was sent. `from_lines`: the line of each file to begin with."""
    settings = settings_for(broker)
    with ExitStack() as stack:
        source = EventFiles(files, stack, from_lines)
        keys = asyncio.run(known_keys(settings))
        with progress("looking at every line", source.size) as advance:
            findings = source.look(keys, advance)
        if from_lines and not findings.good + findings.bad:
            raise Failure("nothing was sent: there is no line where --from-line begins, nor after it")
        bad_lines = tuple(_refused(name, bad) for name, bad in findings.bad_lines)
        if findings.bad and on_bad == "refuse":
            if as_json:
                print_json(Report(0, {}, findings.bad, False, 0.0, bad_lines))
            raise Failure(f"nothing was sent: {_described(findings, bad_lines)}\n  --skip-bad leaves bad lines out")
        if findings.too_large and on_bad == "send":
            where = ", ".join(f"{name}, line {number}" for name, number in findings.too_large[:BAD_LINES_SHOWN])
            if as_json:
                print_json(Report(0, {}, findings.bad, False, 0.0, bad_lines))
            raise Failure(
                f"nothing was sent: {where}: more than {RECORD_BYTES:,} bytes, which no record may have, so it cannot "
                "be sent as it is. Take it out of the file, or leave all bad lines out with --skip-bad"
            )
        if findings.bad:
            say(f"{'sent as they are' if on_bad == 'send' else 'left out'}: {_described(findings, bad_lines)}")
        if findings.beyond_window:
            say(publish_once(f"{findings.beyond_window:,} of these events are"))
        if findings.unknown:
            say(_described_unknown(findings))
        started = time.monotonic()
        standing = Standing()
        of_all = findings.good + (findings.bad if on_bad == "send" else 0)
        try:
            with progress("publishing", source.size) as advance:
                topics = asyncio.run(send(source.to_send(keys, on_bad, advance), settings, rate, standing))
        except Failure as failure:
            if not standing.begun:
                raise
            raise Failure(f"{failure}\n{how_to_go_on(standing, source, of_all)}") from failure
        except KeyboardInterrupt:
            if standing.begun:
                say(how_to_go_on(standing, source, of_all))
            raise
        seconds = time.monotonic() - started
    report = Report(sum(topics.values()), topics, findings.bad, on_bad == "send", round(seconds, 3), bad_lines)
    if as_json:
        print_json(report)
    else:
        typer.echo(_told(report))


async def known_keys(settings: Settings) -> PositionKeys:
    """The keys of positions by the service's catalogue. An empty one is no obstacle, but worth saying.

    Raises:
        Failure: no broker, no topics, or inputs of unequal partitions.
    """
    async with producer_for(settings, [*INPUTS, CATALOGUE]) as (_, partitions):
        refuse_unequal(partitions, settings)
        entries = (await known(settings, partitions[CATALOGUE])).entries
    if not entries:
        say(
            "The service's catalogue is empty: aliases cannot be resolved, and events of facilities and items that it "
            "does not know end among the dead letters. `abasto catalogue load` makes them known"
        )
    return PositionKeys(Catalogue(entries.values()))


def how_to_go_on(standing: Standing, source: EventFiles, of_all: int) -> str:
    """What a publication that ended early has done, and how to do the rest."""
    verb = "is" if standing.confirmed == 1 else "are"
    told = f"  {standing.confirmed:,} of {how_many(of_all, 'record')} {verb} confirmed"
    if standing.confirmed == of_all:
        return f"{told}: nothing is left to send"
    begun = standing.go_on_from()
    lines = [begun.get(file, first) for file, first in enumerate(source.from_lines)]
    where = ", ".join(f"line {line} of {name}" for name, line in zip(source.names, lines, strict=True))
    options = " ".join(f"--from-line {line}" for line in lines)
    told += (
        f", among them all before {where}; {standing.in_doubt:,} more may have arrived or not\n"
        f"  To go on, give the same command with {options}"
    )
    if not standing.sent_again:
        return told
    return (
        f"{told}: it sends {how_many(standing.sent_again, 'record')} again that may have arrived or are confirmed\n"
        f"  {publish_once('events among them may be')}"
    )


def publish_once(which_are: str) -> str:
    """The warning of events that nobody would know again."""
    return (
        f"Publish history once: {which_are} older than {LATENESS_WINDOW.days} days, and if they were published before "
        "they cannot be recognised and count again"
    )


async def send(
    records: Iterable[Record], settings: Settings, rate: float | None = None, standing: Standing | None = None
) -> dict[str, int]:
    """Send records to the input topics and wait until all are confirmed; how many went to each topic.

    `standing` tells what was confirmed also when this fails or is interrupted.

    Raises:
        Failure: no broker, no topics, inputs of unequal partitions, or a record was refused.
    """
    async with producer_for(settings, INPUTS) as (producer, partitions):
        # Once more: minutes may lie between the look at the lines and this.
        refuse_unequal(partitions, settings)
        batches = Batches(producer, partitions, standing)
        pause = Pace(rate) if rate else None
        turn_at, turned = None, 0
        for number, record in enumerate(records, start=1):
            later = record.at is not None and (turn_at is None or record.at >= turn_at)
            if later or number - turned >= TURN_RECORDS:
                await batches.turn()
                turned = number
            if record.at is not None and later:
                turn_at = record.at + TURN
            await batches.add(record)
            if pause and pause.due(number):
                await batches.flush()
                await asyncio.sleep(pause.seconds(number))
            elif number % YIELD_EVERY_RECORDS == 0:
                await asyncio.sleep(0)
        await batches.flush()
        return batches.sent


class Pace:
    """Spreads records over time: at most `rate` a second since the first."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = max(1, round(rate * BURST_SECONDS))
        self._clock = clock
        self._started = clock()

    def due(self, number: int) -> bool:
        """Whether it is time to rest after this many records."""
        return number % self._burst == 0

    def seconds(self, number: int) -> float:
        """How long to rest after this many records."""
        return max(0.0, number / self._rate - (self._clock() - self._started))


def _refused(name: str, bad: BadLine) -> RefusedLine:
    return RefusedLine(name, bad.number, bad.fault, bad.field, bad.reason)


def _described_unknown(findings: Findings) -> str:
    codes = findings.unknown_codes
    named = ", ".join(f"{code} ({count:,})" for code, count in codes.most_common(UNKNOWN_CODES_SHOWN))
    more = f" and {len(codes) - UNKNOWN_CODES_SHOWN:,} more" if len(codes) > UNKNOWN_CODES_SHOWN else ""
    verb = "names" if findings.unknown == 1 else "name"
    of_all = f"{findings.unknown:,} of {how_many(findings.good, 'event')}"
    return (
        f"{of_all} {verb} what the service's catalogue does not know, and will end among the dead letters: "
        f"{named}{more}. `abasto catalogue load` makes them known"
    )


def _described(findings: Findings, bad_lines: Sequence[RefusedLine]) -> str:
    verb = "is" if findings.bad == 1 else "are"
    lines = [f"{findings.bad:,} of {how_many(findings.good + findings.bad, 'line')} {verb} bad"]
    lines += [f"  {bad.file}, line {bad.line}: {bad.reason}" for bad in bad_lines[:BAD_LINES_SHOWN]]
    if findings.bad > BAD_LINES_SHOWN:
        lines.append(f"  and {findings.bad - BAD_LINES_SHOWN:,} more")
    return "\n".join(lines)


def _told(report: Report) -> str:
    rate = report.sent / report.seconds if report.seconds else 0
    lines = [f"{how_many(report.sent, 'record')} in {report.seconds:.1f} s ({rate:,.0f} a second)"]
    lines += [f"  {topic:<24} {count:>12,}" for topic, count in report.topics.items()]
    return "\n".join(lines)
