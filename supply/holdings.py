"""The positions that a shard holds: decoded while there is work on them, as bytes while they sleep."""

from collections.abc import Iterable
from typing import Final

from supply.assessment import Place
from supply.catalogue import Catalogue
from supply.ledger_state import Ledger
from supply.places import place_of_key
from supply.position import Position
from supply.rules import Rules
from supply.stored import UNPUBLISHED, PositionState, Summary, read_state, read_summary, write_state

AWAKE_LIMIT: Final = 10_000
"""A position held decoded takes 4 kB when it is new and 20 to 50 kB with some months of history, one as bytes 0.5 to 3
kB."""


class Holdings:
    """All positions of one shard, by key.

    Args:
        catalogue: says where a position is, and may change between calls.
        rules: by which it is judged there.
        awake_limit: positions held decoded after a publication; beyond it all are put back to bytes.
    """

    def __init__(self, catalogue: Catalogue, rules: Rules, awake_limit: int) -> None:
        self.awake = 0
        self._told = 0
        """Of these, how many were kept awake for the history they were told."""
        self._catalogue = catalogue
        self._rules = rules
        self._awake_limit = awake_limit
        self._held: dict[str, Position | bytes] = {}

    def __len__(self) -> int:
        return len(self._held)

    def keys(self) -> Iterable[str]:
        """The keys of all positions."""
        return self._held.keys()

    def load(self, key: str, stored: bytes | None) -> tuple[Summary | None, Summary | None]:
        """Take over a stored position, `None` to hold none; the heads before and after come back.

        Raises:
            UnreadableState: written by a newer release.
        """
        after = None if stored is None else read_summary(stored)
        held = self._held.pop(key, None)
        before = read_summary(held) if isinstance(held, bytes) else None if held is None else held.summary
        if stored is not None:
            self._held[key] = stored
        return before, after

    def awake_at(self, key: str, at_ms: int) -> Position | None:
        """A position whose next look is at that instant. One that is not stays asleep: outdated bookings must not wake
        it."""
        held = self._held.get(key)
        if isinstance(held, bytes):
            return self._wake(key, held) if read_summary(held).next_at == at_ms else None
        return held if held is not None and held.next_at == at_ms else None

    def find(self, key: str) -> Position | None:
        """The position of a key, awake."""
        held = self._held.get(key)
        return self._wake(key, held) if isinstance(held, bytes) else held

    def new(self, key: str) -> Position:
        """A new position, not held yet: its first record may turn out to be a bad one."""
        place = self._place_of(key)
        state = PositionState(10**place.item.decimals, 0, 0, -1, Ledger(), [], {})
        return Position(key, state, UNPUBLISHED, place, self._catalogue.revision)

    def hold(self, position: Position) -> None:
        """Hold a position that was not held, or not decoded."""
        self._held[position.key] = position
        self.awake += 1

    def place(self, position: Position) -> Place:
        """Where a position is, looked up again when the catalogue has changed."""
        if position.place_revision != self._catalogue.revision:
            position.move_to(self._place_of(position.key), self._catalogue.revision)
        return position.place

    def let_sleep(self, touched: int, told_after_ms: int) -> None:
        """Put positions back to bytes when too many are awake: all but those to be published, so many, and those that
        were told history after an instant, which is stored nowhere."""
        if self.awake - touched - self._told <= self._awake_limit:
            return
        awake = self._told = 0
        for key, position in self._held.items():
            if not isinstance(position, Position):
                continue
            if position.touched:
                awake += 1
            elif position.history_at > told_after_ms:
                awake += 1
                self._told += 1
            else:
                summary = position.summary._replace(next_at=position.next_at)
                self._held[key] = write_state(position.state(), summary)
        self.awake = awake

    def _wake(self, key: str, stored: bytes) -> Position:
        position = Position(
            key, read_state(stored), read_summary(stored), self._place_of(key), self._catalogue.revision
        )
        self.hold(position)
        return position

    def _place_of(self, key: str) -> Place:
        return place_of_key(key, self._catalogue, self._rules)
