"""One worker's slice of a country, in process: its shards without Kafka, at the peak rate, at midnight, at a month's turn.

    cd build/compiled && PYTHONPATH=../.. ../../.venv/bin/python -m benchmarks.slice
        [--positions 390000] [--shards 4] [--events-a-day 1.28] [--rate 231] [--watched 1.0]

Positions are copies of some that lived through fifteen months (`benchmarks.country`), taken over as from a changelog.
Then the wall clock is told: events at `--rate` a second, a checkpoint of each shard every 0.3 s; the next midnight;
the midnight after it, which begins a month. CPU is that of the shards alone: Kafka's clients are not there.
"""

import argparse
import copy
import datetime as dt
import random
import resource
import threading
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import psutil  # type: ignore[import-untyped]  # psutil has no annotations, and no stubs among our dependencies

from benchmarks.country import NOW, READY_MS, Event, Stored, catalogue, keys, lived, today
from benchmarks.machine import machine
from schemas.channels import INPUTS
from streams.memory import spare_the_collector
from streams.ports import Headers, Record
from streams.records import Chunk
from streams.settings import Settings
from streams.shard import Shard, Snapshot
from streams.stage import POSITIONS_STAGE
from supply.book import Book
from supply.catalogue import Catalogue
from supply.clock import ShardClock
from supply.intake import Intake
from supply.rules import Rules

LIVED = 500
"""Positions that are lived through; the others are copies."""
PARTITIONS = 512
"""Of the country: how many shards hear how far one of them is."""
TURN_SECONDS = 0.02
CHECKPOINT_MS = round(Settings().checkpoint_seconds * 1000)
MIDNIGHTS = (dt.datetime(2026, 3, 31, 6, 0, 1, tzinfo=dt.UTC), dt.datetime(2026, 4, 1, 6, 0, 1, tzinfo=dt.UTC))
"""A second past midnight in Mexico City: of a day, and of a month."""


class Polled(NamedTuple):
    """A record as the consumer hands it over."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Wall:
    """The clock on the wall, as it is told."""

    def __init__(self, now: dt.datetime) -> None:
        self.ms = round(now.timestamp() * 1000) + READY_MS

    def __call__(self) -> int:
        return self.ms

    @property
    def now(self) -> dt.datetime:
        """The same as an instant."""
        return dt.datetime.fromtimestamp(self.ms / 1000, dt.UTC)


class Waiting:
    """A thread that wants its turn every few milliseconds, as the one with the heartbeats to the broker does. `longest` is
    the most CPU that the others used before it got one: compiled rules may keep the interpreter to themselves."""

    def __init__(self) -> None:
        self.longest = 0.0
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            began = time.process_time()
            time.sleep(TURN_SECONDS)
            self.longest = max(self.longest, time.process_time() - began)


class Written:
    """What checkpoints wrote: records and bytes, keys included, by where to."""

    def __init__(self) -> None:
        self.records: dict[str, int] = {}
        self.bytes: dict[str, int] = {}

    def add(self, snapshot: Snapshot) -> None:
        """Count one checkpoint."""
        told: dict[bytes, list[Record]] = {b"facility": [], b"item": [], b"shard": []}
        for forward in snapshot.forwards:
            told[forward.record[0].partition(b"|")[0]].append(forward.record)
        for name, listed in (
            ("changelog", snapshot.changelog[:-1]),
            ("input positions", snapshot.changelog[-1:]),
            ("positions", snapshot.positions),
            ("alerts", snapshot.alerts),
            ("dead letters", snapshot.letters),
            ("notes of facilities", told[b"facility"]),
            ("notes of items", told[b"item"]),
            ("reached", told[b"shard"]),
        ):
            self.records[name] = self.records.get(name, 0) + len(listed)
            self.bytes[name] = self.bytes.get(name, 0) + sum(len(key) + len(value) for key, value in listed)

    def __str__(self) -> str:
        return ", ".join(
            f"{name} {count:,} of {self.bytes[name] / count:,.0f} B" for name, count in self.records.items() if count
        )


def open_shards(known: Catalogue, rules: Rules, wall: Wall, count: int) -> list[Shard]:
    """Empty shards as `agents.shards` opens them, but for the wall clock."""
    intake = Intake(known)
    return [
        Shard(
            number,
            POSITIONS_STAGE.inputs,
            PARTITIONS,
            intake=intake,
            book=lambda owns: Book(known, rules, owns=owns),
            clock=ShardClock(POSITIONS_STAGE.inputs, rules.lateness_ms),
            wall_ms=wall,
            tells=True,
        )
        for number in range(count)
    ]


def take_over(shards: Sequence[Shard], positions: int, stored: Sequence[Stored]) -> None:
    """Load the slice as a recovery does."""
    newest_ms = round(NOW.timestamp() * 1000)
    for number, (facility, item) in enumerate(keys(positions)):
        # A copy in memory of its own, as from the broker.
        state = bytes(bytearray(stored[number % len(stored)].state))
        shards[number % len(shards)].book.load(f"{facility}|{item}".encode(), state)
    for shard in shards:
        shard.clock.restore(dict.fromkeys(INPUTS, newest_ms))
        shard.advance(INPUTS, newest_ms + READY_MS)
        shard.committed = dict(shard.positions)


def resident_bytes() -> int:
    """What this process holds of the machine's memory."""
    return int(psutil.Process().memory_info().rss)


