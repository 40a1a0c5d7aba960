"""A worker's shards in process, without Kafka: opened, given the state they take over, handed chunks, and watched."""

import datetime as dt
import threading
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from benchmarks.scaling.country import NOW, READY_MS, Event, Stored, keys
from schemas.channels import INPUTS
from streams.ports import Headers, Record
from streams.records import Chunk
from streams.shard import Shard, Snapshot
from streams.stage import POSITIONS_STAGE
from supply.book import Book
from supply.catalogue import Catalogue
from supply.clock import ShardClock
from supply.intake import Intake
from supply.rules import Rules

PARTITIONS = 512
"""Of the country: how many shards hear how far one of them is."""
TURN_SECONDS = 0.02


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


class Waiting:
    """A thread that wants its turn every few milliseconds, as the one with the heartbeats to the broker does. `longest`
    is the most CPU that the others used before it got one: compiled rules may keep the interpreter to themselves."""

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
            ("changelog", snapshot.changelog[1:]),
            ("input positions", snapshot.changelog[:1]),
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
