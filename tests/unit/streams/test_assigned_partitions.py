"""Partitions that a worker must not take: a position would be split, or has moved."""

import asyncio

import pytest

from schemas.channels import CONSUMPTION, INPUTS, INVENTORY
from streams.assignment import CATCH_UP_SECONDS, Assignment
from streams.checkpoint import OwnedShard, Turn
from streams.faults import NotCopartitioned
from streams.metrics import WorkerMetrics
from streams.records import Chunk
from streams.settings import Settings
from streams.shard import Shard
from supply.clock import ShardClock
from tests.fakes.counting import CountingBook, PlainIntake
from tests.fakes.records import chunk_of

SETTINGS = Settings(partitions=2)


def never(number: int) -> Shard:
    raise AssertionError(f"shard {number} was opened")


def assignment() -> Assignment:
    return Assignment(SETTINGS, never, WorkerMetrics(), wall_ms=lambda: None)


async def test_a_partition_of_some_inputs_only_is_refused() -> None:
    with pytest.raises(NotCopartitioned, match=rf"partition 1 was assigned of .* but not of .*{CONSUMPTION}"):
        await assignment().assign([*((topic, 0) for topic in INPUTS), (INVENTORY, 1)])


async def test_a_partition_beyond_those_the_worker_started_with_is_refused() -> None:
    with pytest.raises(NotCopartitioned, match=r"partition 2 was assigned, but this worker knows of 2.*topics check"):
        await assignment().assign([(topic, number) for topic in INPUTS for number in range(3)])


def owning(shard: Shard) -> Assignment:
    owner = assignment()
    owner._owned[0] = OwnedShard(shard, SETTINGS, WorkerMetrics(), Turn())
    owner._parked = False
    return owner


def shard_of_one() -> Shard:
    return Shard(0, INPUTS, 1, intake=PlainIntake(), book=CountingBook, clock=ShardClock(INPUTS, 0), wall_ms=lambda: 0)


def with_a_chunk_to_count() -> tuple[Assignment, CountingBook, Chunk]:
    """A worker that owns a shard, the book of that, and the next chunk for it."""
    shard = shard_of_one()
    owner = owning(shard)
    assert isinstance(shard.book, CountingBook)
    chunk = chunk_of(0)
    chunk.reading, _ = owner.begin_reading()
    return owner, shard.book, chunk


async def test_a_chunk_waits_for_the_evaluations_that_were_due_before_it() -> None:
    owner, book, chunk = with_a_chunk_to_count()
    await asyncio.wait_for(owner.catch_up(chunk), 1)
    book.behind = True
    waits = asyncio.create_task(owner.catch_up(chunk))
    await asyncio.sleep(3 * CATCH_UP_SECONDS)
    assert not waits.done()
    book.behind = False
    await asyncio.wait_for(waits, 1)


async def test_a_chunk_that_will_be_dropped_waits_for_nothing() -> None:
    owner, book, chunk = with_a_chunk_to_count()
    book.behind = True
    waits = asyncio.create_task(owner.catch_up(chunk))
    owner.begin_reading()
    await asyncio.wait_for(waits, 1)


def test_chunks_of_an_earlier_reading_are_dropped() -> None:
    """They were under way when the consumer was told to read on from elsewhere: what is in them comes once more."""
    shard = shard_of_one()
    owner = owning(shard)
    earlier, _ = owner.begin_reading()
    reading, offsets = owner.begin_reading()
    assert offsets[CONSUMPTION, 0] == 0
    under_way, again = chunk_of(0, 1), chunk_of(0)
    under_way.reading, again.reading = earlier, reading
    owner.take(under_way)
    assert shard.positions[CONSUMPTION] == 0
    owner.take(again)
    assert shard.positions[CONSUMPTION] == 1
