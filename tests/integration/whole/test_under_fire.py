"""Worker, projector and broker are killed again and again under load, and nothing is lost, doubled or repeated."""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

import store
from abasto.catalogue.load import run_load
from abasto.feed.publish import send
from schemas.alerts import Alert
from schemas.channels import ALERTS, DEAD_LETTERS, POSITIONS
from schemas.dead_letters import DeadLetter
from streams.settings import Settings
from streams.topic_check import ensure_topics
from tests.integration.engine.conftest import settings_for
from tests.integration.engine.topics import read_topic
from tests.integration.whole.network import Network
from tests.servers.kafka import KafkaServer
from tests.servers.reaper import Reaper
from tests.servers.worker import REAL, Workers, running_workers

pytestmark = pytest.mark.integration

ROUNDS = 5
PARTITIONS = 4
MONTHS = 6
EVENTS_A_SECOND = 250
SETTLED_WITHIN_SECONDS = 120.0


class Projector:
    """The projector's process, killed and started again."""

    def __init__(self, settings: Settings, database: str, log: Path, reaper: Reaper) -> None:
        self._environment = {
            **os.environ,
            "ABASTO_BROKERS": settings.brokers,
            "ABASTO_DATABASE": database,
            "ABASTO_PROJECTOR_METRICS_PORT": "0",
        }
        self._log = log
        self._reaper = reaper
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "abasto", "projector"], env=self._environment, stdout=output, stderr=output
            )
        self._reaper.watch_process(self._process.pid)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def revive(self) -> None:
        """Start it again if it gave up on its own."""
        if self._process is None or self._process.poll() is not None:
            self.start()


class Service:
    """Everything that runs, killed piece by piece."""

    def __init__(self, kafka: KafkaServer, settings: Settings, projector: Projector, workers: Workers) -> None:
        self.settings = settings
        self._kafka = kafka
        self._projector = projector
        self._workers = workers
        self._worker = workers.start(settings, REAL)
        projector.start()

    def kill_and_revive(self, what: str) -> None:
        if what == "worker":
            self._worker.kill()
        elif what == "projector":
            self._projector.kill()
        else:
            self._kafka.kill()
            self._kafka.start()
        self.revive()

    def revive(self) -> None:
        """Start again what ended, as a supervisor does."""
        if self._worker.process.poll() is not None:
            self._worker = self._workers.start(self.settings, REAL)
        self._projector.revive()


def test_nothing_is_lost_doubled_or_repeated(
    own_kafka: Callable[[], KafkaServer], postgres_url: str, tmp_path: Path, reaper: Reaper
) -> None:
    kafka = own_kafka()
    network = Network(tmp_path / "network", MONTHS, PARTITIONS)
    settings = msgspec.structs.replace(
        settings_for(kafka, group="fire", partitions=PARTITIONS), clock="events", instance="one"
    )
    asyncio.run(ensure_topics(settings, create=True))
    run_load(tmp_path / "network" / "catalogue", broker=settings.brokers, replace=False, as_json=True)
    store.migrate(postgres_url)
    chance = random.Random(11)
    with running_workers(tmp_path, reaper) as workers:
        projector = Projector(settings, postgres_url, tmp_path / "projector.log", reaper)
        try:
            service = Service(kafka, settings, projector, workers)
            _publish_under_fire(service, network, chance)
            expected = network.replayed()
            _wait_until_shown(service, postgres_url, expected.positions, expected.alerts)
        finally:
            projector.kill()
    _check_topics(settings, expected.positions, expected.alerts, network, [r.value for r in expected.refusals])
    _check_read_model(postgres_url, expected.positions, expected.alerts)


def _publish_under_fire(service: Service, network: Network, chance: random.Random) -> None:
    """Publish at a steady rate, and meanwhile kill in each round worker, projector and broker, one after another."""
    with ThreadPoolExecutor(1) as beside:
        publishing = beside.submit(lambda: asyncio.run(send(network.records(), service.settings, EVENTS_A_SECOND)))
        for _ in range(ROUNDS):
            for what in chance.sample(["worker", "projector", "broker"], 3):
                time.sleep(chance.uniform(0.2, 2.0))
                if publishing.done():
                    pytest.fail(f"publishing ended before the last kill: {publishing.result()}")
                service.kill_and_revive(what)
        publishing.result()


