"""Faust's Kafka consumer, made to hand over whole chunks, to read where the shards stopped, and never to commit.

Private names of Faust 0.15 used here, each under a contract test (tests/unit/streams/test_private_names.py):
`ThreadDelegateConsumer._new_consumer_thread` and `AIOKafkaConsumerThread._create_worker_consumer` (to read only
committed records, which Faust does only in its own transactions), `Consumer._to_message` (a chunk is no record),
`Consumer._commit` (must not happen) and `Consumer._thread`.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, AppT, ConsumerMessage
from faust.types.transports import TPorTopicSet
from yarl import URL

from streams.assignment import Assignment
from streams.clients import REQUEST_TIMEOUT_MS, connection
from streams.faults import RecordsLost
from streams.records import Chunk, LeanRecord
from streams.settings import Settings
from streams.shares import CHUNK_RECORDS, LEAST_RECORDS, longest_first, share

FETCH_BYTES = 2 << 20
"""Bytes of a partition in one fetch, some 10,000 events: a chunk this size is counted in about 50 ms."""

FETCH_WAIT_MS = 100
"""How long a broker may hold a fetch open. One idle long poll holds up every drained partition of that broker, and
Faust's own 1.5 s would be the latency of a quiet system."""

FIRST_RECORDS = 500
"""Records taken after a wait, before it is known what else has come."""

REBALANCE_MARGIN_SECONDS = 15.0
"""A rebalance waits for each worker to save its shards: so much longer than a checkpoint may take."""

METADATA_AGE_MS = 30_000
"""How often the partition counts of the inputs are asked for. A topic that was given more partitions under a running
worker has records nobody counts until this shows it, and the worker ends: with the client's own 5 minutes, too long.
One small request a worker."""

ANSWERED_WITHIN_MS = 5_000
"""An end of a partition older than this says nothing of what came since: brokers answer fetches every 100 ms."""

NOT_TIMED = 0


class ChunkThread(driver.AIOKafkaConsumerThread):
    """The thread with the aiokafka consumer. Only this thread moves positions, so each chunk's bounds are true."""

    consumer: "ChunkConsumer"

    def _create_worker_consumer(self, transport: driver.Transport) -> AIOKafkaConsumer:  # noqa: ARG002 # Faust's signature
        settings = self.consumer.settings
        self._reading = 0
        self._chunk_ends: dict[TopicPartition, int] = {}
        self.reader = AIOKafkaConsumer(
            **connection(settings),
            group_id=settings.group,
            group_instance_id=settings.instance,
            # Faust's assignor keeps the partition numbers of all inputs together and moves as few as it can.
            partition_assignment_strategy=[self.app.assignor],
            enable_auto_commit=False,
            isolation_level="read_committed",
            # Never start elsewhere in silence: a position that the log no longer has is an error.
            auto_offset_reset="none",
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            session_timeout_ms=round(settings.session_seconds * 1000),
            heartbeat_interval_ms=round(settings.session_seconds * 1000 / 6),
            rebalance_timeout_ms=round((settings.checkpoint_limit_seconds + REBALANCE_MARGIN_SECONDS) * 1000),
            request_timeout_ms=max(REQUEST_TIMEOUT_MS, round(settings.session_seconds * 1000)),
            metadata_max_age_ms=METADATA_AGE_MS,
        )
        return self.reader

    async def getmany(
        self,
        active_partitions: set[TP] | None,
        timeout: float,  # noqa: ASYNC109 # Faust's signature
    ) -> Mapping[TP, list[Chunk]]:
        """Wait for records of the partitions and hand them over as one chunk each."""
        wanted = [TopicPartition(*partition) for partition in active_partitions or ()]
        chunks: Mapping[TP, list[Chunk]] = await self.call_thread(self._read, wanted, timeout)
        return chunks

    async def _read(self, wanted: list[TopicPartition], wait_seconds: float) -> Mapping[TP, list[Chunk]]:
        # A rebalance may have begun since this was asked for: to wait here would hold it up.
        if not wanted or not self.consumer.flow_active:
            return {}
        try:
            fetched = await self._fetched(wanted, wait_seconds)
        except OffsetOutOfRangeError as gone:
            raise RecordsLost(
                f"an input no longer has the next record to count ({gone}): it was deleted before it was counted, or "
                "the topic was made anew"
            ) from gone
        # No await from here on: a seek in between would make the bounds untrue.
        chunks: dict[TP, list[Chunk]] = {}
        for partition in wanted:
            start, end = self._chunk_ends.get(partition), self._position(partition)
            if start is None or end is None or end == start:
                continue
            records = fetched.get(partition, ())
            self._chunk_ends[partition] = end
            # Without records it still tells the shard that only markers lay there, so that it can be caught up.
            chunks[TP(*partition)] = [Chunk(*partition, start, end, records, reading=self._reading)]
        return chunks

    async def _fetched(
        self, wanted: list[TopicPartition], wait_seconds: float
    ) -> Mapping[TopicPartition, Sequence[LeanRecord]]:
        """What lies ready, of each partition its share; when nothing does, the first that comes."""
        ready: dict[TopicPartition, Any] = {}
        held_back: list[TopicPartition] = []
        for number, (longest, *others) in longest_first({each: self._left(each) for each in wanted}).items():
            ready |= await self._ready(TopicPartition(longest.topic, number), CHUNK_RECORDS)
            read = len(ready.get(TopicPartition(longest.topic, number), ()))
            for other in others:
                partition, most = TopicPartition(other.topic, number), share(other, longest, read)
                if most:
                    ready |= await self._ready(partition, most)
                else:
                    held_back.append(partition)
        if not ready:
            awaited = [each for each in wanted if each not in held_back]
            ready |= await self.reader.getmany(
                *awaited, timeout_ms=round(wait_seconds * 1000), max_records=FIRST_RECORDS
            )
        if not ready and held_back:
            # The longest may have lost its broker: that is no reason for the others to stand still.
            ready |= await self.reader.getmany(*held_back, timeout_ms=0, max_records=LEAST_RECORDS)
        return ready

    async def _ready(self, partition: TopicPartition, most: int) -> dict[TopicPartition, Any]:
        records: dict[TopicPartition, Any] = await self.reader.getmany(partition, timeout_ms=0, max_records=most)
        return records

    def _left(self, partition: TopicPartition) -> int | None:
        """The offsets between the next record to hand over and the end, as the last fetch told it."""
        position = self._position(partition)
        if position is None:
            return None
        end: int | None = self.reader.last_stable_offset(partition)
        return None if end is None else max(0, end - position)

    def _position(self, partition: TopicPartition) -> int | None:
        """Where the next fetch of a partition starts; `None` when it is not ours or not known yet."""
        if partition not in self.reader.assignment():
            return None
        asked = self.reader.position(partition)
        try:
            asked.send(None)
        except StopIteration as known:
            return int(known.value)
        asked.close()
        return None

    async def read_from(self, reading: int, offsets: Mapping[TopicPartition, int]) -> None:
        """Go on reading at these offsets; chunks read from now on carry the number of the reading."""
        await self.call_thread(self._seek, reading, offsets)

    async def _seek(self, reading: int, offsets: Mapping[TopicPartition, int]) -> None:
        self._reading = reading
        self._chunk_ends = dict(offsets)
        for partition, offset in offsets.items():
            self.reader.seek(partition, offset)

    async def on_thread_stop(self) -> None:
        """Close the consumer. aiokafka 0.14 lets its own cancellation of a fetch that waits for a lost broker through;
        the thread would then never report that it has ended."""
        with contextlib.suppress(asyncio.CancelledError):
            await super().on_thread_stop()

    def end(self, topic: str, partition: int) -> int | None:
        """The end of a partition's committed records, if a fetch was answered lately."""
        where = TopicPartition(topic, partition)
        if where not in self.reader.assignment():
            return None
        answered_ms = self.reader.last_poll_timestamp(where)
        if answered_ms is None or time.time() * 1000 - answered_ms > ANSWERED_WITHIN_MS:
            return None
        end: int | None = self.reader.last_stable_offset(where)
        return end


