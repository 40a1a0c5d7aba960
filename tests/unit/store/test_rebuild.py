"""A rebuild: the same rows from the topics, nothing lost that only the database remembered."""

import threading

import pytest
from sqlalchemy import Engine, insert, select, text

from schemas import channels
from store import rebuild as rebuilding
from store.database import utc_now, writing
from store.faults import Superseded
from store.patience import Patience
from store.projections.records import UnreadableRecord
from store.rebuild import Rebuilt, rebuild_from
from store.tables import AlertRow, AlertTransitionRow, ConsumptionMonthRow, DeadLetterResendRow, PositionRow
from tests.builders import HOSPITAL, RITUXIMAB, TRASTUZUMAB, alert, dead_letter, months, position
from tests.unit.store.conftest import Project, projector, rows
from tests.unit.store.log import Log, LogSource
from tests.unit.store.read_model import publish_a_day


def rebuild(engine: Engine, log: Log, at_once: int = 1000) -> Rebuilt:
    source = LogSource(log, lambda: None, at_once)
    return rebuild_from(engine, source, log.topics, Patience(2, threading.Event()))


def test_a_rebuild_gives_the_same_rows(engine: Engine, log: Log, project: Project) -> None:
    publish_a_day(log)
    project()
    original = rows(engine)
    assert rebuild(engine, log, at_once=2).records == 14
    assert rows(engine) == original


