"""A PostgreSQL that restarts under the projector."""

import threading
from collections.abc import Callable

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, select
from sqlalchemy.engine import make_url

from store.faults import DatabaseGone
from store.metrics import ProjectorMetrics
from store.tables import PositionRow
from tests.builders import position
from tests.unit.store.conftest import projector
from tests.unit.store.log import Log
from tests.unit.store.test_indicator_metrics import eventually, failures, publish, reading, samples

pytestmark = pytest.mark.integration


class Server:
    """The database as its administrator sees it: open to connections, or closed with all of them cut."""

    def __init__(self, address: str) -> None:
        url = make_url(address)
        self._name = sql.Identifier(str(url.database))
        self._database = str(url.database)
        self._admin = psycopg.connect(
            host=url.host, port=url.port, user=url.username, dbname="postgres", autocommit=True
        )

    def shut(self) -> None:
        self._admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(self._name))
        self._admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [self._database]
        )

    def open(self) -> None:
        self._admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(self._name))

    def close(self) -> None:
        self.open()
        self._admin.close()


def once(action: Callable[[], object]) -> Callable[[threading.Event], None]:
    """What a projector does when it has read everything: first the action, then stop."""
    pending = [action]

    def on_idle(stop: threading.Event) -> None:
        if pending:
            pending.pop()()
        else:
            stop.set()

    return on_idle


def test_a_server_that_comes_back_costs_nothing_but_time(
    engine: Engine, log: Log, database: str, metrics: ProjectorMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    server = Server(database)
    log.publish(position(version=1))
    back = threading.Timer(0.8, server.open)

    def restart() -> None:
        server.shut()
        log.publish(position(version=2))
        back.start()

    projector(engine, log, metrics, on_idle=once(restart)).run()
    back.join()
    server.close()
    with engine.connect() as connection:
        assert connection.scalar(select(PositionRow.version)) == 2
    assert "The database does not answer while writing a batch" in caplog.text
    assert "The database is back after" in caplog.text


def test_indicators_that_could_not_be_read_come_when_the_server_is_back(
    engine: Engine, log: Log, database: str, metrics: ProjectorMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    publish(log)
    projector(engine, log).run()
    engine.dispose()
    server = Server(database)
    server.shut()
    with reading(database, metrics, pause_s=0.001):
        eventually(lambda: failures(metrics))
        assert samples(metrics.registry, "abasto_indicator_share") == {}
        server.close()
        eventually(lambda: ("abasto", "") in samples(metrics.registry, "abasto_indicator_share"))
    assert "The indicators cannot be read for the metrics" in caplog.text
    assert "The indicators can be read again" in caplog.text


def test_a_server_that_stays_away_ends_the_projector_and_the_next_one_goes_on(
    engine: Engine, log: Log, database: str
) -> None:
    server = Server(database)
    log.publish(position(version=1))

    def away() -> None:
        server.shut()
        log.publish(position(version=2))

    with pytest.raises(DatabaseGone, match="did not let us finish writing a batch"):
        projector(engine, log, on_idle=once(away)).run()
    server.close()
    projector(engine, log).run()
    with engine.connect() as connection:
        assert connection.scalar(select(PositionRow.version)) == 2
