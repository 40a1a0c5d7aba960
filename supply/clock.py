"""How far the evaluations of a shard may go: by the events, and by the wall clock once its inputs are read.

The three input topics of a shard are read side by side, one far ahead of another at times. A day may be
evaluated when every topic that still has a backlog has passed it by the lateness window: then no event within
the window can still be missing, and the same events give the same evaluations however the chunks fell.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

LIVE_MS = 24 * 3_600_000
"""Events of the last day are news, whoever sends them when."""

IDLE_MS = 30_000
"""A publisher of history pauses for less; one that has paused for longer has come to its end."""

STRIDE_MS = 3_600_000
"""History strides on: by hours within a pause. What comes a day late, as it happens, is no history that would end."""


class Reach(NamedTuple):
    """`evaluate_ms`: evaluate what is due up to here. `settle_ms`: entries before it cannot be overtaken within the
    lateness window; never beyond `evaluate_ms`. `live`: that is the wall clock, and all that could change a judgement
    at it is read. `caught_up`: all inputs are read to their end, though what they told last may be history. `wall_ms`:
    the wall clock in service, `None` where only the events drive the clock."""

    evaluate_ms: int
    settle_ms: int
    live: bool = False
    caught_up: bool = False
    wall_ms: int | None = None

    @property
    def now_ms(self) -> int:
        """The instant by which pauses are told: the events' own where there is no other."""
        return self.evaluate_ms if self.wall_ms is None else self.wall_ms

    def is_present(self, lateness_ms: int) -> bool:
        """Whether it is the present, as far as the events that were read tell of it."""
        return self.live or (self.wall_ms is not None and self.wall_ms - self.settle_ms <= lateness_ms + LIVE_MS)


class ShardClock:
    """The event time of a shard's input topics."""

    def __init__(self, topics: Iterable[str], lateness_ms: int) -> None:
        self._lateness_ms = lateness_ms
        self._newest: dict[str, int] = dict.fromkeys(topics, -1)
        self._strode: dict[str, tuple[int, int]] = {}

    def seen(self, topic: str, time_ms: int, read_at_ms: int = 0) -> None:
        """Note the time of an admitted event, and the wall clock's when it was read."""
        newest = self._newest[topic] = max(self._newest[topic], time_ms)
        strode = self._strode.get(topic)
        if strode is None or newest >= strode[0] + STRIDE_MS:
            self._strode[topic] = newest, read_at_ms

    def limit(self, caught_up: Collection[str], wall_ms: int | None) -> Reach | None:
        """How far to go now; `None`: nowhere yet.

        Args:
            caught_up: the topics read to their end.
            wall_ms: the wall clock in service; `None` where only the events drive the clock.
        """
        newest = self._newest
        if wall_ms is None:
            # Only events count: a topic never heard of does not hold the others up once it is read to its end.
            behind = [at for topic, at in newest.items() if at >= 0 or topic not in caught_up]
        else:
            # Where others tell of now, nobody's history may keep their alerts back.
            lives = wall_ms - max(newest.values()) <= LIVE_MS
            behind = [
                at
                for topic, at in newest.items()
                if topic not in caught_up or (at >= 0 and not lives and self._is_history(topic, at, wall_ms))
            ]
        if any(at < 0 for at in behind):
            return None
        if behind:
            settle = min(behind) - self._lateness_ms
            return Reach(settle, settle, caught_up=len(caught_up) == len(newest), wall_ms=wall_ms)
        last = max(newest.values())
        if wall_ms is None or last < 0:
            return None
        return Reach(wall_ms, min(wall_ms, last - self._lateness_ms), live=True, caught_up=True, wall_ms=wall_ms)

    def _is_history(self, topic: str, newest_ms: int, wall_ms: int) -> bool:
        # After a restart it is not known when a topic last went on: it is given the time of a pause.
        _, strode_at = self._strode.setdefault(topic, (newest_ms, wall_ms))
        return wall_ms - newest_ms > LIVE_MS and wall_ms - strode_at < IDLE_MS

    def snapshot(self) -> dict[str, int]:
        """What to store beside the input positions."""
        return dict(self._newest)

    def restore(self, stored: Mapping[str, int]) -> None:
        """Go on from what was stored."""
        for topic in self._newest:
            self._newest[topic] = stored.get(topic, -1)
