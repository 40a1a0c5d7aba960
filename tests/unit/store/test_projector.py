"""The projector: each record once, whatever happens between two batches."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, func, select, text

from schemas import channels
from schemas.catalogue import DemandProfile, OfficialCpm, PlannedUse, entry_key
from store import batch
from store.database import writing
from store.faults import DatabaseGone, Superseded, TopicMadeAnew, TopicsMissing
from store.metrics import ProjectorMetrics
from store.offsets import read_offsets, take_claim
from store.projections.records import UnreadableRecord
from store.tables import (
    AlertRow,
    AlertTransitionRow,
    ConsumptionMonthRow,
    DeadLetterRow,
    FacilityAliasRow,
    FacilityRow,
    ItemRow,
    PositionRow,
)
from tests.builders import (
    HOSPITAL,
    NOON,
    RITUXIMAB,
    TRASTUZUMAB,
    alert,
    catalogue,
    dead_letter,
    month,
    months,
    position,
)
from tests.unit.store.conftest import projector, rows
from tests.unit.store.log import Log

Project = Callable[[], None]


def faults(metrics: ProjectorMetrics) -> dict[str, float]:
    return {
        sample.labels["fault"]: sample.value
        for family in metrics.faults.collect()
        for sample in family.samples
        if sample.name.endswith("_total")
    }


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


def test_batches_of_one_record_give_the_same_rows_as_one_batch(
    engine: Engine, log: Log, tmp_path: object, metrics: ProjectorMetrics
) -> None:
    publish_a_day(log)
    projector(engine, log, at_once=1).run()
    piecemeal = rows(engine)
    with writing(engine) as connection:
        for table in piecemeal:
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - our own table names
    projector(engine, log).run()
    assert rows(engine) == piecemeal


def test_a_second_start_reads_nothing_twice(
    engine: Engine, log: Log, project: Project, metrics: ProjectorMetrics
) -> None:
    publish_a_day(log)
    project()
    first = rows(engine)
    project()
    assert rows(engine) == first
    assert faults(metrics) == {}
    assert metrics.registry.get_sample_value("abasto_projector_records_total", {"topic": channels.ALERTS}) == 3


def test_an_older_version_never_overwrites_and_is_counted(
    engine: Engine, log: Log, project: Project, metrics: ProjectorMetrics
) -> None:
    log.publish(position(version=1))
    log.publish(position(version=2, on_hand=90))
    log.publish(position(version=1))
    project()
    with engine.connect() as connection:
        assert connection.scalar(select(PositionRow.on_hand)) == 90
    assert faults(metrics) == {"stale_version": 1}


def test_a_version_jump_is_a_fault_in_service_and_none_where_compaction_may_have_been(
    engine: Engine, log: Log, metrics: ProjectorMetrics
) -> None:
    log.publish(position(version=7))
    log.publish(position(version=9))
    live = iter([position(version=12)])

    def once_more(stop: threading.Event) -> None:
        if (published := next(live, None)) is not None:
            log.publish(published)
        else:
            stop.set()

    projector(engine, log, metrics, on_idle=once_more).run()
    assert faults(metrics) == {"version_jump": 1}
    with engine.connect() as connection:
        assert connection.scalar(select(PositionRow.version)) == 12


def test_a_repeated_transition_is_written_once_and_counted(
    engine: Engine, log: Log, project: Project, metrics: ProjectorMetrics
) -> None:
    log.publish(alert(sequence=1, state="pending"))
    log.publish(alert(sequence=2, state="firing"))
    log.publish(alert(sequence=2, state="firing"))
    log.publish(alert(sequence=3, state="resolved"))
    project()
    with engine.connect() as connection:
        assert connection.scalars(select(AlertTransitionRow.sequence).order_by("sequence")).all() == [1, 2, 3]
        row = connection.execute(select(AlertRow.state, AlertRow.fired_at, AlertRow.resolved_at)).one()
    assert row == ("resolved", alert(sequence=2).at, alert(sequence=3).at)
    assert faults(metrics) == {"repeated_transition": 1}


def test_a_repeated_dead_letter_is_written_once_and_counted(
    log: Log, project: Project, metrics: ProjectorMetrics
) -> None:
    log.publish(dead_letter(), dead_letter())
    project()
    assert faults(metrics) == {"repeated_dead_letter": 1}


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


def test_tombstones_take_entries_and_positions_away(engine: Engine, log: Log, project: Project) -> None:
    log.publish(*catalogue(), position(), position(item=TRASTUZUMAB))
    project()
    place = log.append(channels.CATALOGUE, 0, f"facility|{HOSPITAL}".encode(), None)
    assert place.topic == channels.CATALOGUE
    log.append(channels.CATALOGUE, 0, f"item|{RITUXIMAB}".encode(), None)
    (official,) = (entry for entry in catalogue() if isinstance(entry, OfficialCpm))
    log.append(channels.CATALOGUE, 0, entry_key(official).encode(), None)
    for partition in (0, 1):
        log.append(channels.POSITIONS, partition, f"{HOSPITAL}|{RITUXIMAB}".encode(), None)
    project()
    found = rows(engine)
    assert len(found["items"]) == len(found["facilities"]) == len(found["positions"]) == 1
    assert found["facility_aliases"] == found["official_cpm"] == []
    assert {row[1] for row in found["consumption_months"]} == {TRASTUZUMAB}


@pytest.mark.parametrize(
    ("topic", "key", "value", "why"),
    [
        (channels.POSITIONS, b"A|B", b"\xff\xfe", "cannot be read"),
        (channels.POSITIONS, b"A|B", b'{"facility": "A"}', "missing required field"),
        (channels.POSITIONS, None, b"{}", "no key"),
        (channels.ALERTS, b"A|B", b'{"condition": "flood"}', "'flood'"),
        (channels.ALERTS, b"A|B", None, "empty"),
        (channels.CATALOGUE, b"supplier|X", None, "supplier|X"),
        (channels.CATALOGUE, b"item|X", b'{"entry": "supplier"}', "supplier"),
    ],
)
def test_a_record_of_a_newer_abasto_stops_the_projector_there_and_what_came_before_it_stands(
    engine: Engine, log: Log, project: Project, topic: str, key: bytes | None, value: bytes | None, why: str
) -> None:
    log.publish(*catalogue(), partition=0)
    log.publish(position(), alert(), partition=0)
    place = log.append(topic, 0, key, value)
    offset = log.end[place] - 1
    log.append(topic, 0, key, value)
    with pytest.raises(UnreadableRecord) as stopped:
        project()
    assert f"{topic}, partition 0, offset {offset} " in str(stopped.value)
    assert why in str(stopped.value)
    assert (topic, 0, offset) in {row[:3] for row in rows(engine)["projector_offsets"]}


def test_a_batch_that_dies_before_its_commit_leaves_neither_rows_nor_offsets(
    engine: Engine, log: Log, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_a_day(log)
    with monkeypatch.context() as patch:
        patch.setattr(batch, "write_offsets", power_cut)
        with pytest.raises(KeyboardInterrupt):
            project()
    assert not any(rows(engine).values())
    project()
    assert len(rows(engine)["alert_transitions"]) == 3


def power_cut(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_commit_whose_answer_was_lost_is_not_written_twice(engine: Engine, log: Log, project: Project) -> None:
    publish_a_day(log)
    project()
    first = rows(engine)
    one = projector(engine, log)
    one.run()
    with writing(engine) as connection:
        reached = read_offsets(connection)
        again = batch.Batch({}, reached, None)
        assert batch.write(connection, again, one._holder, {}, lambda _record: False) == {}
    assert rows(engine) == first


def test_the_later_of_two_projectors_goes_on_and_the_earlier_stops(engine: Engine, log: Log) -> None:
    log.publish(position(version=1))

    def another_starts(stop: threading.Event) -> None:
        log.publish(position(version=2))
        projector(engine, log).run()
        log.publish(position(version=3))

    with pytest.raises(Superseded, match=r"projector on .* took the read model over at .* UTC"):
        projector(engine, log, on_idle=another_starts).run()
    with engine.connect() as connection:
        assert connection.scalar(select(PositionRow.version)) == 2
    projector(engine, log).run()
    with engine.connect() as connection:
        assert connection.scalar(select(PositionRow.version)) == 3


def test_offsets_that_somebody_else_moved_stop_the_projector(engine: Engine, log: Log) -> None:
    log.publish(position(version=1), partition=0)

    def moved(_stop: threading.Event) -> None:
        with writing(engine) as connection:
            connection.execute(text("UPDATE projector_offsets SET next_offset = 0"))
        log.publish(position(version=2), partition=0)

    with pytest.raises(Superseded, match="offsets in the database are not those this projector left"):
        projector(engine, log, on_idle=moved).run()


def test_a_locked_database_is_waited_for_and_one_that_stays_locked_ends_the_projector(
    engine: Engine, log: Log, metrics: ProjectorMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    log.publish(position())
    with writing(engine) as connection:
        take_claim(connection, "somebody who does not end", NOON)
        with pytest.raises(DatabaseGone, match="did not let us finish claiming the read model for 2 s"):
            projector(engine, log, metrics).run()
    assert "The database does not answer while claiming the read model" in caplog.text
    retries = metrics.registry.get_sample_value("abasto_projector_database_retries_total")
    assert retries is not None
    assert retries >= 1


def test_missing_topics_are_named(engine: Engine, log: Log, project: Project) -> None:
    del log.topics[channels.ALERTS]
    with pytest.raises(TopicsMissing, match=r"missing at the broker: abasto\.alerts\.v1\. The worker makes them"):
        project()


def test_a_topic_made_anew_is_refused(log: Log, project: Project) -> None:
    log.publish(position())
    project()
    log.make_anew(channels.POSITIONS)
    with pytest.raises(TopicMadeAnew, match=r"abasto projector rebuild"):
        project()


def test_new_partitions_are_read_from_their_beginning_without_a_restart(
    engine: Engine, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.projector.LOOK_AT_TOPICS_S", 0)
    monkeypatch.setattr("store.watch.LOOK_S", 0)
    log.publish(position(version=1), partition=0)
    more = iter([True])

    def grown(stop: threading.Event) -> None:
        if next(more, False):
            log.topics[channels.POSITIONS] = log.topics[channels.POSITIONS]._replace(partitions=3)
            log.publish(position(item=TRASTUZUMAB), partition=2)
            log.publish(position(version=2), partition=0)
        elif len(rows(engine)["positions"]) == 2:
            stop.set()

    projector(engine, log, on_idle=grown).run()
    assert (channels.POSITIONS, 2, 2) in {row[:3] for row in rows(engine)["projector_offsets"]}


@pytest.mark.parametrize("at_once", [1, 1000])
def test_offsets_follow_commit_markers_so_that_retention_cannot_overtake_them(
    engine: Engine, log: Log, project: Callable[[int], None], at_once: int
) -> None:
    log.publish(alert(), partition=0)
    project(at_once)
    assert (channels.ALERTS, 0, 2) in {row[:3] for row in rows(engine)["projector_offsets"]}


def test_lag_and_freshness_are_told(log: Log, project: Project, metrics: ProjectorMetrics) -> None:
    publish_a_day(log)
    project()
    lags = [sample.value for family in metrics.lag.collect() for sample in family.samples]
    assert len(lags) == 7
    assert set(lags) == {0}
    fresh = metrics.registry.get_sample_value("abasto_projector_fresh_timestamp_seconds")
    assert fresh is not None
    assert fresh > 1_700_000_000


def publish_a_day(log: Log) -> None:
    """Something of everything, in several transactions."""
    log.publish(*catalogue())
    log.publish(position(version=1), position(item=TRASTUZUMAB, version=1), alert(state="pending"))
    log.publish(dead_letter(offset=1), dead_letter(offset=2))
    log.publish(position(version=2, on_hand=0, shown=months("2026-04", 4)), alert(sequence=2))
    log.publish(position(version=3, on_hand=900), alert(sequence=3, state="resolved"))
