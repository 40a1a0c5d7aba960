"""Records as the projections take them, and what may be wrong with them."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Generic, Literal, NamedTuple, Protocol, TypeVar

from sqlalchemy import Connection

from store.faults import ProjectorFault

Fault = Literal[
    "stale_version", "version_jump", "repeated_transition", "sequence_jump", "repeated_dead_letter", "unreadable_entry"
]
"""What a projection counts when a topic breaks its promise: a position's version and an alert's sequence rise by
one, each record is there once, and entries of the catalogue can be read. The rows stay right all the same: the newest
wins, nothing is written twice."""

T = TypeVar("T")


class OutputRecord(Protocol):
    """A record of an output topic, as kafka-python hands it over."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


class UnreadableRecord(ProjectorFault):
    """An output record this program cannot read: a newer Abasto wrote it, or somebody else did."""

    def __init__(self, record: OutputRecord, reason: str) -> None:
        super().__init__(
            f"{record.topic}, partition {record.partition}, offset {record.offset} cannot be read: {reason}. "
            "A newer Abasto may have written it: update this one. Nothing from there on was projected"
        )


class Decoded(NamedTuple, Generic[T]):
    """A message with the record it came in."""

    record: OutputRecord
    message: T


class Projection(Protocol[T]):
    """How one topic is written."""

    def decode(self, record: OutputRecord) -> T:
        """Raises `UnreadableRecord`."""
        ...

    def write(
        self, connection: Connection, records: Sequence[Decoded[T]], thinned: Callable[[OutputRecord], bool]
    ) -> Counter[Fault]:
        """Writes records in the order they were published, inside the caller's transaction.

        `thinned` says whether a record lies where compaction or retention may have taken its predecessors, so
        that a jump there is no fault.
        """
        ...