def test_damaged_rows_are_put_right(engine: Engine, log: Log, project: Project) -> None:
    publish_a_day(log)
    project()
    original = rows(engine)
    with writing(engine) as connection:
        for table in ("positions", "consumption_months", "alerts", "facilities", "dead_letters"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - our own table names
        connection.execute(text("UPDATE alert_transitions SET severity = 'low'"))
    rebuild(engine, log)
    assert rows(engine) == original


def test_months_that_rolled_out_stay_when_compaction_took_the_positions_that_showed_them(
    engine: Engine, log: Log, project: Project
) -> None:
    log.publish(position(version=1, shown=months("2026-01", 3)))
    project()
    log.publish(position(version=2, shown=months("2026-03", 3)))
    project()
    log.compact(channels.POSITIONS)
    original = rows(engine)
    rebuild(engine, log)
    assert rows(engine) == original
    with engine.connect() as connection:
        assert set(connection.scalars(select(ConsumptionMonthRow.month))) == {
            "2025-11", "2025-12", "2026-01", "2026-02", "2026-03",
        }  # fmt: skip


def test_a_month_that_its_position_no_longer_shows_though_it_could_goes(engine: Engine, log: Log) -> None:
    log.publish(position(version=1, shown=months("2026-03", 3)))
    projector(engine, log).run()
    with writing(engine) as connection:
        connection.execute(text("UPDATE consumption_months SET month = '2026-09' WHERE month = '2026-02'"))
    rebuild(engine, log)
    with engine.connect() as connection:
        assert set(connection.scalars(select(ConsumptionMonthRow.month))) == {"2026-01", "2026-02", "2026-03"}


def test_transitions_and_dead_letters_that_retention_took_stay(engine: Engine, log: Log, project: Project) -> None:
    log.publish(alert(sequence=1, state="pending"), partition=0)
    log.publish(alert(sequence=2, state="firing"), alert("a-2", facility="OTHER"), dead_letter(1), partition=0)
    log.publish(alert(sequence=3, state="resolved"), dead_letter(2), partition=0)
    project()
    original = rows(engine)
    log.expire(channels.ALERTS, 0, before=5)
    log.expire(channels.DEAD_LETTERS, 0, before=2)
    assert rebuild(engine, log) == Rebuilt(records=2, kept_transitions=3, kept_dead_letters=1)
    assert rows(engine) == original
    with engine.connect() as connection:
        fired = connection.execute(select(AlertRow.fired_at, AlertRow.state).where(AlertRow.alert == "a-1")).one()
    assert fired == (alert(sequence=2).at, "resolved")


def test_what_people_did_is_not_touched(engine: Engine, log: Log, project: Project) -> None:
    log.publish(dead_letter())
    project()
    with writing(engine) as connection:
        sent = {"topic": "abasto.inventory.v1", "partition": 0, "offset": 9}
        resend = {"number": dead_letter().number, "at": utc_now(), "mended": True, **sent}
        connection.execute(insert(DeadLetterResendRow).values(resend))
    rebuild(engine, log)
    assert len(rows(engine, DeadLetterResendRow)["dead_letter_resends"]) == 1


def test_killed_in_the_middle_it_leaves_the_old_rows_and_the_next_one_succeeds(
    engine: Engine, log: Log, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_a_day(log)
    project()
    original = rows(engine)
    with monkeypatch.context() as patch:
        patch.setattr(rebuilding, "_drop_months_without_position", power_cut)
        with pytest.raises(KeyboardInterrupt):
            rebuild(engine, log)
    assert rows(engine) == original
    rebuild(engine, log)
    assert rows(engine) == original


def power_cut(*_: object) -> None:
    raise KeyboardInterrupt


def test_readers_see_the_old_rows_until_it_is_complete(engine: Engine, log: Log, project: Project) -> None:
    publish_a_day(log)
    project()
    original = rows(engine)
    seen = []
    source = LogSource(log, lambda: None, at_once=1)
    rebuild_from(
        engine,
        source,
        log.topics,
        Patience(2, threading.Event()),
        progress=lambda read, to_read: seen.append((read, to_read, rows(engine) == original)),
    )
    assert all(same for _, _, same in seen)
    assert seen[-1][0] == seen[-1][1]


def test_a_record_nobody_can_read_leaves_the_old_rows(engine: Engine, log: Log, project: Project) -> None:
    publish_a_day(log)
    project()
    original = rows(engine)
    log.append(channels.POSITIONS, 0, f"{HOSPITAL}|{RITUXIMAB}".encode(), b"{}")
    with pytest.raises(UnreadableRecord):
        rebuild(engine, log)
    assert rows(engine) == original


def test_a_topic_made_anew_starts_from_nothing(engine: Engine, log: Log, project: Project) -> None:
    publish_a_day(log)
    project()
    for topic in log.topics.copy():
        log.make_anew(topic)
    log.publish(position(version=1), alert("a-9"))
    rebuild(engine, log)
    with engine.connect() as connection:
        assert connection.scalars(select(AlertTransitionRow.alert)).all() == ["a-9"]
    project()


def test_a_projector_that_runs_meanwhile_goes_on_from_where_it_ended(
    engine: Engine, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    publish_a_day(log)
    caplog.set_level("INFO")
    versions = iter((4, 5))

    def rebuilt(stop: threading.Event) -> None:
        version = next(versions, None)
        if version is None:
            stop.set()
            return
        log.publish(position(version=version))
        rebuild(engine, log)
        log.publish(position(version=version, item=TRASTUZUMAB))

    projector(engine, log, on_idle=rebuilt).run()
    with engine.connect() as connection:
        found = connection.execute(
            select(PositionRow.item, PositionRow.version).where(PositionRow.facility == HOSPITAL)
        )
        assert {row.item: row.version for row in found} == {RITUXIMAB: 5, TRASTUZUMAB: 5}
    assert caplog.text.count("and has rebuilt it. Going on from where that ended") == 2
    assert [record.levelname for record in caplog.records if record.levelname in {"ERROR", "CRITICAL"}] == []


def test_of_two_projectors_beside_a_rebuild_one_goes_on(engine: Engine, log: Log) -> None:
    publish_a_day(log)

    def rebuilt_and_another_came(_stop: threading.Event) -> None:
        rebuild(engine, log)
        projector(engine, log).run()
        log.publish(position(version=4))

    with pytest.raises(Superseded, match="projector on"):
        projector(engine, log, on_idle=rebuilt_and_another_came).run()
