"""Records by the batch are the records aiokafka hands over one by one, and so are the positions after them."""

from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import TopicPartition

from streams.forgiving import ForgivingRecords
from streams.whole_batches import BatchwiseRecords, BatchwiseResult

PARTITION = TopicPartition("events", 0)
ABORTED_PRODUCER = 7


def batch(first: int, offsets: Sequence[int], *, producer: int = -1) -> bytes:
    """A batch of records at these offsets."""
    builder = DefaultRecordBatchBuilder(
        2,
        0,
        is_transactional=producer >= 0,
        producer_id=producer,
        producer_epoch=0,
        base_sequence=0,
        batch_size=100_000,
    )
    for offset in offsets:
        builder.append(offset - first, 1000, b"k%d" % offset, b"v", [])
    raw = bytearray(builder.build())
    raw[0:8] = first.to_bytes(8, "big")
    return bytes(raw)


FETCHED = b"".join(
    (
        batch(10, range(10, 15)),
        batch(15, (15, 17, 18)),
        batch(19, range(19, 22), producer=ABORTED_PRODUCER),
        batch(22, range(22, 32)),
    )
)


class Reading:
    """A fetch being read, in the place of aiokafka's assignment."""

    active = True
    paused = False

    def __init__(self, kind: type, result: type, at: int) -> None:
        self.position = at
        fetched = ForgivingRecords(FETCHED) if kind is BatchwiseRecords else MemoryRecords(FETCHED)
        aborted = [(ABORTED_PRODUCER, 19)]
        records = kind(PARTITION, fetched, aborted, at, None, None, True, fetcher.READ_COMMITTED)
        self.result: Any = result(PARTITION, assignment=self, partition_records=records, backoff=0)

    def state_value(self, _partition: TopicPartition) -> "Reading":
        return self

    def consumed_to(self, offset: int) -> None:
        self.position = offset

    def steps(self, most: int | None) -> list[tuple[list[int], int]]:
        """The offsets that each question brought, and the position after it, without the empty last one."""
        found = []
        while self.result.has_more():
            offsets = [record.offset for record in self.result.getall(most)]
            found.append((offsets, self.position))
        return found


def ours(at: int = 10) -> Reading:
    return Reading(BatchwiseRecords, BatchwiseResult, at)


def theirs(at: int = 10) -> Reading:
    return Reading(fetcher.PartitionRecords, fetcher.FetchResult, at)


@pytest.mark.parametrize("most", [None, 1, 2, 3, 4, 5, 7, 17, 18, 19, 100])
@pytest.mark.parametrize("at", [10, 12, 14, 16, 18, 19, 21, 25, 31])
def test_the_same_records_and_positions(most: int | None, at: int) -> None:
    assert ours(at).steps(most) == theirs(at).steps(most)


def test_all_but_what_was_aborted() -> None:
    ((offsets, position),) = ours().steps(None)
    assert offsets == [*range(10, 16), 17, 18, *range(22, 32)]
    assert position == 32


def test_one_by_one() -> None:
    reading, reference = ours(), theirs()
    found = []
    while reading.result.has_more():
        assert reference.result.has_more()
        one, other = reading.result.getone(), reference.result.getone()
        assert (one is None) == (other is None)
        assert one is None or (one.offset, one.key) == (other.offset, other.key)
        assert reading.position == reference.position
        found.append(one)
    assert len(found) == 19
    assert found[-1] is None


def test_a_seek_in_between_ends_the_fetch() -> None:
    reading = ours()
    assert len(reading.result.getall(4)) == 4
    reading.position = 11
    assert reading.result.getall(4) == []
    assert not reading.result.has_more()
