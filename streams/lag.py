"""How far a shard is behind the end of its inputs."""

import time
from collections import deque
from collections.abc import Callable, Mapping

from streams.shard import Shard

Ends = Callable[[str, int], int | None]
"""The end of an input partition as a recent fetch saw it: the next offset that a committed record will have. `None`
when no fetch was answered lately: then nothing is known of what may have come since."""

BACKLOG_RECORDS = 5_000
"""About what one fetch brings. A shard this far behind is working a backlog off, not keeping up."""


NEARLY_SECONDS = 2.0
"""Where events come without a pause a shard is hardly ever at the very end. What came within so many seconds could as
well have come a little later."""

LOOK_AGAIN_SECONDS = 0.25
"""How often an end is noted."""


class RecentEnds:
    """The ends of input partitions over the last seconds: who has read all that was there then keeps up."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._seen: dict[tuple[str, int], deque[tuple[float, int]]] = {}

    def nearly_read(self, shard: Shard, ends: Ends) -> frozenset[str]:
        """The topics of which a shard has read all that was there a moment ago."""
        return frozenset(
            topic
            for topic, position in shard.positions.items()
            if (end := self._a_moment_ago(topic, shard.partition, ends)) is not None and position >= end
        )

    def _a_moment_ago(self, topic: str, partition: int, ends: Ends) -> int | None:
        seen, now, end = self._seen.setdefault((topic, partition), deque()), self._monotonic(), ends(topic, partition)
        if end is None:
            return None
        while seen and now - seen[0][0] > NEARLY_SECONDS:
            seen.popleft()
        if not seen or now - seen[-1][0] >= LOOK_AGAIN_SECONDS:
            seen.append((now, end))
        return seen[0][1]


class Lag:
    """What each input topic holds beyond the shard's position, in offsets; `None` where the end is not known."""

    def __init__(self, shard: Shard, ends: Ends) -> None:
        self.offsets: Mapping[str, int | None] = {
            topic: _behind(position, ends(topic, shard.partition)) for topic, position in shard.positions.items()
        }

    @property
    def caught_up(self) -> frozenset[str]:
        """The topics read to their end."""
        return frozenset(topic for topic, behind in self.offsets.items() if behind == 0)

    @property
    def none(self) -> bool:
        """Whether all topics are read to their end."""
        return len(self.caught_up) == len(self.offsets)

    @property
    def backlog(self) -> bool:
        """Whether so much is left that throughput matters more than seconds."""
        return sum(behind or 0 for behind in self.offsets.values()) > BACKLOG_RECORDS


def _behind(position: int, end: int | None) -> int | None:
    return None if end is None else max(0, end - position)
