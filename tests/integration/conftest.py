"""Real servers for the tests in this folder: one Kafka and one PostgreSQL for the whole run.

A machine without Java or PostgreSQL skips the tests that need them, with the reason. Where they must run (in
CI, or with ABASTO_REQUIRE_SERVERS set) the same is a failure.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

import pytest

from abasto.local.errors import JavaMissingError, KafkaDownloadError
from tests.servers.kafka import KafkaServer, running_kafka
from tests.servers.postgres import PostgresMissingError, PostgresServer, running_postgres
from tests.servers.reaper import Reaper


@pytest.fixture(scope="session")
def reaper() -> Iterator[Reaper]:
    """Ends the servers even if this test run is killed."""
    with Reaper() as watching:
        yield watching


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory, reaper: Reaper) -> Iterator[KafkaServer]:
    """A Kafka shared by all tests: use topics and groups of your own, and leave it running."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_kafka(tmp_path_factory.mktemp("kafka"), reaper))
        except (JavaMissingError, KafkaDownloadError) as missing:
            _missing(missing)
        yield server


@pytest.fixture
def own_kafka(tmp_path: Path, reaper: Reaper) -> Iterator[Callable[[], KafkaServer]]:
    """Makes a Kafka for this test alone, to be killed and restarted at will."""
    with ExitStack() as stack:

        def make() -> KafkaServer:
            folder = tmp_path / f"kafka {len(list(tmp_path.iterdir()))}"
            try:
                return stack.enter_context(running_kafka(folder, reaper))
            except (JavaMissingError, KafkaDownloadError) as missing:
                _missing(missing)

        yield make


@pytest.fixture(scope="session")
def postgres(reaper: Reaper) -> Iterator[PostgresServer]:
    """A PostgreSQL shared by all tests."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_postgres(reaper))
        except PostgresMissingError as missing:
            _missing(missing)
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """An empty database for this test alone, as a SQLAlchemy address."""
    with postgres.database() as url:
        yield url


def _missing(reason: Exception) -> NoReturn:
    if os.environ.get("CI") or os.environ.get("ABASTO_REQUIRE_SERVERS"):
        pytest.fail(str(reason), pytrace=False)
    pytest.skip(str(reason))
