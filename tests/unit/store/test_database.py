"""The database: its tables are those of this release, its times are instants, its faults are told apart."""

import datetime as dt
import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import OperationalError

import store
from schemas.alerts import AlertPlace
from store.bulk import upsert
from store.database import (
    SCHEMA_REVISION,
    DatabaseNotReady,
    DatabaseUnusable,
    check_schema,
    may_pass,
    open_engine,
    writing,
)
from store.tables import (
    AlertPlaceRow,
    AlertRow,
    Base,
    ConsumptionMonthRow,
    DeadLetterResendRow,
    OfficialCpmRow,
    PositionRow,
    ProjectorClaimRow,
)
from tests.builders import HOSPITAL, NOON, RITUXIMAB, WAREHOUSE, alert, month

PACIFIC = dt.timezone(dt.timedelta(hours=-7))


def test_migrations_make_exactly_the_tables_of_the_program(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_newest_migration_is_the_one_the_program_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(store.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA_REVISION]


def test_what_was_zero_for_want_of_a_count_becomes_null(tmp_path: Path) -> None:
    """A database of the first release: one position was counted, the other never."""
    config = Config()
    config.set_main_option("script_location", str(Path(store.__file__).parent / "migrations"))
    address = f"sqlite:///{tmp_path}/older.db"
    older = open_engine(address)
    row = {"item": "I", "as_of": dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "version": 1, "status": "out"}
    row |= {"cpm_state": "ok", "due_quantity": 0, "expires_unused": 0, "document": "{}"}
    with writing(older) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(insert(PositionRow).values({**row, "facility": "A", "usable": 5}))
        connection.execute(insert(PositionRow).values({**row, "facility": "B", "usable": None}))
    store.migrate(address)
    with older.connect() as connection:
        found = connection.execute(select(PositionRow.facility, PositionRow.expires_unused)).all()
    assert {tuple(each) for each in found} == {("A", 0), ("B", None)}
    older.dispose()


def test_an_official_cpm_of_an_older_release_keeps_its_place_in_the_catalogue(tmp_path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(store.__file__).parent / "migrations"))
    address = f"sqlite:///{tmp_path}/older.db"
    older = open_engine(address)
    with writing(older) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(
            text("INSERT INTO official_cpm VALUES ('F', 'I', 30, '2026-01-01'), ('F', 'J', 40, NULL)"),
        )
    store.migrate(address)
    with older.connect() as connection:
        found = connection.execute(select(OfficialCpmRow.entry, OfficialCpmRow.cpm)).all()
    assert {tuple(each) for each in found} == {("official_cpm|F|I|2026-01-01", 30), ("official_cpm|F|J|", 40)}
    older.dispose()


def test_a_resend_of_an_older_release_stays_noted_as_sent(tmp_path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(store.__file__).parent / "migrations"))
    address = f"sqlite:///{tmp_path}/older.db"
    older = open_engine(address)
    row = {"number": "t:0:7", "at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "mended": True, "topic": "t"}
    with writing(older) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.execute(insert(DeadLetterResendRow).values({**row, "partition": 0, "offset": 9}))
    store.migrate(address)
    with writing(older) as connection:
        connection.execute(insert(DeadLetterResendRow).values(row))
        found = connection.execute(select(DeadLetterResendRow.resend, DeadLetterResendRow.offset)).all()
    assert {tuple(each) for each in found} == {(1, 9), (2, None)}
    older.dispose()


def test_wide_alerts_of_an_older_release_keep_their_places_and_sentences_come_from_their_documents(
    tmp_path: Path,
) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(store.__file__).parent / "migrations"))
    address = f"sqlite:///{tmp_path}/older.db"
    older = open_engine(address)
    shown = {"as_of": NOON, "status": "out", "item": RITUXIMAB}
    places = tuple(
        msgspec.convert({**shown, "facility": facility, "role": role}, AlertPlace)
        for facility, role in ((HOSPITAL, "short"), (WAREHOUSE, "lends"))
    )
    said: dict[str, Any] = {"reason_en": "Short.", "facility": None, "facts": None, "places": places}
    numbers = ("open", "firing"), ("over", "resolved")
    with writing(older) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        for number, state in numbers:
            told = alert(number, state=state, condition="national_shortage", **said)
            row = {name: getattr(told, name) for name in ("alert", "fingerprint", "condition", "item", "state")}
            row |= {name: getattr(told, name) for name in ("severity", "since", "at", "sequence", "reason")}
            connection.execute(insert(AlertRow).values({**row, "document": msgspec.json.encode(told).decode()}))
    store.migrate(address)
    with older.connect() as connection:
        assert connection.execute(select(AlertPlaceRow.alert, AlertPlaceRow.facility, AlertPlaceRow.item)).all() == [
            ("open", HOSPITAL, RITUXIMAB)
        ]
        assert set(connection.execute(select(AlertRow.reason_en)).scalars()) == {"Short."}
    older.dispose()


