"""A Kafka in memory, as far as the engine sees it: logs with markers, transactions that fence, a group's offsets.

`MemoryProducer` and `MemoryReader` stand in for the clients of a shard. `fails_at` names the step of the next
transaction that its broker does not confirm.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from aiokafka import TopicPartition
from aiokafka.errors import KafkaTimeoutError, ProducerFenced
from aiokafka.structs import OffsetAndMetadata

from streams.decisions import Decision
from streams.ports import Record
from tests.fakes.records import FakeRecord

STEPS: Final = ("batch", "offsets", "commit", "answer to the commit", "markers", "markers of the abort")
"""At the answer everything is committed, and the producer does not get to know it. At the markers no partition does
either: what was written stays open until the producer's id ends it."""

BATCH_RECORDS: Final = 3
"""So few that most checkpoints have several batches."""

Place = tuple[str, int]
"""A topic and a partition number."""


_Written = tuple[Place, Record]


class _Log(NamedTuple):
    """The committed records of a partition, and the end: markers and aborted records have offsets too."""

    records: list[FakeRecord]
    end: int


class MemoryKafka:
    """One broker and its consumer group."""

    def __init__(self) -> None:
        self.fails_at: str | None = None
        self.offsets: dict[Place, int] = {}
        self.epochs: dict[int, int] = defaultdict(int)
        self._logs: dict[Place, _Log] = defaultdict(lambda: _Log([], 0))
        self._open: dict[int, list[_Written]] = defaultdict(list)
        self._open_offsets: dict[int, dict[Place, int]] = defaultdict(dict)
        self._decided: dict[int, Decision] = {}

    def records(self, topic: str, partition: int) -> list[FakeRecord]:
        """The committed records of a partition."""
        return self._logs[topic, partition].records

    def end(self, topic: str, partition: int) -> int:
        """The offset that the next record will have."""
        return self._logs[topic, partition].end

    def publish(self, topic: str, partition: int, key: bytes | None, value: bytes | None) -> int:
        """Put a record at the end of a partition, outside any transaction; its offset comes back."""
        records, end = self._logs[topic, partition]
        records.append(FakeRecord(end, value, key))
        self._logs[topic, partition] = _Log(records, end + 1)
        return end

    def fetch(self, topic: str, partition: int, start: int, most: int) -> tuple[Sequence[FakeRecord], int]:
        """The next records from an offset on, and where the read after them goes on."""
        found = [record for record in self.records(topic, partition) if record.offset >= start]
        more = len(found) > most
        return found[:most], found[most - 1].offset + 1 if more else self.end(topic, partition)

    def compact(self, topic: str, partition: int) -> None:
        """Leave of each key the last record only."""
        records, end = self._logs[topic, partition]
        last = {record.key: record for record in records}
        self._logs[topic, partition] = _Log([each for each in records if last[each.key] is each], end)

    def close(self, written: Sequence[_Written], offsets: Mapping[Place, int], *, commit: bool) -> None:
        """End a transaction: its records are there at once, or leave gaps, and a marker follows them."""
        if commit:
            self.offsets.update(offsets)
        for place, (key, value) in written:
            records, end = self._logs[place]
            if commit:
                records.append(FakeRecord(end, value, key))
            self._logs[place] = _Log(records, end + 1)
        for place in dict.fromkeys(place for place, _ in written):
            records, end = self._logs[place]
            self._logs[place] = _Log(records, end + 1)

    def leave_open(
        self, number: int, written: Sequence[_Written], offsets: Mapping[Place, int], decision: Decision
    ) -> None:
        """Decide a transaction of a producer's id and forget to tell its partitions."""
        self._open[number] += written
        self._open_offsets[number].update(offsets)
        self._decided[number] = decision

    def last_decision(self, number: int) -> Decision:
        """What was decided last of the id."""
        return self._decided.get(number, "commit")

    def end_open(self, number: int, places: Collection[Place], decision: Decision) -> None:
        """A transaction of the id ends that touches partitions, and the group's offsets."""
        ended = [each for each in self._open[number] if each[0] in places]
        self._open[number] = [each for each in self._open[number] if each[0] not in places]
        self._decided[number] = decision
        self.close(ended, self._open_offsets.pop(number, {}), commit=decision == "commit")


