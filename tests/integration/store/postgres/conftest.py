"""The fixtures of the unit tests, with a PostgreSQL behind them."""

import pytest

import store
from tests.unit.store.conftest import engine, log, metrics, project

__all__ = ["database", "engine", "log", "metrics", "project"]


@pytest.fixture
def database(postgres_url: str) -> str:
    """The address of a migrated PostgreSQL database."""
    store.migrate(postgres_url)
    return postgres_url
