"""Whose turn it is: the positions to look at because an instant has come, the catalogue has changed, or what was told
of them was published without being judged.

All are handed out in parts of what a publication holds: at a midnight, or at the end of a backlog, a shard may have a
million.
"""

from collections.abc import Iterable
from typing import Final

from supply.agenda import Agenda
from supply.clock import IDLE_MS, Reach
from supply.position import Position

AGAIN_AT_ONCE: Final = 5_000
"""Positions handed out at once for a change of the catalogue, or for being unjudged: each costs being decoded."""


class Turns:
    """The keys of a shard's positions that wait to be looked at.

    Args:
        at_once: positions that a publication holds, as far as these add to it. A tenth of it is looked at for what is
            due whatever else is touched.
    """

    def __init__(self, at_once: int) -> None:
        self.behind = False
        """Whether some that are due wait for the next asking."""
        self._at_once = at_once
        self._agenda = Agenda()
        self._revisits: list[str] = []
        self._unjudged: dict[str, None] = {}
        self._half_told: dict[str, None] = {}
        self._half_told_until = 0

    def load(self, key: str, next_at: int, *, unjudged: bool) -> None:
        """Take over a stored position: when to look at it, and whether it waits to be judged."""
        self._agenda.book(key, next_at)
        if unjudged:
            self._unjudged[key] = None

    def book(self, position: Position) -> None:
        """Have it looked at when it says."""
        if position.booked_at != position.next_at:
            position.booked_at = position.next_at
            self._agenda.book(position.key, position.next_at)

    def revisit(self, keys: Iterable[str]) -> None:
        """Have them looked at for a change of the catalogue."""
        self._revisits.extend(keys)

    def judge_later(self, key: str, *, half_told: bool) -> None:
        """Have it judged once the book is live; with `half_told` not before a history has had the time to go on."""
        (self._half_told if half_told else self._unjudged)[key] = None

    def revisits(self, touched: int) -> list[str]:
        """Whom a change of the catalogue concerns, beside so many touched positions."""
        most = self._most_beside(touched)
        return [self._revisits.pop() for _ in range(min(len(self._revisits), most))]

    def due(self, until_ms: int, touched: int) -> list[tuple[int, list[str]]]:
        """Keys booked up to an instant, by instant, the earliest first. Who has been booked anew since is named too."""
        left = max(self._at_once - touched, self._at_once // 10, 1)
        taken: list[tuple[int, list[str]]] = []
        while left > 0 and self._agenda.is_due(until_ms):
            at_ms, keys = self._agenda.take(until_ms, left)
            taken.append((at_ms, keys))
            left -= len(keys)
        self.behind = self._agenda.is_due(until_ms)
        return taken

    def unjudged(self, reach: Reach, touched: int) -> list[str]:
        """Who waits to be judged, if it is time for that."""
        if self.behind or not reach.live:
            return []
        if reach.now_ms >= self._half_told_until:
            self._unjudged |= self._half_told
            self._half_told.clear()
            self._half_told_until = reach.now_ms + IDLE_MS
        most = self._most_beside(touched)
        return [self._unjudged.popitem()[0] for _ in range(min(len(self._unjudged), most))]

    def _most_beside(self, touched: int) -> int:
        return min(AGAIN_AT_ONCE, self._at_once - touched)
