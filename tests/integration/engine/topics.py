"""What a test of the engine says to Kafka and reads back from it."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
from aiokafka import AIOKafkaProducer, TopicPartition

from schemas.channels import ALERTS, CHANGELOG, CONSUMPTION, POSITIONS, position_key
from schemas.events import StockDispensed
from streams import input_positions
from streams.clients import admin, bulk_reader, connection
from streams.faults import WrongTopics
from streams.partitioning import partition_of
from streams.settings import Settings
from streams.topic_check import ensure_topics
from streams.topics import topic_plan
from tests.fakes.counting import Count
from tests.fakes.records import dispensed

KEYS = [(f"DFIMS{facility:06d}", f"010.000.{item:04d}.00") for facility in range(10) for item in range(5)]
GONE_WITHIN_SECONDS = 30.0
"""A broker deletes a topic in a moment, on a machine that does nothing else."""


async def fresh_topics(settings: Settings) -> None:
    """Make all topics anew, empty."""
    client = admin(settings)
    await client.start()
    try:
        names = {topic.name for topic in topic_plan(settings)}
        # A topic is deleted in the background. Until the broker's own metadata have heard of it, it seems to be there,
        # and nobody would make it again.
        await client.delete_topics(sorted(names.intersection(await client.list_topics())))
        deadline = time.monotonic() + GONE_WITHIN_SECONDS
        while names.intersection(await client.list_topics()):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
    finally:
        await client.close()
    deadline = time.monotonic() + GONE_WITHIN_SECONDS
    while True:
        try:
            await ensure_topics(settings, create=True)
            return
        except WrongTopics:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)


def load(number: int, *, first: int = 0) -> list[StockDispensed]:
    """So many events over fifty positions, with pieces that make each sum telling."""
    return [
        dispensed(n, facility=KEYS[n % 50][0], item=KEYS[n % 50][1], pieces=1 + n % 7)
        for n in range(first, first + number)
    ]


def expected_of(events: Iterable[StockDispensed]) -> dict[str, tuple[int, int]]:
    """Events and pieces of each key, counted the plain way."""
    counts: dict[str, tuple[int, int]] = {}
    for event in events:
        key = position_key(event.facility, event.item)
        number, pieces = counts.get(key, (0, 0))
        counts[key] = number + 1, pieces + int(event.quantity)
    return counts


async def publish(
    settings: Settings,
    events: Sequence[StockDispensed],
    *,
    per_second: float | None = None,
    compression: str | None = None,
) -> None:
    """Publish events as an upstream system does, each to its partition."""
    producer = AIOKafkaProducer(
        **connection(settings), enable_idempotence=True, linger_ms=2, compression_type=compression
    )
    await producer.start()
    try:
        began = time.monotonic()
        for number, event in enumerate(events):
            key = position_key(event.facility, event.item)
            await producer.send(
                CONSUMPTION,
                key=key.encode(),
                value=msgspec.json.encode(event),
                partition=partition_of(key, settings.partitions),
            )
            if per_second and number % 50 == 0:
                await asyncio.sleep(max(0.0, began + number / per_second - time.monotonic()))
    finally:
        await producer.stop()


async def read_topic(settings: Settings, topic: str) -> list[tuple[int, bytes, bytes]]:
    """Partition, key and value of every committed record of a topic."""
    plan = {planned.name: planned.partitions for planned in topic_plan(settings)}
    partitions = [TopicPartition(topic, number) for number in range(plan[topic])]
    reader = bulk_reader(settings)
    await reader.start()
    try:
        reader.assign(partitions)
        ends = await reader.end_offsets(partitions)
        records: list[tuple[int, bytes, bytes]] = []
        while any([await reader.position(partition) < ends[partition] for partition in partitions]):
            for partition, batch in (await reader.getmany(timeout_ms=100)).items():
                records += [(partition.partition, record.key or b"", record.value or b"") for record in batch]
        return records
    finally:
        await reader.stop()


async def published_counts(settings: Settings, topic: str = POSITIONS) -> dict[str, list[Count]]:
    """What the counting book published of each key, in order."""
    history: dict[str, list[Count]] = defaultdict(list)
    for _, key, value in await read_topic(settings, topic):
        if key != input_positions.KEY:
            history[key.decode()].append(msgspec.json.decode(value, type=Count))
    return history


async def wait_until_counted(settings: Settings, events: Sequence[StockDispensed], *, seconds: float = 60) -> None:
    """Wait until as many events are published as counted as were sent; then check that all is exact."""
    deadline = time.monotonic() + seconds
    while True:
        history = await published_counts(settings)
        counted = sum(counts[-1].events for counts in history.values())
        if counted >= len(events):
            break
        assert time.monotonic() < deadline, f"{counted} of {len(events)} events counted after {seconds} s"
        await asyncio.sleep(0.3)
    await check_exact(settings, events)


async def check_exact(settings: Settings, events: Sequence[StockDispensed]) -> None:
    """Positions are the plain sums; each version of a position was published once, as was its alert and its state."""
    expected = expected_of(events)
    for topic in (POSITIONS, ALERTS, CHANGELOG):
        history = await published_counts(settings, topic)
        latest = {key: (counts[-1].events, counts[-1].pieces) for key, counts in history.items()}
        assert latest == expected, topic
        for key, counts in history.items():
            versions = [count.version for count in counts]
            assert versions == list(range(1, len(versions) + 1)), f"{topic} {key}: {versions}"