def _wait_until_shown(service: Service, database: str, positions: list[bytes], alerts: list[bytes]) -> None:
    deadline = time.monotonic() + SETTLED_WITHIN_SECONDS
    wanted = {_identity(value) for value in positions}, len(alerts)
    while (shown := _shown(database)) != wanted and time.monotonic() < deadline:
        service.revive()
        time.sleep(0.5)
    differing = len(wanted[0] ^ shown[0])
    example = "\n".join(sorted(wanted[0] ^ shown[0], key=lambda identity: identity[identity.find("facility") :])[:2])
    settled = not differing and shown[1] == wanted[1]
    assert settled, f"{differing} positions differ, {shown[1]} of {wanted[1]} alert transitions shown:\n{example}"


def _without_version(document: bytes) -> dict[str, Any]:
    position: dict[str, Any] = msgspec.json.decode(document)
    del position["version"]
    return position


def _identity(document: bytes) -> str:
    return msgspec.json.encode(_without_version(document), order="deterministic").decode()


def _shown(database: str) -> tuple[set[str], int]:
    engine = sa.create_engine(database)
    try:
        with engine.connect() as connection:
            documents = connection.execute(sa.text("SELECT document::text FROM positions")).scalars()
            identities = {_identity(document.encode()) for document in documents}
            count = connection.execute(sa.text("SELECT count(*) FROM alert_transitions")).scalar_one()
            return identities, int(count)
    finally:
        engine.dispose()


def _check_topics(
    settings: Settings, positions: list[bytes], alerts: list[bytes], network: Network, refused: list[str]
) -> None:
    history: dict[bytes, list[bytes]] = defaultdict(list)
    for _, key, value in asyncio.run(read_topic(settings, POSITIONS)):
        history[key].append(value)
    for key, values in history.items():
        versions = [msgspec.json.decode(value)["version"] for value in values]
        assert versions == list(range(1, len(versions) + 1)), key
    assert not {_identity(values[-1]) for values in history.values()} ^ {_identity(value) for value in positions}

    published = [value for _, _, value in asyncio.run(read_topic(settings, ALERTS))]
    assert sorted(_transition(value) for value in published) == sorted(_transition(value) for value in alerts)
    assert len({_transition(value)[:2] for value in published}) == len(published)

    letters = [
        msgspec.json.decode(value, type=DeadLetter) for _, _, value in asyncio.run(read_topic(settings, DEAD_LETTERS))
    ]
    assert not _difference(letters, refused)
    assert len({letter.number for letter in letters}) == len(letters)


def _difference(letters: list[DeadLetter], refused: list[str]) -> list[str]:
    """What was refused once too often or too seldom, and where it lay: a record that was published twice lies in two
    places, one that was refused twice in one."""
    told, expected = Counter((letter.value or b"").decode(errors="replace") for letter in letters), Counter(refused)
    return [f"never: {value[:300]}" for value in expected - told] + [
        f"{letter.topic}:{letter.partition}:{letter.offset} {letter.fault} ({letter.reason}): {value[:300]}"
        for value in told - expected
        for letter in letters
        if (letter.value or b"").decode(errors="replace") == value
    ]


def _transition(value: bytes) -> tuple[object, ...]:
    alert = msgspec.json.decode(value, type=Alert)
    return alert.alert, alert.sequence, alert.state, alert.severity, alert.since, alert.at, alert.reason


def _check_read_model(database: str, positions: list[bytes], alerts: list[bytes]) -> None:
    engine = sa.create_engine(database)
    try:
        with engine.connect() as connection:
            pairs = connection.execute(sa.text("SELECT alert, sequence FROM alert_transitions")).all()
            assert sorted(map(tuple, pairs)) == sorted(_transition(value)[:2] for value in alerts)
            count = connection.execute(sa.text("SELECT count(*) FROM positions")).scalar_one()
            assert count == len(positions)
    finally:
        engine.dispose()
