"""Opening the database, and bringing its tables to the state this program expects."""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

if TYPE_CHECKING:
    import psycopg

SCHEMA_REVISION = "0009"
"""The newest migration. Known without loading Alembic, which a listing on the command line need not wait for."""

BUSY_TIMEOUT_S = 10.0
"""How long SQLite waits for another writer. A batch of the projector takes well under a second."""

BUSY_TIMEOUT_READ_AGAIN_S = 2.0
"""The projector waits for a lock this long at a time and then looks whether it was told to stop."""

PAGE_BYTES = 8_192
"""Of a SQLite file made now: a position takes 3 kB, so the usual 4,096 would be a page for each, a third wasted."""

CACHE_KIB = 8_192
CACHE_READ_AGAIN_KIB = 65_536
"""Pages SQLite keeps in memory. The projector's hold the inner pages of all indexes and a batch's rows."""

MIGRATION_LOCK = 4_217_000_021
"""Key of the PostgreSQL advisory lock under which one program at a time migrates; any number that is ours."""


class DatabaseNotReady(RuntimeError):
    """The database is missing, not migrated, or of another release; the message says what to do."""


class DatabaseUnusable(ValueError):
    """The address of the database cannot be used."""


def database_url(address: str) -> URL:
    """`sqlite:///FILE` or `postgresql://…`, with the driver we use filled in."""
    try:
        url = make_url(address)
    except ArgumentError:
        # The address may hold a password: it is not repeated.
        raise DatabaseUnusable("ABASTO_DATABASE: write sqlite:///FILE or postgresql://USER@HOST/NAME") from None
    backend = url.drivername.partition("+")[0]
    if backend == "sqlite" and url.database not in (None, "", ":memory:"):
        return url.set(drivername="sqlite")
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    raise DatabaseUnusable(
        f"ABASTO_DATABASE: {url.render_as_string()} is neither a SQLite file (sqlite:///FILE) nor PostgreSQL"
    )


def open_engine(address: str, *, read_again: bool = False) -> Engine:
    """An engine for the read model.

    `read_again` is for a writer whose every row can be read again from Kafka, from the offsets in the same
    transaction: it need not wait for the disk at each commit (`synchronous = NORMAL` of SQLite, `synchronous_commit =
    off` of PostgreSQL: a power cut may take the last commits back, whole ones, and never damages the rest). What people
    write is not like that.
    """
    url = database_url(address)
    if url.drivername != "sqlite":
        # A server restarted while we were idle is noticed before the first statement, not by it.
        engine = create_engine(url, pool_pre_ping=True, connect_args=_server_options(read_again))
        if read_again:
            event.listen(engine, "connect", _compress_quickly)
        return engine
    busy_timeout_s = BUSY_TIMEOUT_READ_AGAIN_S if read_again else BUSY_TIMEOUT_S
    engine = create_engine(url, connect_args={"timeout": busy_timeout_s})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        # The driver must not open transactions of its own accord: `begin` below says which kind.
        connection.isolation_level = None
        for pragma in (
            f"page_size = {PAGE_BYTES}",
            "journal_mode = WAL",
            "foreign_keys = ON",
            f"synchronous = {'NORMAL' if read_again else 'FULL'}",
            f"cache_size = -{CACHE_READ_AGAIN_KIB if read_again else CACHE_KIB}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later cannot wait for another writer: SQLite fails it at once.
        writes = connection.get_execution_options().get("abasto_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _server_options(read_again: bool) -> dict[str, Any]:
    lock_timeout_s = BUSY_TIMEOUT_READ_AGAIN_S if read_again else BUSY_TIMEOUT_S
    commit = " -c synchronous_commit=off" if read_again else ""
    return {
        "connect_timeout": 5,  # seconds
        "tcp_user_timeout": 10_000,  # milliseconds: a server that vanished without a word is noticed
        "options": f"-c lock_timeout={lock_timeout_s:.0f}s{commit}",
    }


def _compress_quickly(connection: "psycopg.Connection", _entry: ConnectionPoolEntry) -> None:
    """Documents are just above the size from which PostgreSQL compresses. Its own way costs it as much as the rest of
    the row; a server too old for the other one, or built without it, stays with its own."""
    connection.execute(
        "SELECT set_config(name, 'lz4', false) FROM pg_settings "
        "WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)"
    )
    connection.commit()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that will write: SQLite's write lock is taken at its start."""
    with engine.connect().execution_options(abasto_writes=True) as connection, connection.begin():
        yield connection


def migrate(address: str) -> None:
    """Makes the database if need be and brings its tables to this release; safe to call twice and at once."""
    from alembic import command  # noqa: PLC0415 - slow to load, and only here is it needed
    from alembic.config import Config  # noqa: PLC0415 - as above

    url = database_url(address)
    if url.drivername == "sqlite" and url.database is not None:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = open_engine(address)
    try:
        with writing(engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            found = _revision(connection)
            if found is not None and found > SCHEMA_REVISION:
                raise _newer(found)
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def check_schema(engine: Engine) -> None:
    """Raises `DatabaseNotReady` unless the tables are those of this release."""
    url = engine.url
    if url.drivername == "sqlite" and not Path(url.database or "").exists():
        raise DatabaseNotReady(f"There is no database at {url.database}. Make it with: abasto db migrate")
    with engine.connect() as connection:
        found = _revision(connection)
    if found is None:
        raise DatabaseNotReady(f"{url.render_as_string()} has no tables of Abasto yet. Run: abasto db migrate")
    if found > SCHEMA_REVISION:
        raise _newer(found)
    if found < SCHEMA_REVISION:
        raise DatabaseNotReady(
            f"The database is at revision {found}, this program needs {SCHEMA_REVISION}. Run: abasto db migrate"
        )


def _newer(found: str) -> DatabaseNotReady:
    return DatabaseNotReady(
        f"The database is at revision {found}, newer than this program's {SCHEMA_REVISION}: update Abasto here"
    )


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def may_pass(error: DBAPIError) -> bool:
    """Whether the fault is of the kind that passes: the server is away or restarting, the file is locked or full."""
    if isinstance(error.orig, sqlite3.Error):
        name = getattr(error.orig, "sqlite_errorname", "")
        return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN"))
    state: Any = getattr(error.orig, "sqlstate", None)
    if state is None:  # the connection was lost, or never made
        return error.connection_invalidated or isinstance(error, OperationalError)
    # 08 connection, 40 deadlock, 53 resources, 55P03 a lock held too long, 57 shut-down by an operator.
    return state[:2] in {"08", "40", "53", "57"} or state == "55P03"


def utc_now() -> dt.datetime:
    """This instant, aware."""
    return dt.datetime.now(dt.UTC)
