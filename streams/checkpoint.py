"""The checkpoint: one Kafka transaction that makes everything since the last one true, or nothing of it."""

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from typing import NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import IllegalOperation, InvalidProducerEpoch, KafkaError, ProducerFenced
from aiokafka.structs import OffsetAndMetadata

from schemas.channels import ALERTS, DEAD_LETTERS, POSITIONS
from streams.clients import shard_producer, transactional_id
from streams.decisions import Decision, last_decision
from streams.faults import CheckpointFailed, Fenced
from streams.loose_ends import end_everywhere
from streams.metrics import WorkerMetrics
from streams.ports import Record
from streams.settings import Settings
from streams.shard import Shard, Snapshot

log = logging.getLogger(__name__)

CLOSE_SECONDS = 3.0
"""How long a producer may take to say good-bye. Nothing depends on it: the next owner's claim ends what is open."""

END_SECONDS = 10.0
"""How long what was committed may stay hidden on partitions that brokers forgot to tell (`streams.loose_ends`)."""

END_PLACES = 32
"""Partitions told so often: each costs the broker a record, so a shard that writes to more tells them less often."""

LAST_SECONDS = 2.0
"""How long a claim that is called off goes on, for what it has begun to be done."""

END_LIMIT_SECONDS = 5.0
"""How long a shard at work waits until they are told. Checkpoints wait meanwhile, and what fails is tried again."""

JudgedAt = Callable[[], int | None]
"""The instant at which a snapshot judges its positions, asked when it is taken; `None`: by the day only."""


def daily_only() -> None:
    """Judge nothing beyond the daily evaluations that were made."""


_Written = Mapping[tuple[str, int], int]
"""How many records, by topic and partition."""


class _Addressed(NamedTuple):
    """Records of a snapshot for one partition of a topic."""

    topic: str
    partition: int
    records: Sequence[Record]


class Turn:
    """Whose snapshot is encoded and sent just now, among the shards of a worker's stage. Once brokers did not confirm
    one in time it is `overdue`, and nobody else waits for them as long again."""

    def __init__(self) -> None:
        self.taken = asyncio.Lock()
        self.overdue = False


