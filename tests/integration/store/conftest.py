"""Output topics on a real Kafka, written as the engine writes them: in transactions."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

import store
from schemas import channels
from store.projections import PROJECTIONS
from tests.servers.kafka import KafkaServer
from tests.unit.store.log import Message, address_of

PARTITIONS = 3


class OutputTopics:
    """A writer of the output topics."""

    def __init__(self, kafka: KafkaServer) -> None:
        self.kafka = kafka
        self._producer = KafkaProducer(
            bootstrap_servers=kafka.bootstrap,
            transactional_id=f"test-{uuid.uuid4().hex}",
            acks="all",
            linger_ms=0,
            metrics_enabled=False,
        )
        self._producer.init_transactions()

    def publish(self, *messages: Message, commit: bool = True) -> None:
        """One transaction, committed or aborted."""
        self._producer.begin_transaction()
        for message in messages:
            topic, key = address_of(message)
            self._producer.send(topic, key=key.encode(), value=msgspec.json.encode(message))
        self._producer.flush()
        if commit:
            self._producer.commit_transaction()
        else:
            self._producer.abort_transaction()

    def send(self, topic: str, key: bytes, value: bytes | None) -> None:
        """One record of any content, in a transaction of its own."""
        self._producer.begin_transaction()
        self._producer.send(topic, key=key, value=value)
        self._producer.commit_transaction()

    def ends(self) -> dict[TopicPartition, int]:
        """Where each partition ends for who reads committed records: behind the marker of the last transaction."""
        reader = KafkaConsumer(
            bootstrap_servers=self.kafka.bootstrap, isolation_level="read_committed", metrics_enabled=False
        )
        try:
            partitions = [
                TopicPartition(topic, number) for topic in PROJECTIONS for number in reader.partitions_for_topic(topic)
            ]
            found: dict[TopicPartition, int] = reader.end_offsets(partitions)
            return found
        finally:
            reader.close()

    def close(self) -> None:
        self._producer.close()


def make_topics(kafka: KafkaServer) -> None:
    kafka.create_topics(channels.CATALOGUE, partitions=1)
    kafka.create_topics(channels.POSITIONS, channels.ALERTS, channels.DEAD_LETTERS, partitions=PARTITIONS)


def remove_topics(kafka: KafkaServer, topics: Sequence[str] = tuple(PROJECTIONS)) -> None:
    """Deletes topics, those that are there, and waits until the broker has forgotten them."""
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    try:
        admin.delete_topics([topic for topic in admin.list_topics() if topic in topics])
        deadline = time.monotonic() + 30
        while set(admin.list_topics()) & set(topics):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        admin.close()


@pytest.fixture
def topics(kafka: KafkaServer) -> Iterator[OutputTopics]:
    """Empty output topics on the shared broker, gone afterwards."""
    make_topics(kafka)
    writer = OutputTopics(kafka)
    yield writer
    writer.close()
    remove_topics(kafka)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database of each kind."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path}/abasto.db"
    else:
        address = str(request.getfixturevalue("postgres_url"))
    store.migrate(address)
    return address


class ProjectorProcess:
    """`run_projector` in a process of its own, to be killed."""

    def __init__(self, bootstrap: str, database: str, log: Path, **settings: Any) -> None:
        environment = {
            "ABASTO_BROKERS": bootstrap,
            "ABASTO_DATABASE": database,
            "ABASTO_PROJECTOR_METRICS_PORT": "0",
            **{f"ABASTO_{name.upper()}": str(value) for name, value in settings.items()},
        }
        self.log = log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore::DeprecationWarning", "-m", "abasto", "projector"],
                env={**os.environ, **environment},
                stdout=out,
                stderr=out,
            )

    def end(self, within_s: float = 20) -> int:
        """Asks it to stop and returns its exit code."""
        self.process.terminate()
        return self.process.wait(within_s)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def start_projector(database: str, tmp_path: Path) -> Iterator[Callable[..., ProjectorProcess]]:
    """Starts projectors; those still running at the end are killed."""
    started: list[ProjectorProcess] = []

    def start(kafka: KafkaServer, **settings: Any) -> ProjectorProcess:
        started.append(ProjectorProcess(kafka.bootstrap, database, tmp_path / "projector.log", **settings))
        return started[-1]

    yield start
    for projector in started:
        projector.kill()
