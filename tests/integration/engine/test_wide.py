"""Alerts about whole facilities and items, by workers that are killed under load: those of a replay, each once."""

import asyncio
import random
import time
from pathlib import Path

import msgspec
import pytest

from abasto.catalogue.load import run_load
from abasto.feed.publish import send
from schemas.alerts import Alert
from schemas.channels import ALERTS
from streams.settings import Settings
from tests.integration.engine.topics import read_topic
from tests.integration.whole.network import Network
from tests.servers.worker import REAL, Workers

pytestmark = pytest.mark.integration

ROUNDS = 6
MONTHS = 6
EVENTS_A_SECOND = 2_000
SETTLED_WITHIN_SECONDS = 60.0

WIDE = ("silent_facility", "national_shortage")


def test_a_killed_worker_gives_the_wide_alerts_of_a_replay_each_once(
    settings: Settings, workers: Workers, tmp_path: Path
) -> None:
    network = Network(tmp_path / "network", MONTHS, settings.partitions)
    expected = sorted(identity(value) for value in network.replayed().alerts)
    assert {what[0] for what in expected} >= set(WIDE), "the simulation has neither silence nor shortage"
    run_load(tmp_path / "network" / "catalogue", broker=settings.brokers, replace=False, as_json=True)
    by_events = msgspec.structs.replace(settings, clock="events", instance="one")
    chance = random.Random(5)
    worker = workers.start(by_events, REAL)
    records = network.records()
    size = len(records) // ROUNDS + 1
    for start in range(0, len(records), size):
        asyncio.run(send(records[start : start + size], settings, EVENTS_A_SECOND))
        time.sleep(chance.uniform(0, 1.0))
        worker.kill()
        worker = workers.start(by_events, REAL)
    deadline = time.monotonic() + SETTLED_WITHIN_SECONDS
    while len(published(settings)) < len(expected) and time.monotonic() < deadline:
        assert worker.process.poll() is None, worker.log
        time.sleep(0.5)
    # What came twice would come right after.
    time.sleep(2.0)
    assert sorted(published(settings)) == expected
    assert worker.stop() == 0


def test_two_workers_with_a_stage_each_give_the_alerts_of_one(
    settings: Settings, workers: Workers, tmp_path: Path
) -> None:
    network = Network(tmp_path / "network", MONTHS, settings.partitions)
    expected = sorted(identity(value) for value in network.replayed().alerts)
    run_load(tmp_path / "network" / "catalogue", broker=settings.brokers, replace=False, as_json=True)
    running = [
        workers.start(msgspec.structs.replace(settings, clock="events", stages=stage, metrics_port=port), REAL)
        for stage, port in (("wide", 0), ("positions", settings.metrics_port))
    ]
    asyncio.run(send(network.records(), settings, EVENTS_A_SECOND))
    deadline = time.monotonic() + SETTLED_WITHIN_SECONDS
    while len(published(settings)) < len(expected) and time.monotonic() < deadline:
        assert all(worker.process.poll() is None for worker in running), [worker.log for worker in running]
        time.sleep(0.5)
    time.sleep(2.0)
    assert sorted(published(settings)) == expected
    assert [worker.stop() for worker in running] == [0, 0]


def published(settings: Settings) -> list[tuple[str, ...]]:
    """All transitions in the topic."""
    return [identity(value) for _, _, value in asyncio.run(read_topic(settings, ALERTS))]


def identity(value: bytes) -> tuple[str, ...]:
    """A transition with all it says."""
    alert = msgspec.json.decode(value, type=Alert)
    return alert.condition, alert.alert, str(alert.sequence), value.decode()
