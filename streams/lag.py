"""How far a shard is behind the end of its inputs."""

from collections.abc import Callable, Mapping

from streams.shard import Shard

Ends = Callable[[str, int], int | None]
"""The end of an input partition as a recent fetch saw it: the next offset that a committed record will have. `None`
when no fetch was answered lately: then nothing is known of what may have come since."""

BACKLOG_RECORDS = 5_000
"""About what one fetch brings. A shard this far behind is working a backlog off, not keeping up."""


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
