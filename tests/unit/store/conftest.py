"""A migrated database for each test, and a projector over topics in memory."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

import store
from store.database import open_engine
from store.metrics import ProjectorMetrics
from store.patience import Patience
from store.projector import Projector
from store.settings import StoreSettings
from store.tables import PROJECTED, Base
from tests.unit.store.log import Log, LogSource

Rows = dict[str, list[tuple[object, ...]]]
Project = Callable[[], None]
"""Reads to the end of the topics."""


@pytest.fixture
def database(tmp_path: Path) -> str:
    """The address of a migrated SQLite database."""
    address = f"sqlite:///{tmp_path}/var/abasto.db"
    store.migrate(address)
    return address


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    opened = open_engine(database, read_again=True)
    yield opened
    opened.dispose()


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def metrics() -> ProjectorMetrics:
    return ProjectorMetrics()


@pytest.fixture
def project(engine: Engine, log: Log, metrics: ProjectorMetrics) -> Project:
    """Starts a projector and lets it read to the end of the topics."""

    def run(at_once: int = 1000) -> None:
        projector(engine, log, metrics, at_once=at_once).run()

    return run


def projector(
    engine: Engine,
    log: Log,
    metrics: ProjectorMetrics | None = None,
    *,
    at_once: int = 1000,
    on_idle: Callable[[threading.Event], object] = threading.Event.set,
) -> Projector:
    """A projector that stops when it has read everything, unless `on_idle` does otherwise."""
    stop = threading.Event()
    used = metrics or ProjectorMetrics()
    settings = StoreSettings(topics_patience_seconds=0)
    source = LogSource(log, lambda: on_idle(stop), at_once)
    return Projector(settings, engine, source, Patience(2.5, stop, used.database_retries.inc), used)


def rows(engine: Engine, *tables: type[Base]) -> Rows:
    """All rows, sorted: what must be equal when two read models are."""
    with engine.connect() as connection:
        return {
            table.__tablename__: sorted(map(tuple, connection.execute(select(table.__table__))), key=repr)
            for table in tables or PROJECTED
        }


def faults(metrics: ProjectorMetrics) -> dict[str, float]:
    """How many records a projector found fault with, by fault."""
    return {
        sample.labels["fault"]: sample.value
        for family in metrics.faults.collect()
        for sample in family.samples
        if sample.name.endswith("_total")
    }
