"""When a checkpoint is due, and how a fenced worker ends."""

import pytest

import streams.checkpoint
from schemas.channels import CONSUMPTION, INPUTS
from streams.assignment import Assignment
from streams.checkpoint import OwnedShard, Turn
from streams.faults import FencedForGood
from streams.lag import BACKLOG_RECORDS, Lag
from streams.metrics import WorkerMetrics
from streams.pacing import BACKLOG_ENDS_SECONDS, Pacer
from streams.settings import Settings
from streams.shard import Shard
from supply.clock import ShardClock
from tests.fakes.counting import CountingBook, PlainIntake
from tests.fakes.records import chunk_of

SETTINGS = Settings(checkpoint_seconds=1, backlog_checkpoint_seconds=10, checkpoint_keys=3, fenced_wait_seconds=30)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def shard_of() -> Shard:
    return Shard(
        0,
        INPUTS,
        1,
        intake=PlainIntake(),
        book=CountingBook,
        clock=ShardClock(INPUTS, 0),
        wall_ms=lambda: 0,
    )


class Scene:
    """A shard with a pacer, and inputs whose ends can be moved."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.end: int | None = 1
        metrics = WorkerMetrics()
        self.assignment = Assignment(SETTINGS, lambda _: shard_of(), metrics, wall_ms=lambda: None)
        self.assignment.ends = lambda topic, _: self.end if topic == CONSUMPTION else 0
        self.pacer = Pacer(self.assignment, SETTINGS, metrics, monotonic=self.clock)
        self.owned = OwnedShard(shard_of(), SETTINGS, metrics, Turn())
        self.owned.snapshot_at = self.owned.saved_at = self.clock.seconds
        self.owned.shard.committed = dict(self.owned.shard.positions)


def test_a_shard_that_keeps_up_is_saved_after_the_short_interval() -> None:
    scene = Scene()
    scene.owned.shard.take(chunk_of(0))
    scene.clock.seconds += 0.9
    assert not scene.pacer.due(scene.owned)
    scene.clock.seconds += 0.2
    assert scene.pacer.due(scene.owned)


@pytest.mark.parametrize(("end", "due_after"), [(1, 1.0), (BACKLOG_RECORDS + 2, 10.8)])
def test_what_came_while_a_checkpoint_was_written_waits_for_that_as_well_in_a_backlog_only(
    end: int, due_after: float
) -> None:
    scene = Scene()
    scene.end = end
    scene.owned.shard.take(chunk_of(0))
    scene.owned.saved_at = scene.clock.seconds + 0.8
    scene.clock.seconds += due_after - 0.1
    assert not scene.pacer.due(scene.owned)
    scene.clock.seconds += 0.2
    assert scene.pacer.due(scene.owned)


def test_a_backlog_is_worked_off_with_fewer_checkpoints() -> None:
    scene = Scene()
    scene.end = BACKLOG_RECORDS + 2
    scene.owned.shard.take(chunk_of(0))
    scene.clock.seconds += 9.9
    assert not scene.pacer.due(scene.owned)
    scene.clock.seconds += 0.2
    assert scene.pacer.due(scene.owned)


def test_the_last_of_a_backlog_waits_for_its_end() -> None:
    scene = Scene()
    scene.end = BACKLOG_RECORDS + 2
    scene.owned.shard.take(chunk_of(0))
    scene.clock.seconds += 5
    assert not scene.pacer.due(scene.owned)
    scene.end = 2
    assert not scene.pacer.due(scene.owned)
    scene.owned.shard.take(chunk_of(1))
    assert scene.pacer.due(scene.owned)


def test_the_end_of_a_backlog_need_not_be_asked_for_once_more() -> None:
    """All that is left was fetched in one go, long ago; the next fetch waits until it is counted."""
    scene = Scene()
    scene.end = BACKLOG_RECORDS + 2
    scene.owned.shard.take(chunk_of(0))
    assert not scene.pacer.due(scene.owned)
    scene.end = None
    scene.owned.shard.take(chunk_of(BACKLOG_RECORDS + 1, start=1))
    scene.clock.seconds += 1.1
    assert scene.pacer.due(scene.owned)


def test_a_shard_that_never_quite_gets_through_is_saved_all_the_same() -> None:
    scene = Scene()
    scene.end = BACKLOG_RECORDS + 2
    scene.owned.shard.take(chunk_of(0))
    assert not scene.pacer.due(scene.owned)
    scene.end = 2
    scene.clock.seconds += BACKLOG_ENDS_SECONDS - 0.1
    assert not scene.pacer.due(scene.owned)
    scene.clock.seconds += 0.2
    assert scene.pacer.due(scene.owned)


def test_many_touched_positions_are_saved_whatever_the_time() -> None:
    scene = Scene()
    scene.end = BACKLOG_RECORDS + 2
    book = scene.owned.shard.book
    assert isinstance(book, CountingBook)
    scene.owned.shard.take(chunk_of(0))
    book._touched |= {"a", "b"}
    assert scene.pacer.due(scene.owned)


def test_a_shard_with_nothing_new_is_left_alone() -> None:
    scene = Scene()
    scene.clock.seconds += 100
    assert not scene.pacer.due(scene.owned)


def test_a_shard_with_nothing_new_may_have_commits_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()
    scene.owned._written.add((CONSUMPTION, 0))
    assert not scene.pacer.due(scene.owned)
    monkeypatch.setattr(streams.checkpoint, "END_SECONDS", 0.0)
    assert scene.pacer.due(scene.owned)


def test_a_lost_shard_is_left_alone() -> None:
    scene = Scene()
    scene.owned.shard.take(chunk_of(0))
    scene.owned.lost = "taken over"
    scene.clock.seconds += 100
    assert not scene.pacer.due(scene.owned)


async def test_fenced_without_a_rebalance_the_worker_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()
    monkeypatch.setattr("streams.pacing.LOOK_SECONDS", 0)
    scene.assignment.fenced_at = scene.clock.seconds - 31
    with pytest.raises(FencedForGood, match="no rebalance followed within 30 s"):
        await scene.pacer.run()


def test_a_topic_is_caught_up_only_when_its_end_is_known_and_reached() -> None:
    shard = shard_of()
    shard.take(chunk_of(0, 1))
    ends: dict[str, int | None] = dict(zip(INPUTS, (0, None, 2), strict=True))
    lag = Lag(shard, lambda topic, _: ends[topic])
    assert lag.caught_up == {INPUTS[0], CONSUMPTION}
    ends[CONSUMPTION] = 3
    assert Lag(shard, lambda topic, _: ends[topic]).caught_up == {INPUTS[0]}
