"""Records in large batches: many times faster than one `send` for each, and in order within a partition."""

import asyncio
from collections import deque
from collections.abc import Collection

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError

from abasto.feed.records import RECORD_BYTES, Record
from abasto.feed.standing import Batch, Standing
from abasto.kafka import Partitions
from streams.partitioning import murmur2

UNCONFIRMED_BATCHES = 32
"""Batches under way at most: 32 of 0.9 MB bound the memory, and are more than a broker takes at once."""

CONFIRMED_WITHIN_SECONDS = 60.0
"""A broker that restarts is back sooner. The client itself would wait for ever for one that was killed."""


class Batches:
    """Fills one batch for each partition and hands it to the producer when it is full.

    `standing` keeps account of what is confirmed, for the case that not everything will be.
    """

    def __init__(self, producer: AIOKafkaProducer, partitions: Partitions, standing: Standing | None = None) -> None:
        self._producer = producer
        self._partitions = partitions
        self._standing = standing or Standing()
        self._open: dict[tuple[str, int], Batch] = {}
        self._under_way: deque[asyncio.Future[object]] = deque()
        self._partition_of_key: dict[bytes, int] = {}
        self.sent: dict[str, int] = dict.fromkeys(partitions, 0)
        """Records handed over, by topic."""

    async def add(self, record: Record) -> None:
        """Put a record behind all earlier ones of its partition."""
        if record.value is not None and len(record.value) > RECORD_BYTES:
            raise MessageSizeTooLargeError(f"a record has {len(record.value):,} bytes; {RECORD_BYTES:,} are the limit")
        place = (record.topic, self._partition(record))
        batch = self._open.get(place)
        if batch is None:
            batch = self._open[place] = Batch(self._producer.create_batch())
        if batch.builder.append(timestamp=None, key=record.key, value=record.value) is None:
            await self._hand_over(place)
            batch = self._open[place] = Batch(self._producer.create_batch())
            batch.builder.append(timestamp=None, key=record.key, value=record.value)
        self._standing.take(record, batch)
        self.sent[record.topic] += 1

    async def turn(self) -> None:
        """Send what is there, and wait until what was sent before the last turn is confirmed."""
        earlier = list(self._under_way)
        for place in list(self._open):
            await self._hand_over(place)
        await _confirmed(earlier)

    async def flush(self) -> None:
        """Send what is there and wait until the brokers have confirmed all of it.

        Raises:
            KafkaError: a batch was not confirmed.
        """
        for place in list(self._open):
            await self._hand_over(place)
        await _confirmed(self._under_way)
        self._under_way.clear()

    async def _hand_over(self, place: tuple[str, int]) -> None:
        topic, partition = place
        while len(self._under_way) >= UNCONFIRMED_BATCHES:
            await _confirmed([self._under_way.popleft()])
        batch = self._open[place]
        future = await self._producer.send_batch(batch.builder, topic, partition=partition)
        self._standing.expect(batch, future)
        self._under_way.append(future)
        del self._open[place]

    def _partition(self, record: Record) -> int:
        if record.key is None:
            return 0
        hashed = self._partition_of_key.get(record.key)
        if hashed is None:
            hashed = self._partition_of_key[record.key] = murmur2(record.key) & 0x7FFFFFFF
        return hashed % self._partitions[record.topic]


async def _confirmed(futures: Collection[asyncio.Future[object]]) -> None:
    """Wait until all are confirmed. What is refused is raised, and that for too long none was."""
    waiting = set(futures)
    while waiting:
        # Not awaited themselves: whoever interrupts this would cancel them, and nobody would hear what became of them.
        told, waiting = await asyncio.wait(
            waiting, timeout=CONFIRMED_WITHIN_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if not told:
            raise KafkaTimeoutError(f"no record was confirmed within {CONFIRMED_WITHIN_SECONDS:.0f} s")
        for future in told:
            future.result()