class MemoryBatch:
    """Takes a few records."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def append(self, *, timestamp: int, key: bytes, value: bytes) -> object | None:
        if len(self.records) == BATCH_RECORDS:
            return None
        self.records.append((key, value))
        return self


class MemoryProducer:
    """The transactional producer of a shard. One that was fenced commits nothing, and says so only of records."""

    def __init__(self, kafka: MemoryKafka, partition: int) -> None:
        self._kafka = kafka
        self._id = partition
        self._epoch = 0
        self._written: list[_Written] = []
        self._offsets: dict[Place, int] = {}

    @property
    def _fenced(self) -> bool:
        return self._epoch != self._kafka.epochs[self._id]

    async def start(self) -> None:
        self._kafka.epochs[self._id] += 1
        self._epoch = self._kafka.epochs[self._id]

    async def stop(self) -> None: ...

    async def begin_transaction(self) -> None:
        self._written, self._offsets = [], {}

    def create_batch(self) -> MemoryBatch:
        return MemoryBatch()

    async def send_batch(self, batch: MemoryBatch, topic: str, *, partition: int) -> "asyncio.Future[object]":
        confirmed: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        if self._fenced:
            confirmed.set_exception(ProducerFenced())
        elif self._is_to_fail("batch"):
            confirmed.set_exception(KafkaTimeoutError())
        else:
            self._written += [((topic, partition), record) for record in batch.records]
            confirmed.set_result(None)
        return confirmed

    async def send_offsets_to_transaction(
        self, offsets: Mapping[TopicPartition, OffsetAndMetadata], group: str
    ) -> None:
        self._refuse_if("offsets")
        self._offsets = {(each.topic, each.partition): found.offset for each, found in offsets.items()}

    async def commit_transaction(self) -> None:
        self._refuse_if("commit")
        if self._kafka.fails_at in ("markers", "markers of the abort"):
            decision: Decision = "commit" if self._kafka.fails_at == "markers" else "abort"
            self._kafka.fails_at = None
            self._kafka.leave_open(self._id, self._written, self._offsets, decision)
            raise KafkaTimeoutError
        self._kafka.end_open(self._id, {place for place, _ in self._written}, "commit")
        self._kafka.close(self._written, self._offsets, commit=True)
        self._written, self._offsets = [], {}
        self._refuse_if("answer to the commit")

    async def end_everywhere(self, places: Iterable[Place], _group: str, decision: Decision = "commit") -> None:
        """Stands in for `streams.loose_ends`."""
        if self._fenced:
            raise ProducerFenced
        self._kafka.end_open(self._id, set(places), decision)

    def _refuse_if(self, step: str) -> None:
        if self._fenced:
            raise ProducerFenced
        if self._is_to_fail(step):
            raise KafkaTimeoutError

    def _is_to_fail(self, step: str) -> bool:
        if self._kafka.fails_at != step:
            return False
        self._kafka.fails_at = None
        self._kafka.close(self._written, {}, commit=False)
        return True


class MemoryReader:
    """A consumer that reads whole partitions, a few records at a time."""

    def __init__(self, kafka: MemoryKafka) -> None:
        self._kafka = kafka
        self._positions: dict[TopicPartition, int] = {}

    async def start(self) -> None: ...
    async def stop(self) -> None: ...

    def assign(self, partitions: Sequence[TopicPartition]) -> None:
        self._positions = dict.fromkeys(partitions, -1)

    async def seek_to_beginning(self, *partitions: TopicPartition) -> None:
        self._positions |= dict.fromkeys(partitions, 0)

    async def beginning_offsets(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 0)

    async def end_offsets(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {each: self._kafka.end(*each) for each in partitions}

    async def position(self, partition: TopicPartition) -> int:
        return self._positions[partition]

    async def committed(self, partition: TopicPartition) -> int | None:
        return self._kafka.offsets.get((partition.topic, partition.partition))

    async def getmany(self, *partitions: TopicPartition, timeout_ms: int) -> dict[TopicPartition, Sequence[FakeRecord]]:
        return dict(self._read(partitions))

    def _read(self, partitions: Sequence[TopicPartition]) -> Iterator[tuple[TopicPartition, Sequence[FakeRecord]]]:
        for each in partitions:
            records, self._positions[each] = self._kafka.fetch(*each, self._positions[each], BATCH_RECORDS)
            yield each, records
