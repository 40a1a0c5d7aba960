"""A shard that keeps up is judged by the wall clock, though events come without a pause."""

import pytest

from schemas.channels import CONSUMPTION, INPUTS
from streams.assignment import Assignment
from streams.lag import NEARLY_SECONDS, RecentEnds
from streams.metrics import WorkerMetrics
from streams.settings import Settings
from tests.fakes.records import chunk_of
from tests.unit.streams.test_pacing import Clock, shard_of

RATE = 100
"""Records a second, of consumption alone."""


class Stream:
    """A topic that grows without a pause, and a shard that reads it some seconds later."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.began = self.clock.seconds
        self.ends = RecentEnds(self.clock)
        self.shard = shard_of()
        self.answered = True

    def end(self, topic: str, _partition: int) -> int | None:
        if not self.answered:
            return None
        return int((self.clock.seconds - self.began) * RATE) if topic == CONSUMPTION else 0

    def read(self, *, behind: float, seconds: float = 10) -> list[bool]:
        """Whether it counted as read, at each of its chunks."""
        told = []
        for _ in range(int(seconds * 10)):
            self.clock.seconds += 0.1
            upto = max(0, int((self.clock.seconds - self.began - behind) * RATE))
            start = self.shard.positions[CONSUMPTION]
            if upto > start:
                self.shard.take(chunk_of(start=start, end=upto))
            told.append(self.ends.nearly_read(self.shard, self.end) == set(INPUTS))
        return told


@pytest.mark.parametrize("behind", [0.0, 0.1, 0.5, 1.5])
def test_who_is_a_moment_behind_has_read_what_counts(behind: float) -> None:
    stream = Stream()
    assert all(stream.read(behind=behind)[25:])


@pytest.mark.parametrize("behind", [NEARLY_SECONDS + 0.5, 8.0])
def test_who_is_further_behind_has_not(behind: float) -> None:
    stream = Stream()
    assert not any(stream.read(behind=behind)[int(behind * 10) :])


def test_an_end_that_is_not_known_hides_what_came_since() -> None:
    stream = Stream()
    stream.read(behind=0.5)
    stream.answered = False
    assert stream.ends.nearly_read(stream.shard, stream.end) == frozenset()


def test_after_a_silence_the_very_end_counts() -> None:
    """What was seen before is too long ago to tell what came meanwhile."""
    stream = Stream()
    stream.read(behind=0.5)
    stream.clock.seconds += 60
    assert CONSUMPTION not in stream.ends.nearly_read(stream.shard, stream.end)
    assert all(stream.read(behind=0.0, seconds=1))


@pytest.mark.parametrize(("wall_ms", "judged"), [(None, False), (1, True)])
def test_where_events_drive_the_clock_no_moment_counts(wall_ms: int | None, judged: bool) -> None:
    assignment = Assignment(Settings(), lambda _: shard_of(), WorkerMetrics(), wall_ms=lambda: wall_ms)
    shard, ends = shard_of(), dict.fromkeys(INPUTS, 0)
    assignment.ends = lambda topic, _: ends[topic]
    assert assignment._read(shard, wall_ms) == set(INPUTS)
    ends[CONSUMPTION] = 1
    assert (assignment._read(shard, wall_ms) == set(INPUTS)) is judged
