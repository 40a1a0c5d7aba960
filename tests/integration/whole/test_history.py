"""History published beside a running worker counts as if it had lain there before."""

import asyncio
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from abasto.catalogue.load import run_load
from abasto.feed.publish import send
from schemas.channels import DEAD_LETTERS, POSITIONS
from schemas.dead_letters import DeadLetter
from streams.topic_check import ensure_topics
from tests.integration.engine.conftest import settings_for
from tests.integration.engine.topics import fresh_topics, read_topic
from tests.integration.whole.network import Network
from tests.servers.kafka import KafkaServer
from tests.servers.reaper import Reaper
from tests.servers.worker import REAL, running_workers

pytestmark = pytest.mark.integration

PARTITIONS = 2
WITHIN_SECONDS = 90.0


def test_history_beside_a_running_worker_loses_nothing_to_lateness(
    kafka: KafkaServer, tmp_path: Path, reaper: Reaper
) -> None:
    network = Network(tmp_path / "network", 3, PARTITIONS)
    settings = settings_for(kafka, group="history", partitions=PARTITIONS)
    asyncio.run(fresh_topics(settings))
    asyncio.run(ensure_topics(settings, create=False))
    run_load(tmp_path / "network" / "catalogue", broker=settings.brokers, replace=False, as_json=True)
    expected = {_identity(value) for value in network.replayed().positions}
    with running_workers(tmp_path, reaper) as workers:
        worker = workers.start(settings, REAL)
        worker.wait_until_ready()
        asyncio.run(send(network.records(), settings, 2_000))
        deadline = time.monotonic() + WITHIN_SECONDS
        while (differing := expected ^ {_identity(value) for value in _latest(settings).values()}) and (
            time.monotonic() < deadline
        ):
            time.sleep(1)
        assert not differing
        assert worker.stop() == 0
    letters = [
        msgspec.json.decode(value, type=DeadLetter) for _, _, value in asyncio.run(read_topic(settings, DEAD_LETTERS))
    ]
    assert [letter.reason for letter in letters if letter.fault == "too_late"] == []


def _latest(settings: Any) -> dict[bytes, bytes]:
    return {key: value for _, key, value in asyncio.run(read_topic(settings, POSITIONS))}


def _identity(document: bytes) -> tuple[object, ...]:
    """What the events alone decide; the worker judges at the wall clock once the history has ended."""
    position = msgspec.json.decode(document)
    months = [(month["month"], month["dispensed"], month["issued"], month["returned"]) for month in position["months"]]
    return position["facility"], position["item"], position["on_hand"], position["last_count_gap"], tuple(months)
