"""What a shard needs of the rules: a book of positions, an intake for records and a clock; `supply` has them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from schemas.alerts import Condition, Severity
from supply.clock import Reach
from supply.position import Outcome

Headers = Sequence[tuple[str, bytes | None]]
Record = tuple[bytes, bytes]
"""Key and value, ready for Kafka."""

Message = Any
"""What a record says: an event, or a note about a position. A stage's intake and book agree on it."""


class Publication(Protocol):
    """What touched positions became: one changelog record each, the positions and alerts to publish, and what to tell
    the shards that judge whole facilities and items."""

    @property
    def changelog(self) -> Sequence[Record]: ...
    @property
    def positions(self) -> Sequence[Record]: ...
    @property
    def alerts(self) -> Sequence[Record]: ...
    @property
    def rekeyed(self) -> Sequence[Record]: ...


class ItemStock(Protocol):
    """One item over the positions of a shard: usable pieces, CPM in pieces a month, positions counted and out."""

    usable: float
    cpm: float
    counted: int
    out: int


class Book(Protocol):
    """All positions of one shard. Every method is synchronous: a checkpoint can never see half a record."""

    @property
    def touched(self) -> int:
        """Positions changed since the last publication."""
        ...

    def __len__(self) -> int: ...

    def load(self, key: bytes, value: bytes | None) -> None:
        """Take over what the changelog holds for a position; the last value wins."""
        ...

    def take(self, key: str, event: Message, at_ms: int) -> Outcome:
        """Count an admitted event of a position; `at_ms` is its time. May raise `BadRecord`."""
        ...

    def advance(self, reach: Reach | None) -> None:
        """Make the daily evaluations due within reach, in event order: all of them, or some, and then the book is
        `behind`."""
        ...

    @property
    def behind(self) -> bool:
        """Whether evaluations within reach wait for the next `advance`."""
        ...

    def publish(self, now_ms: int | None) -> Publication:
        """Encode the touched positions, evaluated at `now_ms` first if given; then nothing is touched any more."""
        ...

    def open_alerts(self) -> Mapping[tuple[Condition, Severity], int]:
        """Open alerts by condition and severity."""
        ...

    def stock_by_item(self) -> Mapping[str, ItemStock]:
        """Stock by item over all positions of the shard."""
        ...


class Intake(Protocol):
    """The door: a record becomes the key of a position, its event with canonical codes and time, or `BadRecord` says
    why not."""

    def admit(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Headers, now_ms: int
    ) -> tuple[str, Message, int]: ...


class ShardClock(Protocol):
    """How far daily evaluations may go, from the newest event of each topic."""

    def seen(self, topic: str, time_ms: int, read_at_ms: int = 0) -> None: ...
    def limit(self, caught_up: Collection[str], wall_ms: int | None) -> Reach | None: ...
    def snapshot(self) -> dict[str, int]: ...
    def restore(self, snapshot: Mapping[str, int]) -> None: ...


OpenBook = Callable[[Callable[[str], bool]], Book]
"""Opens an empty book, given which position keys belong to it."""
