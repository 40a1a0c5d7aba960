"""A Kafka for the tests of the engine, with the topics of the plan made afresh for each of them."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from abasto.local.errors import JavaMissingError, KafkaDownloadError
from abasto.local.programs import free_port
from streams.settings import Settings
from tests.integration.conftest import _missing
from tests.integration.engine.topics import fresh_topics
from tests.servers.kafka import KafkaServer, running_kafka
from tests.servers.reaper import Reaper
from tests.servers.worker import Workers, running_workers


@pytest.fixture(scope="session")
def engine_kafka(tmp_path_factory: pytest.TempPathFactory, reaper: Reaper) -> Iterator[KafkaServer]:
    """A Kafka of the engine's own: the topics' names are fixed, and each test wants them empty."""
    try:
        with running_kafka(tmp_path_factory.mktemp("engine kafka"), reaper) as server:
            yield server
    except (JavaMissingError, KafkaDownloadError) as missing:
        _missing(missing)


@pytest.fixture
def settings(engine_kafka: KafkaServer, request: pytest.FixtureRequest) -> Settings:
    """Settings for one test, on topics that are empty."""
    settings = settings_for(engine_kafka, group=request.node.name[:100].translate(str.maketrans("[] ", "---")))
    asyncio.run(fresh_topics(settings))
    return settings


@pytest.fixture
def workers(tmp_path: Path, reaper: Reaper) -> Iterator[Workers]:
    """Starts workers of this test; none outlives it."""
    with running_workers(tmp_path, reaper) as workers:
        yield workers


def settings_for(kafka: KafkaServer, *, group: str, partitions: int = 2) -> Settings:
    """Quick checkpoints, and limits short enough to be met in a test."""
    return Settings(
        brokers=kafka.bootstrap,
        group=group,
        partitions=partitions,
        checkpoint_seconds=0.1,
        backlog_checkpoint_seconds=0.3,
        metrics_port=free_port(),
    )
