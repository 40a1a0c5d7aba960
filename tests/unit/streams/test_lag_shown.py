"""What a scrape shows of a shard whose broker is slow to answer, and of a pacer that hangs."""

import asyncio
import contextlib
import time

import pytest

from schemas.channels import CONSUMPTION, INPUTS
from streams.assignment import Assignment
from streams.checkpoint import OwnedShard, Turn
from streams.metrics import WorkerMetrics
from streams.pacing import Pacer
from streams.settings import Settings
from streams.shard import Shard
from supply.clock import ShardClock
from tests.fakes.counting import CountingBook, PlainIntake

SETTINGS = Settings()


class Scene:
    """A worker with one shard, and a broker that tells an end of the consumption topic, or does not."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.end: int | None = None
        self.metrics = WorkerMetrics()
        shard = Shard(
            0, INPUTS, 1, intake=PlainIntake(), book=CountingBook, clock=ShardClock(INPUTS, 0), wall_ms=lambda: 0
        )
        self.assignment = Assignment(SETTINGS, lambda _: shard, self.metrics, wall_ms=lambda: None)
        self.assignment.ends = lambda topic, _: self.end if topic == CONSUMPTION else 0
        self.pacer = Pacer(self.assignment, SETTINGS, self.metrics)
        owned = OwnedShard(shard, SETTINGS, self.metrics, Turn())
        shard.committed = dict(shard.positions)
        monkeypatch.setattr(Assignment, "owned", property(lambda _: (owned,)))
        monkeypatch.setattr("streams.pacing.LOOK_SECONDS", 0)
        monkeypatch.setattr("streams.pacing.CLOCK_SECONDS", 0)

    def shown(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)

    async def look_around(self) -> None:
        """Let the pacer look a few times."""
        looking = asyncio.create_task(self.pacer.run())
        await asyncio.sleep(0.02)
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(monkeypatch)


async def test_a_lag_outlives_the_silence_of_the_broker(scene: Scene) -> None:
    await scene.look_around()
    assert scene.shown("abasto_lag_offsets", topic=CONSUMPTION, partition="0") is None, "never told yet"
    scene.end = 700
    await scene.look_around()
    assert scene.shown("abasto_ends_unknown", partition="0") == 0
    scene.end = None
    await scene.look_around()
    assert scene.shown("abasto_lag_offsets", topic=CONSUMPTION, partition="0") == 700
    assert scene.shown("abasto_ends_unknown", partition="0") == 1


async def test_a_worker_says_when_it_last_looked_after_its_shards(scene: Scene) -> None:
    assert scene.shown("abasto_worker_alive_timestamp_seconds") == 0
    before = time.time()
    await scene.look_around()
    alive_at = scene.shown("abasto_worker_alive_timestamp_seconds")
    assert alive_at is not None
    assert before <= alive_at <= time.time()