class OwnedShard:
    """A shard and the transactional producer that proves whose it is.

    Once `lost` is set, memory may be ahead of what the broker holds, or behind another owner: neither the shard nor
    its producer is used again. `turn` is shared by all shards of a worker's stage. `snapshot_at` is when the last
    checkpoint looked at the shard, `saved_at` when it was committed.
    """

    def __init__(self, shard: Shard, settings: Settings, metrics: WorkerMetrics, turn: Turn) -> None:
        self.shard = shard
        self.lost: str | None = None
        self.snapshot_at = self.saved_at = time.monotonic()
        self._settings = settings
        self._metrics = metrics
        self._producer: AIOKafkaProducer | None = None
        self._written: set[tuple[str, int]] = set()
        self._ended_at = self.saved_at
        self._one_at_a_time = asyncio.Lock()
        self._turn = turn

    @property
    def saving(self) -> bool:
        """Whether a checkpoint is under way."""
        return self._one_at_a_time.locked()

    @property
    def telling_due(self) -> bool:
        """Whether it is time to make sure that every partition was told of the commits since the last time."""
        interval = END_SECONDS * max(1.0, len(self._written) / END_PLACES)
        return bool(self._written) and time.monotonic() - self._ended_at >= interval

    async def claim(self) -> None:
        """Become the owner: the broker fences whoever owned the shard before and ends their open transaction."""
        self._producer = shard_producer(self._settings, self.shard.partition)
        limit = self._settings.checkpoint_limit_seconds
        try:
            async with asyncio.timeout(limit):
                # Asked first: to a coordinator that has granted the id anew, nothing came before.
                decision = await last_decision(self._settings, transactional_id(self._settings, self.shard.partition))
                await _let_finish(self._granted(self._producer, decision))
        except ProducerFenced:
            log.info(
                "shard %d: taken over while it was claimed; its first checkpoint will say so", self.shard.partition
            )
        except (TimeoutError, KafkaError) as unanswered:
            raise CheckpointFailed(
                f"shard {self.shard.partition}: its transactional id was not granted within {limit:g} s: {unanswered!r}"
            ) from unanswered

    async def _granted(self, producer: AIOKafkaProducer, decision: Decision | None) -> None:
        await producer.start()
        if decision is not None:
            await end_everywhere(producer, self.shard.outputs(), self._settings.group, decision)

    async def checkpoint(self, judged_at: JudgedAt = daily_only, *, proof: bool = False) -> None:
        """Save what changed, judged at an instant; with `proof` write even if nothing did: only the owner can.

        Raises `Fenced` when another owner has taken over, `CheckpointFailed` when the outcome is unknown; the shard
        is lost after both.
        """
        async with self._one_at_a_time:
            if self.lost is not None:
                raise Fenced(self.lost)
            if proof or self.shard.unsaved:
                await self._checkpoint(judged_at)
            if self.telling_due:
                await self._end_everywhere()

    async def _checkpoint(self, judged_at: JudgedAt) -> None:
        began = time.monotonic()
        snapshot, written = await self._save(judged_at)
        self.shard.committed = snapshot.offsets
        self.saved_at = time.monotonic()
        self._metrics.checkpoint_seconds.observe(self.saved_at - began)
        for (topic, partition), count in written.items():
            self._metrics.checkpoint_records.labels(topic).inc(count)
            self._written.add((topic, partition))

    async def _end_everywhere(self) -> None:
        """Tell the partitions written to that their transactions have ended; what fails is tried again later."""
        if self._producer is None:
            return
        try:
            async with asyncio.timeout(END_LIMIT_SECONDS):
                await _let_finish(end_everywhere(self._producer, self._written, self._settings.group))
            self._written.clear()
        except (ProducerFenced, InvalidProducerEpoch) as fenced:
            raise self._taken_over() from fenced
        except (TimeoutError, KafkaError) as unanswered:
            log.warning("shard %d: not certain that all is visible: %r", self.shard.partition, unanswered)
        self._ended_at = time.monotonic()

    def _taken_over(self) -> Fenced:
        self.lost = f"shard {self.shard.partition} was taken over by another owner"
        self._metrics.fenced.inc()
        return Fenced(self.lost)

    async def _save(self, judged_at: JudgedAt) -> tuple[Snapshot, _Written]:
        number, limit = self.shard.partition, self._settings.checkpoint_limit_seconds
        try:
            async with asyncio.timeout(None) as patience:
                return await self._transaction(judged_at, patience)
        except (ProducerFenced, InvalidProducerEpoch) as fenced:
            raise self._taken_over() from fenced
        except TimeoutError as overdue:
            self._turn.overdue = True
            self.lost = (
                f"checkpoint of shard {number} not confirmed within {limit:g} s: brokers unreachable or overloaded"
            )
            raise CheckpointFailed(self.lost) from overdue
        except BaseException as failed:
            self.lost = f"checkpoint of shard {number} failed: {failed!r}"
            if isinstance(failed, (KafkaError, IllegalOperation)):
                raise CheckpointFailed(self.lost) from failed
            raise

    async def _transaction(self, judged_at: JudgedAt, patience: asyncio.Timeout) -> tuple[Snapshot, _Written]:
        producer, number = self._producer, self.shard.partition
        if producer is None:
            raise CheckpointFailed(f"shard {number} was never claimed")
        confirmed: list[asyncio.Future[object]] = []
        try:
            # Shards take turns until the first records are on their way: the broker writes those of the one while the
            # next is encoded. All at once, it would wait for the last to be encoded, and then they for it.
            async with self._turn.taken:
                if self._turn.overdue:
                    raise TimeoutError
                # The brokers' time runs from here: what other shards took before is not theirs.
                patience.reschedule(asyncio.get_running_loop().time() + self._settings.checkpoint_limit_seconds)
                # 1. Everything is encoded before the next await, so chunks that come in between are for the next one.
                snapshot, self.snapshot_at = self.shard.snapshot(judged_at()), time.monotonic()
                # 2. The transaction is open only from here to the commit: a timeout of it would look like fencing.
                await producer.begin_transaction()
                # 3. All records, in batches of our own making: one future a batch, not one a record.
                first, *others = _addressed(snapshot, self.shard.changelog, number)
                await _send(producer, first, confirmed)
            for rest in others:
                await _send(producer, rest, confirmed)
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
        return snapshot, {(each.topic, each.partition): len(each.records) for each in (first, *others)}

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


async def _let_finish(step: Coroutine[object, object, None]) -> None:
    """Take a step that is not to be left half done for a rebalance: the next owner would hear of a transaction under
    way, or of none, and not of the decision before it. Called off, it has some time left to end."""
    task = asyncio.create_task(step)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=LAST_SECONDS)
        if not task.cancel():
            with contextlib.suppress(Exception):
                task.result()  # whoever called it off asks no more
        raise


def _addressed(snapshot: Snapshot, changelog: str, partition: int) -> Iterator[_Addressed]:
    """Everything in a snapshot. The changelog is never empty and comes first."""
    for topic, records in (
        (changelog, snapshot.changelog),
        (POSITIONS, snapshot.positions),
        (ALERTS, snapshot.alerts),
        (DEAD_LETTERS, snapshot.letters),
    ):
        if records:
            yield _Addressed(topic, partition, records)
    forwards: dict[tuple[str, int], list[Record]] = defaultdict(list)
    for forward in snapshot.forwards:
        forwards[forward.topic, forward.partition].append(forward.record)
    for (topic, target), sent_on in forwards.items():
        yield _Addressed(topic, target, sent_on)


async def _send(producer: AIOKafkaProducer, addressed: _Addressed, confirmed: list[asyncio.Future[object]]) -> None:
    """Queue records as batches below the brokers' limit, and add for each a future, done when it is confirmed."""
    now_ms = time.time_ns() // 1_000_000
    rest = iter(addressed.records)
    record = next(rest, None)
    while record is not None:
        batch = producer.create_batch()
        # An empty batch takes any record, however large; a full one takes none and is sent.
        while record is not None and batch.append(timestamp=now_ms, key=record[0], value=record[1]) is not None:
            record = next(rest, None)
        confirmed.append(await producer.send_batch(batch, addressed.topic, partition=addressed.partition))
        # Building a batch of 900 kB takes some milliseconds; chunks and heartbeats get their turn in between.
        await asyncio.sleep(0)
