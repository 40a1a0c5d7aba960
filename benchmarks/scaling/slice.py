"""One worker's slice of a country, in process: its shards without Kafka, at the peak, at midnight, at a month's turn.

    cd build/compiled && PYTHONPATH=../.. ../../.venv/bin/python -m benchmarks.scaling.slice
        [--positions 390000] [--shards 4] [--events-a-day 1.28] [--rate 231] [--watched 1.0]

Positions are copies of some that lived through fifteen months (`country.py`), taken over as from a changelog.
Then the wall clock is told: events at `--rate` a second, checkpoints at the default interval; the next midnight; the
midnight after it, which begins a month. CPU is that of the shards alone: Kafka's clients are not there.
"""

import argparse
import copy
import datetime as dt
import random
import resource
import sys
import time
from collections.abc import Sequence

import msgspec
import psutil  # type: ignore[import-untyped]  # psutil has no annotations, and no stubs among our dependencies

from benchmarks.machine import machine
from benchmarks.scaling.country import NOW, Event, Stored, catalogue, keys, lived, today
from benchmarks.scaling.in_process import Waiting, Wall, Written, chunks, open_shards, take_over
from schemas.channels import INPUTS, position_key
from streams.memory import spare_the_collector
from streams.settings import Settings
from streams.shard import Shard
from supply.book import Book
from supply.catalogue import Catalogue
from supply.clock import ShardClock
from supply.rules import Rules

LIVED = 500
"""Positions that are lived through; the others are copies."""
AS_EVER = frozenset({"as_of", "version"})
DATES = frozenset({"projected_stockout_on", "projected_stockout_on_without_due"})
CHECKPOINT_MS = round(Settings().checkpoint_seconds * 1000)
MIDNIGHTS = (dt.datetime(2026, 3, 31, 6, 0, 1, tzinfo=dt.UTC), dt.datetime(2026, 4, 1, 6, 0, 1, tzinfo=dt.UTC))
"""A second past midnight in Mexico City: of a day, and of a month."""


def resident_bytes() -> int:
    """What this process holds of the machine's memory."""
    return int(psutil.Process().memory_info().rss)


def serve(shards: Sequence[Shard], wall: Wall, rate: float, seconds: float, places: Sequence[tuple[str, str]]) -> None:
    """Events at a rate, checkpoints at the default interval; prints what an event cost and wrote."""
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
        f"service: {number:,} events at {rate:g}/s, {checkpoints:,} checkpoints: {used / number * 1e6:.0f} us of CPU "
        f"an event, {used / seconds:.1%} of a core; {written}"
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


def midnight(name: str, shards: Sequence[Shard], wall: Wall, at: dt.datetime, waiting: Waiting) -> None:
    """Let a midnight come: what its evaluations and the checkpoint after them cost and write."""
    waiting.longest = 0.0
    wall.ms = round(at.timestamp() * 1000)
    looked = saved = longest = 0.0
    largest, most, written = 0, 0, Written()
    # As in service: the tick of the clock looks at all shards, and then each is saved.
    for shard in shards:
        began = time.process_time()
        shard.advance(INPUTS, wall.ms)
        step = time.process_time() - began
        looked, longest, most = looked + step, max(longest, step), max(most, shard.pending)
    for shard in shards:
        before = sum(written.bytes.values())
        began = time.process_time()
        snapshot = shard.snapshot(shard.judged_at(INPUTS, wall.ms))
        step = time.process_time() - began
        saved, longest = saved + step, max(longest, step)
        shard.committed = snapshot.offsets
        written.add(snapshot)
        largest = max(largest, sum(written.bytes.values()) - before)
    positions = sum(len(shard.book) for shard in shards)
    print(
        f"{name}: {looked:.1f} s of CPU to look at {positions:,} positions ({looked / positions * 1e6:.0f} us each), "
        f"{saved:.1f} s to publish {written.records['positions']:,} of them "
        f"({saved / max(1, written.records['positions']) * 1e6:.0f} us each); the longest step without a pause "
        f"{longest:.1f} s of CPU (another thread waited {waiting.longest:.2f} s for its turn), "
        f"the largest transaction {largest / 2**20:,.0f} MiB of {most:,} positions; {written}",
        flush=True,
    )


def unchanged(known: Catalogue, rules: Rules, stored: Sequence[Stored]) -> str:
    """What of the records of a midnight, published without any event since the last ones, differs from those."""
    before = {_key(each.view): msgspec.json.decode(each.view) for each in stored}
    book, clock = Book(known, rules), ShardClock(INPUTS, rules.lateness_ms)
    for each in stored:
        book.load(_key(each.view), each.state)
    clock.restore(dict.fromkeys(INPUTS, round(NOW.timestamp() * 1000)))
    at_ms = round(MIDNIGHTS[0].timestamp() * 1000)
    book.advance(clock.limit(INPUTS, at_ms))
    published = book.publish(at_ms).positions
    same = dates = 0
    for key, view in published:
        now, then = msgspec.json.decode(view), before[key]
        differs = {name for name in now if now[name] != then[name]} - AS_EVER
        same += not differs
        dates += bool(differs) and differs <= DATES
    return (
        f"midnight without an event since: of {len(stored)} positions {len(published)} published, "
        f"{same} of them as before, {dates} with no more than the day of the stock-out moved"
    )


def _key(view: bytes) -> bytes:
    told = msgspec.json.decode(view)
    return position_key(told["facility"], told["item"]).encode()


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
    plain = (sys.modules[Book.__module__].__file__ or "").endswith(".py")
    print(f"{machine()}; rules {'in plain Python' if plain else 'compiled'}")
    began = time.process_time()
    stored = lived(known, rules, LIVED, chosen.events_a_day)
    state = sum(len(each.state) for each in stored) / len(stored)
    view = sum(len(each.view) for each in stored) / len(stored)
    print(
        f"lived through: {len(stored)} positions of {chosen.events_a_day:g} events a day in "
        f"{time.process_time() - began:.0f} s; state {state:,.0f} B, published {view:,.0f} B",
        flush=True,
    )
    print(unchanged(known, rules, stored))
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
    print(
        f"memory: {before / 2**20:,.0f} MiB before, {resident_bytes() / 2**20:,.0f} at the end, "
        f"{most / 2**20:,.0f} at most"
    )


if __name__ == "__main__":
    main()