def test_the_end_of_a_month_that_an_older_release_told_of_is_not_known(tmp_path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(store.__file__).parent / "migrations"))
    address = f"sqlite:///{tmp_path}/older.db"
    older = open_engine(address)
    told = msgspec.structs.asdict(month("2026-01", 60))
    del told["closing"], told["by_counts"]
    with writing(older) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        connection.execute(insert(ConsumptionMonthRow).values({"facility": HOSPITAL, "item": RITUXIMAB, **told}))
    store.migrate(address)
    with older.connect() as connection:
        found = connection.execute(select(ConsumptionMonthRow.consumption, ConsumptionMonthRow.closing)).all()
    assert [tuple(each) for each in found] == [(60, None)]
    older.dispose()


def test_migrating_twice_changes_nothing(database: str, engine: Engine) -> None:
    store.migrate(database)
    check_schema(engine)


def test_a_missing_database_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(DatabaseNotReady, match=r"no database at .*none\.db\. Make it with: abasto db migrate"):
        check_schema(open_engine(f"sqlite:///{tmp_path}/none.db"))
    assert not (tmp_path / "none.db").exists()


def test_a_database_without_our_tables_says_how_to_make_them(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "empty.db").close()
    with pytest.raises(DatabaseNotReady, match="Run: abasto db migrate"):
        check_schema(open_engine(f"sqlite:///{tmp_path}/empty.db"))


def test_a_database_of_a_newer_release_is_left_alone(database: str, engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseNotReady, match="newer than this program"):
        check_schema(engine)
    with pytest.raises(DatabaseNotReady, match="newer than this program"):
        store.migrate(database)


@pytest.mark.parametrize("address", ["nonsense", "mysql://root:secret@host/db", "sqlite://", "sqlite:///:memory:"])
def test_an_address_we_cannot_use_is_refused_without_showing_its_password(address: str) -> None:
    with pytest.raises(DatabaseUnusable) as refused:
        open_engine(address)
    assert "secret" not in str(refused.value)


def test_times_are_kept_as_instants_and_read_back_aware(engine: Engine) -> None:
    at = dt.datetime(2026, 3, 10, 23, 59, 59, 123456, tzinfo=PACIFIC)
    with writing(engine) as connection:
        upsert(connection, ProjectorClaimRow, [{"claim": 1, "holder": "x", "claimed_at": at}])
    with engine.connect() as connection:
        read = connection.scalars(select(ProjectorClaimRow.claimed_at)).one()
        later = connection.scalars(select(ProjectorClaimRow.claim).where(ProjectorClaimRow.claimed_at >= at))
        assert later.all() == [1]
    assert (read, read.utcoffset()) == (at, dt.timedelta(0))


def test_a_naive_time_is_refused(engine: Engine) -> None:
    naive = dt.datetime(2026, 3, 10)  # noqa: DTZ001 - the fault under test
    with writing(engine) as connection, pytest.raises(ValueError, match="no time zone"):
        upsert(connection, ProjectorClaimRow, [{"claim": 1, "holder": "x", "claimed_at": naive}])


def test_a_reader_is_not_kept_waiting_by_a_writer(engine: Engine, database: str) -> None:
    reader = open_engine(database)
    with writing(engine) as connection:
        upsert(connection, ProjectorClaimRow, [{"claim": 1, "holder": "x", "claimed_at": dt.datetime.now(dt.UTC)}])
        with reader.connect() as other:
            assert other.scalars(select(ProjectorClaimRow.claim)).all() == []
    with reader.connect() as other:
        assert other.scalars(select(ProjectorClaimRow.claim)).all() == [1]
    reader.dispose()


def test_only_faults_that_pass_are_tried_again(engine: Engine) -> None:
    with writing(engine), pytest.raises(OperationalError) as locked, writing(engine):
        pass
    assert may_pass(locked.value)
    with pytest.raises(OperationalError) as missing, engine.connect() as connection:
        connection.execute(text("SELECT * FROM nowhere"))
    assert not may_pass(missing.value)
