"""Lets aiokafka hand fetched records over by the batch instead of one at a time.

aiokafka takes each record through three Python calls and builds a `ConsumerRecord` of it. Here its own loop sees each
batch as one record, and what a consumer asks for is cut from lists: what was aborted, what is a marker and where to go
on stays its business.

Private names of `aiokafka.consumer.fetcher`, under a contract test: the classes `PartitionRecords` (its
`_unpack_records`, `_records_iterator` and `_consumer_record`) and `FetchResult` (its `_topic_partition`,
`_partition_records` and `_update_position`). With aiokafka's own in their place each record costs more CPU, and all
else works: nothing here reads a field that only `ConsumerRecord` has.
"""

from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher

from streams.records import LeanRecord


class _Whole:
    """All records of a batch, passed off as its last."""

    __slots__ = ("offset", "records")

    def __init__(self, records: list[LeanRecord]) -> None:
        self.offset = records[-1].offset
        self.records = records


class _WholeBatch:
    """A batch whose iteration gives one thing: all of it."""

    def __init__(self, batch: Any) -> None:
        self._batch = batch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[_Whole]:
        records = list(self._batch)
        if records:
            yield _Whole(records)


class _WholeBatches:
    """The batches of one fetch, in the shape of aiokafka's `MemoryRecords`."""

    def __init__(self, records: Any) -> None:
        self._records = records

    def has_next(self) -> bool:
        return bool(self._records.has_next())

    def next_batch(self) -> _WholeBatch:
        return _WholeBatch(self._records.next_batch())


class BatchwiseRecords(fetcher.PartitionRecords):
    """What one fetch brought of a partition. `next_fetch_offset` is the one after the last record handed over."""

    def __init__(self, tp: Any, records: Any, *rest: Any) -> None:
        super().__init__(tp, _WholeBatches(records), *rest)  # type: ignore[no-untyped-call] # aiokafka has no types here
        self._batch: list[LeanRecord] = []
        self._handed_over = 0

    def _consumer_record(self, tp: Any, record: _Whole) -> list[LeanRecord]:  # noqa: ARG002 # aiokafka's signature
        first: int = self.next_fetch_offset
        if record.records[0].offset >= first:
            return record.records
        # A fetch brings whole batches, also the part before the offset that was asked for.
        return [each for each in record.records if each.offset >= first]

    def take(self, most: int | None) -> tuple[list[LeanRecord], bool]:
        """The next records, at most so many, and whether these were the last."""
        taken: list[LeanRecord] = []
        while most is None or len(taken) < most:
            if self._handed_over == len(self._batch):
                try:
                    self._batch, self._handed_over = next(self._records_iterator), 0
                except StopIteration:
                    # Breaks a reference cycle, as aiokafka does.
                    self._records_iterator = None
                    return taken, True
            end = len(self._batch) if most is None else self._handed_over + most - len(taken)
            taken += self._batch[self._handed_over : end]
            self._handed_over = min(end, len(self._batch))
            self.next_fetch_offset = taken[-1].offset + 1
        return taken, False

    def __next__(self) -> LeanRecord:
        taken, _ = self.take(1)
        if not taken:
            raise StopIteration
        return taken[0]


class BatchwiseResult(fetcher.FetchResult):
    """What a consumer asks for records."""

    def getall(self, max_records: int | None = None) -> list[LeanRecord]:
        """The next records, at most so many."""
        fetched: Any = super()
        if not fetched.check_assignment(self._topic_partition) or not fetched.has_more():
            return []
        records: list[LeanRecord]
        records, over = self._partition_records.take(max_records)
        fetched._update_position()  # noqa: SLF001 # see the module's docstring
        if over:
            self._partition_records = None
        return records


def hand_over_whole_batches() -> None:
    """Let every consumer of the process take records by the batch, each as it came out of aiokafka's reader."""
    setattr(fetcher, "PartitionRecords", BatchwiseRecords)  # noqa: B010 # mypy: a class cannot be assigned
    setattr(fetcher, "FetchResult", BatchwiseResult)  # noqa: B010 # mypy: a class cannot be assigned
