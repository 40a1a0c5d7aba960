"""The projector: each record once, whatever happens between two batches."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select, text

from schemas import channels
from store import batch
from store.database import writing
from store.metrics import ProjectorMetrics
from store.offsets import read_offsets
from store.tables import (
    AlertRow,
    AlertTransitionRow,
    PositionRow,
)
from tests.builders import (
    TRASTUZUMAB,
    alert,
    dead_letter,
    position,
)
from tests.unit.store.conftest import Project, faults, projector, rows
from tests.unit.store.log import Log
from tests.unit.store.read_model import publish_a_day


def test_batches_of_one_record_give_the_same_rows_as_one_batch(engine: Engine, log: Log) -> None:
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
