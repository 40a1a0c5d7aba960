"""The checkpoint: one Kafka transaction that makes everything since the last one true, or nothing of it."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import IllegalOperation, InvalidProducerEpoch, KafkaError, ProducerFenced
from aiokafka.structs import OffsetAndMetadata

from schemas.channels import ALERTS, DEAD_LETTERS, POSITIONS
from streams.clients import shard_producer
from streams.faults import CheckpointFailed, Fenced
from streams.metrics import WorkerMetrics
from streams.ports import Record
from streams.settings import Settings
from streams.shard import Shard, Snapshot

log = logging.getLogger(__name__)

CLOSE_SECONDS = 3.0
"""How long a producer may take to say good-bye. Nothing depends on it: the next owner's claim ends what is open."""


class OwnedShard:
    """A shard and the transactional producer that proves whose it is.

    Once `lost` is set, memory may be ahead of what the broker holds, or behind another owner: neither the shard nor
    its producer is used again.
    """

    def __init__(self, shard: Shard, settings: Settings, metrics: WorkerMetrics) -> None:
        self.shard = shard
        self.lost: str | None = None
        self.saved_at = time.monotonic()
        self._settings = settings
        self._metrics = metrics
        self._producer: AIOKafkaProducer | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def saving(self) -> bool:
        """Whether a checkpoint is under way."""
        return self._one_at_a_time.locked()

    async def claim(self) -> None:
        """Become the owner: the broker fences whoever owned the shard before and ends their open transaction."""
        self._producer = shard_producer(self._settings, self.shard.partition)
        limit = self._settings.checkpoint_limit_seconds
        try:
            async with asyncio.timeout(limit):
                await self._producer.start()
        except (TimeoutError, KafkaError) as unanswered:
            raise CheckpointFailed(
                f"shard {self.shard.partition}: its transactional id was not granted within {limit:g} s: {unanswered!r}"
            ) from unanswered

    async def checkpoint(self, now_ms: int | None, *, proof: bool = False) -> None:
        """Save what changed; with `proof` write even if nothing did: only the owner can.

        Raises `Fenced` when another owner has taken over, `CheckpointFailed` when the outcome is unknown; the shard
        is lost after both.
        """
        async with self._one_at_a_time:
            if self.lost is not None:
                raise Fenced(self.lost)
            if not (proof or self.shard.unsaved):
                return
            began = time.monotonic()
            # 1. Everything is encoded before the first await, so chunks that come in between are for the next one.
            snapshot = self.shard.snapshot(now_ms)
            written = await self._save(snapshot)
            self.shard.committed = snapshot.offsets
            self.saved_at = time.monotonic()
            self._metrics.checkpoint_seconds.observe(self.saved_at - began)
            for topic, count in written.items():
                self._metrics.checkpoint_records.labels(topic).inc(count)

    async def _save(self, snapshot: Snapshot) -> dict[str, int]:
        number, limit = self.shard.partition, self._settings.checkpoint_limit_seconds
        try:
            async with asyncio.timeout(limit):
                return await self._transaction(snapshot)
        except (ProducerFenced, InvalidProducerEpoch) as fenced:
            self.lost = f"shard {number} was taken over by another owner"
            self._metrics.fenced.inc()
            raise Fenced(self.lost) from fenced
        except TimeoutError as overdue:
            self.lost = (
                f"checkpoint of shard {number} not confirmed within {limit:g} s: brokers unreachable or overloaded"
            )
            raise CheckpointFailed(self.lost) from overdue
        except BaseException as failed:
            self.lost = f"checkpoint of shard {number} failed: {failed!r}"
            if isinstance(failed, (KafkaError, IllegalOperation)):
                raise CheckpointFailed(self.lost) from failed
            raise

    async def _transaction(self, snapshot: Snapshot) -> dict[str, int]:
        producer, number = self._producer, self.shard.partition
        if producer is None:
            raise CheckpointFailed(f"shard {number} was never claimed")
        # 2. The transaction is open only from here to the commit: if it timed out, that would look like fencing.
        await producer.begin_transaction()
        # 3. All records, in batches of our own making: one future a batch, not one a record.
        written: dict[str, int] = defaultdict(int)
        confirmed: list[asyncio.Future[object]] = []
        try:
            for topic, partition, records in _addressed(snapshot, self.shard.changelog, number):
                written[topic] += len(records)
                await _send(producer, topic, partition, records, confirmed)
        except IllegalOperation:
            # The producer learns in the background that it was fenced, and then refuses the next batch as being
            # outside a transaction. The batches before it were told the reason; if they know of none, it is our misuse.
            await asyncio.gather(*confirmed)
            raise
        # 4. Every batch is awaited: aiokafka commits over a failed one, and the transaction would be torn.
        await asyncio.gather(*confirmed)
        # 5. The input offsets belong to the same transaction as what was made of the records before them.
        await producer.send_offsets_to_transaction(
            {
                TopicPartition(topic, number): OffsetAndMetadata(offset, "")
                for topic, offset in snapshot.offsets.items()
            },
            self._settings.group,
        )
        # 6. Now it is true for every reader at once.
        await producer.commit_transaction()
        return written

    async def close(self) -> None:
        """Let go of the producer; the shard is not used again."""
        self.lost = self.lost or f"shard {self.shard.partition} was given up"
        if self._producer is None:
            return
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._producer.stop()
        except (TimeoutError, KafkaError) as unanswered:
            log.warning("shard %d: its producer did not close: %r", self.shard.partition, unanswered)


def _addressed(snapshot: Snapshot, changelog: str, partition: int) -> Iterator[tuple[str, int, Sequence[Record]]]:
    """Topic, partition and records of everything in a snapshot."""
    for topic, records in (
        (changelog, snapshot.changelog),
        (POSITIONS, snapshot.positions),
        (ALERTS, snapshot.alerts),
        (DEAD_LETTERS, snapshot.letters),
    ):
        if records:
            yield topic, partition, records
    forwards: dict[tuple[str, int], list[Record]] = defaultdict(list)
    for forward in snapshot.forwards:
        forwards[forward.topic, forward.partition].append(forward.record)
    for (topic, target), sent_on in forwards.items():
        yield topic, target, sent_on


async def _send(
    producer: AIOKafkaProducer,
    topic: str,
    partition: int,
    records: Sequence[Record],
    confirmed: list[asyncio.Future[object]],
) -> None:
    """Queue records as batches below the brokers' limit, and add for each a future, done when it is confirmed."""
    now_ms = time.time_ns() // 1_000_000
    rest = iter(records)
    record = next(rest, None)
    while record is not None:
        batch = producer.create_batch()
        # An empty batch takes any record, however large; a full one takes none and is sent.
        while record is not None and batch.append(timestamp=now_ms, key=record[0], value=record[1]) is not None:
            record = next(rest, None)
        confirmed.append(await producer.send_batch(batch, topic, partition=partition))
        # Building a batch of 900 kB takes some milliseconds; chunks and heartbeats get their turn in between.
        await asyncio.sleep(0)
