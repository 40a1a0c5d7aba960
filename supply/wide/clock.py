"""How far whole facilities and items may be judged: as far as every shard of positions has got.

There is no clock of its own: the shards of positions go by the wall clock in service and by the events in a replay, and
tell how far they are. So a silence comes due by either, through one code path, and a backlog that nobody has read yet
is never taken for a silence.
"""

from collections.abc import Collection, Mapping
from typing import Final

from schemas.rekeyed import Reached
from supply.clock import Reach

LIVE_MS: Final = 3_600_000
"""Shards tell how far they are every quarter of an hour in service: all of them within the last hour are live."""

_NOTHING: Final = -1
"""Stored for a shard that has read its inputs and found no event."""


class WideClock:
    """How far the shards of positions have told to be."""

    def __init__(self, shards: int) -> None:
        self._shards = shards
        self._reached: dict[int, int] = {}

    def reached(self, told: Reached) -> None:
        """A shard tells how far it is."""
        self._reached[told.shard] = _NOTHING if told.at_ms is None else told.at_ms

    def seen(self, topic: str, time_ms: int, read_at_ms: int = 0) -> None:
        """The times of notes do not drive it."""

    def limit(self, caught_up: Collection[str], wall_ms: int | None) -> Reach | None:
        """As far as all shards are; up to the wall clock when they keep up with it and all they told is read."""
        if len(self._reached) < self._shards:
            return None
        told = [at for at in self._reached.values() if at != _NOTHING]
        if not told:
            return None
        least = min(told)
        if wall_ms is not None and caught_up and wall_ms - least <= LIVE_MS:
            return Reach(wall_ms, wall_ms, live=True)
        return Reach(least, least)

    def snapshot(self) -> dict[str, int]:
        """What to store beside the input positions."""
        return {str(shard): at for shard, at in self._reached.items()}

    def restore(self, stored: Mapping[str, int]) -> None:
        """Go on from what was stored."""
        self._reached = {int(shard): at for shard, at in stored.items()}
