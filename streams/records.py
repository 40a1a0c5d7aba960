"""What the consumer hands over: chunks of records, each as it came out of aiokafka's reader."""

from collections.abc import Sequence
from typing import Protocol

from streams.ports import Headers


class LeanRecord(Protocol):
    """aiokafka's own record of a batch, made in C: no key, value or header is copied or counted again."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...


class Chunk:
    """Everything one fetch brought of a topic-partition, from offset `start` up to but without `end`.

    The bounds are positions in the log, not offsets of records: each chunk starts where the one before it ended, and
    what lies between its records (commit markers, aborted transactions, records compacted away) holds nothing to
    count. `records` may be empty. `reading` is the seek that the chunk was read after.
    """

    __slots__ = ("end", "partition", "reading", "records", "start", "topic")

    def __init__(
        self, topic: str, partition: int, start: int, end: int, records: Sequence[LeanRecord], *, reading: int = 0
    ) -> None:
        self.topic = topic
        self.partition = partition
        self.start = start
        self.end = end
        self.records = records
        self.reading = reading

    def __repr__(self) -> str:
        return f"<Chunk {self.topic}:{self.partition} {self.start}..{self.end} {len(self.records)} records>"
