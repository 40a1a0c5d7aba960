"""A partition has one owner: shards move with rebalances, and whoever is no longer the owner cannot write."""

import asyncio
import time
from collections.abc import Callable

import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from abasto.local.programs import free_port
from streams.clients import connection
from streams.settings import Settings
from tests.integration.engine.conftest import settings_for
from tests.integration.engine.topics import fresh_topics, load, publish, wait_until_counted
from tests.servers.kafka import KafkaServer
from tests.servers.worker import Workers

pytestmark = pytest.mark.integration


def other(settings: Settings, **changes: object) -> Settings:
    """Settings of another worker of the same installation."""
    return msgspec.structs.replace(settings, metrics_port=free_port(), **changes)


async def test_workers_that_come_and_go_share_the_partitions(settings: Settings, workers: Workers) -> None:
    events = load(8_000)
    feeding = asyncio.create_task(publish(settings, events, per_second=800))
    first = workers.start(settings)
    await asyncio.to_thread(first.wait_until_ready)
    second = workers.start(other(settings))
    await asyncio.to_thread(second.wait_until_ready)
    await asyncio.to_thread(first.wait_until_ready, 2)
    # The shard that stayed was proven by a commit of its own producer and not recovered.
    assert "shards kept [0], recovered []" in first.log or "shards kept [1], recovered []" in first.log
    assert first.stop() == 0
    await asyncio.to_thread(second.wait_until_ready, 2)
    await feeding
    await wait_until_counted(settings, events)
    assert second.stop() == 0


async def test_a_zombie_cannot_write(settings: Settings, workers: Workers) -> None:
    events = load(9_000)
    feeding = asyncio.create_task(publish(settings, events, per_second=600))
    zombie = workers.start(settings)
    await asyncio.to_thread(zombie.wait_until_ready)
    await asyncio.sleep(1)
    zombie.freeze()
    heir = workers.start(other(settings))
    await asyncio.to_thread(heir.wait_until_ready)
    await asyncio.sleep(1)
    zombie.thaw()
    await feeding
    await wait_until_counted(settings, events)
    assert zombie.process.poll() is None
    assert heir.process.poll() is None
    assert "was taken over by another owner" in zombie.log


async def test_a_rebalance_calls_a_long_recovery_off(settings: Settings, workers: Workers) -> None:
    events = load(1_000)
    first = workers.start(settings, SLOW_RECOVERY="4")
    await asyncio.to_thread(first.wait_for, "catalogue:")
    await publish(settings, events[:500])
    # It comes while the first recovers both shards; each then recovers its own.
    second = workers.start(other(settings), SLOW_RECOVERY="4")
    await asyncio.to_thread(first.wait_until_ready)
    await asyncio.to_thread(second.wait_until_ready)
    assert "recovered [0, 1]" not in first.log
    await publish(settings, events[500:])
    await wait_until_counted(settings, events)
    assert (first.stop(), second.stop()) == (0, 0)


async def test_a_worker_told_to_stop_while_it_recovers_stops_at_once(settings: Settings, workers: Workers) -> None:
    worker = workers.start(settings, SLOW_RECOVERY="60")
    await asyncio.to_thread(worker.wait_for, "catalogue:")
    await asyncio.sleep(2)
    assert worker.stop(seconds=10) == 0


async def test_fenced_and_no_rebalance_the_worker_stops(settings: Settings, workers: Workers) -> None:
    worker = workers.start(msgspec.structs.replace(settings, fenced_wait_seconds=2.0))
    await asyncio.to_thread(worker.wait_until_ready)
    stranger = AIOKafkaProducer(**connection(settings), transactional_id=f"{settings.group}-0")
    await stranger.start()
    await publish(settings, load(100))
    assert await asyncio.to_thread(worker.exit_code) == 1
    await stranger.stop()
    assert "no rebalance followed within 2 s: does another installation use the consumer group" in worker.log
    assert "Traceback" not in worker.log


async def test_a_broker_killed_under_load_costs_nothing(own_kafka: Callable[[], KafkaServer], workers: Workers) -> None:
    kafka = own_kafka()
    # On a busy machine the broker is back only after half a minute; that long a worker may wait here.
    here = msgspec.structs.replace(
        settings_for(kafka, group="broker-killed"), checkpoint_limit_seconds=200.0, transaction_timeout_seconds=300.0
    )
    await fresh_topics(here)
    events = load(6_000)
    worker = workers.start(here)
    await asyncio.to_thread(worker.wait_until_ready)
    feeding = asyncio.create_task(publish(here, events, per_second=600))
    for _ in range(2):
        await asyncio.sleep(2)
        await asyncio.to_thread(kafka.kill)
        await asyncio.to_thread(kafka.start)
    await feeding
    await wait_until_counted(here, events, seconds=120)
    assert worker.process.poll() is None


async def test_a_checkpoint_that_nobody_confirms_stops_the_worker_in_time(
    own_kafka: Callable[[], KafkaServer], workers: Workers
) -> None:
    kafka = own_kafka()
    here = msgspec.structs.replace(settings_for(kafka, group="broker-gone"), checkpoint_limit_seconds=4.0)
    await fresh_topics(here)
    events = load(10_000)
    worker = workers.start(here)
    await asyncio.to_thread(worker.wait_until_ready)
    feeding = asyncio.create_task(publish(here, events, per_second=1000))
    await asyncio.sleep(1.5)
    await asyncio.to_thread(kafka.kill)
    began = time.monotonic()
    assert await asyncio.to_thread(worker.exit_code) == 1
    assert time.monotonic() - began < 15
    assert "not confirmed within 4 s" in worker.log
    await asyncio.to_thread(kafka.start)
    workers.start(here)
    await feeding
    await wait_until_counted(here, events)