def serve(shards: Sequence[Shard], wall: Wall, rate: float, seconds: float, places: Sequence[tuple[str, str]]) -> None:
    """Events at a rate, a checkpoint of each shard with any every 0.3 s; prints what an event cost and wrote."""
    chance = random.Random(2)
    number, used, checkpoints, written = 0, 0.0, 0, Written()
    until = wall.ms + seconds * 1000
    owed = 0.0
    while wall.ms < until:
        wall.ms += CHECKPOINT_MS
        owed += rate * CHECKPOINT_MS / 1000
        coming: dict[int, list[Event]] = {}
        while owed >= 1:
            owed -= 1
            number += 1
            place = chance.randrange(len(places))
            coming.setdefault(place % len(shards), []).append(today(*places[place], wall.now, number, chance))
        began = time.process_time()
        for shard_number, events in coming.items():
            shard = shards[shard_number]
            for chunk in chunks(shard, events):
                shard.take(chunk)
                shard.advance(INPUTS, wall.ms)
            snapshot = shard.snapshot(shard.judged_at(INPUTS, wall.ms))
            shard.committed = snapshot.offsets
            checkpoints += 1
            used += time.process_time() - began
            written.add(snapshot)
            began = time.process_time()
    print(
        f"service: {number:,} events at {rate:g}/s, {checkpoints:,} checkpoints: {used / number * 1e6:.0f} us of CPU an "
        f"event, {used / seconds:.1%} of a core; {written}"
    )


def backlog(shards: Sequence[Shard], wall: Wall, events: int, places: Sequence[tuple[str, str]]) -> None:
    """Events of the last minutes all at once, and one checkpoint; prints the same."""
    chance = random.Random(3)
    coming: dict[int, list[Event]] = {}
    for number in range(events):
        place = chance.randrange(len(places))
        coming.setdefault(place % len(shards), []).append(today(*places[place], wall.now, -number, chance))
    counted, saved, written = 0.0, 0.0, Written()
    for shard_number, listed in coming.items():
        shard = shards[shard_number]
        taken = list(chunks(shard, listed))
        began = time.process_time()
        for chunk in taken:
            shard.take(chunk)
        between = time.process_time()
        snapshot = shard.snapshot(None)
        saved += time.process_time() - between
        counted += between - began
        shard.committed = snapshot.offsets
        written.add(snapshot)
    print(
        f"backlog: {events:,} events: {counted / events * 1e6:.1f} us of CPU each to count, "
        f"{saved / max(1, written.records['changelog']) * 1e6:.0f} us a position to publish; {written}"
    )


def chunks(shard: Shard, events: Iterable[Event]) -> list[Chunk]:
    """The events as fetched from each input topic."""
    by_topic: dict[str, list[Polled]] = {}
    for event in events:
        listed = by_topic.setdefault(event.topic, [])
        offset = shard.positions[event.topic] + len(listed)
        listed.append(Polled(offset, 0, event.key, event.value))
    return [
        Chunk(topic, shard.partition, shard.positions[topic], shard.positions[topic] + len(listed), listed)
        for topic, listed in by_topic.items()
    ]