class ChunkConsumer(driver.Consumer):
    """Passes chunks to the agent as if each were one message."""

    transport: "ChunkTransport"
    _thread: ChunkThread

    def __init__(self, transport: "ChunkTransport", *args: Any, **options: Any) -> None:
        self.settings = transport.settings
        # Faust drops a message whose offset is below the last one's, which after a seek back it may be.
        self._numbers = itertools.count(1)
        super().__init__(transport, *args, **options)

    def _new_consumer_thread(self) -> ChunkThread:
        # With a loop of ours: Mode closes its own at the end of the thread. A crash of the app ends the thread by
        # itself, and `ServiceThread.stop`, which comes later, would speak to a closed loop and fail.
        return ChunkThread(self, loop=self.loop, thread_loop=asyncio.new_event_loop(), beacon=self.beacon)

    async def on_shutdown(self) -> None:
        """Close the thread's loop: the thread has ended, and so has the queue that answers it."""
        loop = self._thread.thread_loop
        if self._thread.started and not loop.is_running():
            loop.close()

    def _to_message(self, tp: TP, record: Chunk) -> ConsumerMessage:
        # Without the generation Faust skips the message in silence.
        generation = self.app.consumer_generation_id
        return ConsumerMessage(
            record.topic,
            record.partition,
            next(self._numbers),
            NOT_TIMED,
            NOT_TIMED,
            [],
            None,
            cast(bytes, record),
            None,
            tp=tp,
            generation_id=generation,
        )

    async def perform_seek(self) -> None:
        """Read each partition from where its shard stopped counting, whatever the group's offsets say."""
        reading, offsets = self.transport.assignment.begin_reading()
        wanted = {tp: offsets[tp] for tp in self.assignment() if tp in offsets}
        # No shard: this assignment was called off, and the next one is on its way.
        self.pause_partitions(self.assignment() - wanted.keys())
        await self._thread.read_from(reading, {TopicPartition(*tp): offset for tp, offset in wanted.items()})

    async def commit(self, topics: TPorTopicSet | None = None, start_new_transaction: bool = True) -> bool:  # noqa: ARG002 # Faust's signature
        """Do nothing: offsets are committed by the shards' transactions."""
        return False

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        raise AssertionError(f"Faust must never commit, but wanted to: {offsets}")

    def end(self, topic: str, partition: int) -> int | None:
        """The end of a partition's committed records, if a fetch was answered lately."""
        return self._thread.end(topic, partition)


class ChunkTransport(driver.Transport):
    """Faust's Kafka transport with our consumer."""

    Consumer = ChunkConsumer

    def __init__(self, url: Iterable[URL], app: AppT, *, assignment: Assignment, settings: Settings) -> None:
        super().__init__(list(url), app)
        self.assignment = assignment
        self.settings = settings
