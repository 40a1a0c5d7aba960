"""How far the evaluations of a shard may go: by the events, and by the wall clock once its inputs are read.

The three input topics of a shard are read side by side, one far ahead of another at times. A day may be
evaluated when every topic that still has a backlog has passed it by the lateness window: then no event within
the window can still be missing, and the same events give the same evaluations however the chunks fell.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple


class Reach(NamedTuple):
    """`evaluate_ms`: evaluate what is due up to here. `settle_ms`: entries before it cannot be overtaken within the
    lateness window; never beyond `evaluate_ms`."""

    evaluate_ms: int
    settle_ms: int


class ShardClock:
    """The event time of a shard's input topics."""

    def __init__(self, topics: Iterable[str], lateness_ms: int) -> None:
        self._lateness_ms = lateness_ms
        self._newest: dict[str, int] = dict.fromkeys(topics, -1)

    def seen(self, topic: str, time_ms: int) -> None:
        """Note the time of an admitted event."""
        self._newest[topic] = max(self._newest[topic], time_ms)

    def limit(self, caught_up: Collection[str], wall_ms: int | None) -> Reach | None:
        """How far to go now; `None`: nowhere yet.

        Args:
            caught_up: the topics read to their end.
            wall_ms: the wall clock in service; `None` where only the events drive the clock.
        """
        newest = self._newest
        behind = [newest[topic] for topic in newest if topic not in caught_up]
        if wall_ms is None:
            # Only events count: a topic never heard of does not hold the others up once it is read to its end.
            behind = [at for topic, at in newest.items() if at >= 0 or topic not in caught_up]
        if any(at < 0 for at in behind):
            return None
        if behind:
            settle = min(behind) - self._lateness_ms
            return Reach(settle, settle)
        last = max(newest.values())
        if wall_ms is None or last < 0:
            return None
        return Reach(wall_ms, min(wall_ms, last - self._lateness_ms))

    def snapshot(self) -> dict[str, int]:
        """What to store beside the input positions."""
        return dict(self._newest)

    def restore(self, stored: Mapping[str, int]) -> None:
        """Go on from what was stored."""
        for topic in self._newest:
            self._newest[topic] = stored.get(topic, -1)
