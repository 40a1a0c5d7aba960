"""What each output topic becomes in the read model: the newest state, and every month there ever was."""

import datetime as dt

import msgspec
import pytest
from sqlalchemy import Engine, func, select

from schemas import channels
from schemas.catalogue import DemandProfile, Facility, OfficialCpm, PlannedUse, entry_key
from store.metrics import ProjectorMetrics
from store.tables import (
    AlertRow,
    ConsumptionMonthRow,
    DeadLetterRow,
    FacilityAliasRow,
    FacilityRow,
    ItemRow,
    PositionRow,
)
from tests.builders import (
    HOSPITAL,
    RITUXIMAB,
    TRASTUZUMAB,
    alert,
    catalogue,
    dead_letter,
    month,
    months,
    position,
)
from tests.unit.store.conftest import Project, faults, rows
from tests.unit.store.log import Log

UNREADABLE_KEY = f"item|{RITUXIMAB}".encode()


def test_every_output_topic_has_its_rows(engine: Engine, log: Log, project: Project) -> None:
    log.publish(*catalogue())
    log.publish(position(), alert(), dead_letter())
    project()
    with engine.connect() as connection:
        counts = {
            table.__tablename__: connection.scalar(select(func.count()).select_from(table))
            for table in (ItemRow, FacilityRow, FacilityAliasRow, PositionRow, ConsumptionMonthRow, AlertRow)
        }
        assert counts == {
            "items": 2,
            "facilities": 2,
            "facility_aliases": 1,
            "positions": 1,
            "consumption_months": 4,
            "alerts": 1,
        }
        assert connection.scalars(select(DeadLetterRow.number)).all() == ["abasto.inventory.v1:0:7"]


def test_the_newest_version_of_a_position_stands_and_months_stay_when_they_roll_out(
    engine: Engine, log: Log, project: Project
) -> None:
    log.publish(position(version=1, shown=months("2026-02", 3)))
    log.publish(position(version=2, on_hand=180, shown=months("2026-03", 3, consumption=90)))
    project()
    with engine.connect() as connection:
        assert connection.execute(select(PositionRow.version, PositionRow.on_hand)).one() == (2, 180)
        kept = connection.execute(
            select(ConsumptionMonthRow.month, ConsumptionMonthRow.consumption).order_by(ConsumptionMonthRow.month)
        ).all()
    assert [tuple(each) for each in kept] == [("2025-12", 100), ("2026-01", 90), ("2026-02", 90), ("2026-03", 90)]


def test_a_month_that_changes_is_written_again_in_a_later_batch(engine: Engine, log: Log, project: Project) -> None:
    log.publish(position(version=1, shown=months("2026-02", 2, consumption=100)))
    project()
    log.publish(position(version=2, shown=months("2026-02", 2, consumption=70)))
    project()
    with engine.connect() as connection:
        assert set(connection.scalars(select(ConsumptionMonthRow.consumption))) == {70}


def test_the_end_of_a_month_is_stored_beside_its_use(engine: Engine, log: Log, project: Project) -> None:
    """The first version is of a release that did not tell of it."""
    log.publish(position(version=1, shown=months("2026-02", 2)))
    project()
    closed = (month("2026-01", closing=40.5), month("2026-02", closing=0), month("2026-03", closing=None))
    log.publish(position(version=2, shown=closed))
    project()
    with engine.connect() as connection:
        found = select(ConsumptionMonthRow.month, ConsumptionMonthRow.closing).order_by(ConsumptionMonthRow.month)
        assert [tuple(each) for each in connection.execute(found)] == [
            ("2026-01", 40.5),
            ("2026-02", 0),
            ("2026-03", None),
        ]


def test_official_cpms_for_one_time_after_the_other_are_kept_apart(engine: Engine, log: Log, project: Project) -> None:
    registered = [
        OfficialCpm(facility=HOSPITAL, item=RITUXIMAB, cpm=cpm, valid_from=since)
        for cpm, since in ((30, None), (40, dt.date(2026, 1, 1)), (50, dt.date(2026, 7, 1)))
    ]
    log.publish(*registered)
    project()
    assert {row[3] for row in rows(engine)["official_cpm"]} == {30, 40, 50}
    log.append(channels.CATALOGUE, 0, entry_key(registered[1]).encode(), None)
    project()
    assert {row[3] for row in rows(engine)["official_cpm"]} == {30, 50}


def test_demand_profiles_pass_by(engine: Engine, log: Log, project: Project, metrics: ProjectorMetrics) -> None:
    """Positions show what they count on of them; the read model keeps no table of its own."""
    planned = DemandProfile(facility=HOSPITAL, item=RITUXIMAB, planned=(PlannedUse(dt.date(2026, 4, 1), 6),))
    log.publish(*catalogue(), planned)
    log.append(channels.CATALOGUE, 0, entry_key(planned).encode(), None)
    project()
    assert len(rows(engine)["items"]) == 2
    assert faults(metrics) == {}


@pytest.mark.parametrize(
    "entry",
    [
        (UNREADABLE_KEY, b'{"a":', "Input data was truncated"),
        (UNREADABLE_KEY, b'{"entry": "supplier"}', "supplier"),
        (UNREADABLE_KEY, b'{"entry": "item", "item": "another", "name": "", "presentation": ""}', "item|another"),
        (b"supplier|X", None, "supplier|X"),
        (b"item|a\0", None, "no entry is called"),
        (b"item|a\0", b'{"entry": "item", "item": "a\\u0000", "name": "", "presentation": ""}', "NUL"),
        (
            b"facility|A",
            msgspec.json.encode(Facility(facility="A", name="", kind="hospital", state="x" * 501)),
            "501 characters",
        ),
        (None, b"{}", "entry"),
    ],
    ids=[
        "cut",
        "of a kind nobody knows",
        "under another's key",
        "tombstone of nothing",
        "tombstone that holds a NUL",
        "NUL in a code",
        "endless state",
        "without a key",
    ],
)
def test_an_entry_that_cannot_be_read_is_left_out_and_counted(
    engine: Engine,
    log: Log,
    project: Project,
    metrics: ProjectorMetrics,
    caplog: pytest.LogCaptureFixture,
    entry: tuple[bytes | None, bytes | None, str],
) -> None:
    key, value, why = entry
    log.publish(*catalogue())
    place = log.append(channels.CATALOGUE, 0, key, value)
    log.publish(position())
    project()
    assert len(rows(engine)["items"]) == 2
    assert len(rows(engine)["positions"]) == 1
    assert faults(metrics) == {"unreadable_entry": 1}
    assert f"{channels.CATALOGUE}:0:{log.end[place] - 1}: this entry is left out: " in caplog.text
    assert why in caplog.text


def test_tombstones_take_entries_and_positions_away(engine: Engine, log: Log, project: Project) -> None:
    log.publish(*catalogue(), position(), position(item=TRASTUZUMAB))
    project()
    (official,) = (entry for entry in catalogue() if isinstance(entry, OfficialCpm))
    for key in (f"facility|{HOSPITAL}", f"item|{RITUXIMAB}", entry_key(official)):
        log.append(channels.CATALOGUE, 0, key.encode(), None)
    for partition in (0, 1):
        log.append(channels.POSITIONS, partition, f"{HOSPITAL}|{RITUXIMAB}".encode(), None)
    project()
    found = rows(engine)
    assert len(found["items"]) == len(found["facilities"]) == len(found["positions"]) == 1
    assert found["facility_aliases"] == found["official_cpm"] == []
    assert {row[1] for row in found["consumption_months"]} == {TRASTUZUMAB}
