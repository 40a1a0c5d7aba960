"""Each event counts once, whatever happens to the worker."""

import asyncio
import random

import msgspec
import pytest

from streams.settings import Settings
from tests.integration.engine.topics import check_exact, load, publish, wait_until_counted
from tests.servers.worker import Workers
from tests.workers.hooks import POINTS

pytestmark = pytest.mark.integration


async def test_events_count_once_over_a_stop_and_a_start(settings: Settings, workers: Workers) -> None:
    first, second = load(5_000), load(5_000, first=5_000)
    worker = workers.start(settings)
    await publish(settings, first)
    await wait_until_counted(settings, first)
    assert worker.stop() == 0
    again = workers.start(settings)
    await publish(settings, second)
    await wait_until_counted(settings, first + second)
    assert again.stop() == 0


async def test_what_was_not_yet_saved_is_saved_by_a_stop(settings: Settings, workers: Workers) -> None:
    patient = msgspec.structs.replace(settings, checkpoint_seconds=60.0, backlog_checkpoint_seconds=60.0)
    events = load(1_000)
    worker = workers.start(patient)
    worker.wait_until_ready()
    await publish(settings, events)
    await asyncio.to_thread(worker.wait_for_metric, "abasto_events_total", 1_000)
    assert worker.stop() == 0
    await check_exact(settings, events)


@pytest.mark.parametrize("point", POINTS)
async def test_a_worker_killed_inside_a_checkpoint_loses_and_doubles_nothing(
    settings: Settings, workers: Workers, point: str
) -> None:
    # With a name of its own a restarted worker need not wait until the group takes it for dead.
    named = msgspec.structs.replace(settings, instance="one")
    events = load(6_000)
    feeding = asyncio.create_task(publish(settings, events, per_second=500))
    for times in (2, 3):
        killed = workers.start(named, DIE_AT=point, DIE_AFTER=str(times))
        assert await asyncio.to_thread(killed.exit_code) == -9
    workers.start(named)
    await feeding
    await wait_until_counted(settings, events)


async def test_a_worker_killed_at_random_loses_and_doubles_nothing(settings: Settings, workers: Workers) -> None:
    chance = random.Random(3)
    events = load(20_000)
    feeding = asyncio.create_task(publish(settings, events, per_second=2_500))
    for _ in range(3):
        worker = workers.start(settings)
        await asyncio.to_thread(worker.wait_until_ready)
        await asyncio.sleep(chance.uniform(0.1, 1.5))
        worker.kill()
    workers.start(settings)
    await feeding
    await wait_until_counted(settings, events)