def midnight(name: str, shards: Sequence[Shard], wall: Wall, at: dt.datetime, waiting: Waiting) -> None:
    """Let a midnight come: what its evaluations and the checkpoint after them cost and write."""
    waiting.longest = 0.0
    wall.ms = round(at.timestamp() * 1000)
    looked = saved = longest = 0.0
    largest, most, written = 0, 0, Written()
    for shard in shards:
        before = sum(written.bytes.values())
        began = time.process_time()
        shard.advance(INPUTS, wall.ms)
        between = time.process_time()
        most = max(most, shard.pending)
        snapshot = shard.snapshot(shard.judged_at(INPUTS, wall.ms))
        ended = time.process_time()
        looked, saved = looked + between - began, saved + ended - between
        longest = max(longest, between - began, ended - between)
        written.add(snapshot)
        shard.committed = snapshot.offsets
        largest = max(largest, sum(written.bytes.values()) - before)
    positions = sum(len(shard.book) for shard in shards)
    print(
        f"{name}: {looked:.1f} s of CPU to look at {positions:,} positions ({looked / positions * 1e6:.0f} us each), "
        f"{saved:.1f} s to publish {written.records['positions']:,} of them "
        f"({saved / max(1, written.records['positions']) * 1e6:.0f} us each); the longest step without a pause "
        f"{longest:.1f} s of CPU (another thread waited {waiting.longest:.2f} s for its turn), the largest transaction {largest / 2**20:,.0f} MiB of {most:,} positions; {written}",
        flush=True,
    )


def tick_seconds(shards: Sequence[Shard]) -> float:
    """CPU of copying what a scrape shows of stock by item, as `streams.pacing` does for each shard every second."""
    began = time.process_time()
    for shard in shards:
        {item: copy.copy(stock) for item, stock in shard.book.stock_by_item().items()}
    return (time.process_time() - began) / len(shards)


def main() -> None:
    """Run once and print a line for each stage."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--positions", type=int, default=390_000)
    parser.add_argument("--shards", type=int, default=4)
    parser.add_argument("--events-a-day", type=float, default=1.28, help="of one position, over the last month")
    parser.add_argument("--rate", type=float, default=231.0, help="events a second of the whole slice")
    parser.add_argument("--seconds", type=float, default=60.0, help="of service, as the events tell the time")
    parser.add_argument("--watched", type=float, default=1.0, help="share of the items that make alerts")
    chosen = parser.parse_args()
    known, rules, wall = catalogue(chosen.watched), Rules(), Wall(NOW)
    compiled = not (__import__("supply.book").book.__file__ or "").endswith(".py")
    print(f"{machine()}; rules {'compiled' if compiled else 'in plain Python'}")
    began = time.process_time()
    stored = lived(known, rules, LIVED, chosen.events_a_day)
    state = sum(len(each.state) for each in stored) / len(stored)
    view = sum(len(each.view) for each in stored) / len(stored)
    print(
        f"lived through: {len(stored)} positions of {chosen.events_a_day:g} events a day in "
        f"{time.process_time() - began:.0f} s; state {state:,.0f} B, published {view:,.0f} B",
        flush=True,
    )
    shards = open_shards(known, rules, wall, chosen.shards)
    spare_the_collector()
    before = resident_bytes()
    began = time.process_time()
    take_over(shards, chosen.positions, stored)
    used, held = time.process_time() - began, resident_bytes() - before
    print(
        f"taken over: {chosen.positions:,} positions in {used:.1f} s of CPU ({used / chosen.positions * 1e6:.1f} us "
        f"each), {held / chosen.positions:,.0f} B of memory each",
        flush=True,
    )
    places, waiting = list(keys(chosen.positions)), Waiting()
    serve(shards, wall, chosen.rate, chosen.seconds, places)
    print(f"figures for a scrape: {tick_seconds(shards) * 1e3:.1f} ms of CPU a shard, every second")
    midnight("midnight", shards, wall, MIDNIGHTS[0], waiting)
    backlog(shards, wall, 50_000, places)
    midnight("month's turn", shards, wall, MIDNIGHTS[1], waiting)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"memory: {before / 2**20:,.0f} MiB before, {resident_bytes() / 2**20:,.0f} at the end, {most / 2**20:,.0f} at most")


if __name__ == "__main__":
    main()
