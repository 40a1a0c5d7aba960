"""What the projector needs of whoever hands it the records."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from kafka import TopicPartition

from store.projections.records import OutputRecord


class Topic(NamedTuple):
    """A topic as the broker has it: its id, which is new when it is made anew, and its partitions."""

    topic_id: str
    partitions: int


class TimedRecord(OutputRecord, Protocol):
    """An output record with the moment it was published, in milliseconds of the epoch."""

    @property
    def timestamp(self) -> int: ...


class Source(Protocol):
    """Committed records of the output topics, from positions that the caller keeps."""

    def topics(self) -> dict[str, Topic]:
        """The topics that are there, of those wanted."""
        ...

    def beginnings(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """The oldest offset that each partition still holds."""
        ...

    def ends(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int] | None:
        """Where each partition ends for who reads committed records; `None` while the broker does not answer."""
        ...

    def follow(self, positions: Mapping[TopicPartition, int]) -> None:
        """Reads these partitions from these offsets on, and no others."""
        ...

    def poll(self) -> Mapping[TopicPartition, Sequence[TimedRecord]]:
        """The records that have arrived, in order for each partition; none after a short wait. A broker that is
        away sends none. Raises `RecordsGone` when the record that comes next is no longer held."""
        ...

    def position(self, partition: TopicPartition) -> int:
        """The offset that will be read next: past commit markers and what compaction took."""
        ...

    def close(self) -> None:
        """Leaves the broker; nothing is committed there."""
        ...
