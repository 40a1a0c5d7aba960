"""Queries: what a coordinator asks, answered from projected rows."""

import datetime as dt
from collections.abc import Callable, Iterator

import msgspec
import pytest
from sqlalchemy import Connection, Engine

from store import queries
from store.database import writing
from store.queries import AlertFilter, PositionFilter
from tests.builders import (
    HOSPITAL,
    NOON,
    RITUXIMAB,
    TRASTUZUMAB,
    WAREHOUSE,
    alert,
    dead_letter,
    month,
)
from tests.unit.store.log import Log
from tests.unit.store.read_model import PUEBLA, TIJUANA, publish_network


@pytest.fixture
def connection(engine: Engine, log: Log, project: Callable[[], None]) -> Iterator[Connection]:
    """A read model of four places and two medicines."""
    publish_network(log)
    project()
    with engine.connect() as reading:
        yield reading


def facilities(connection: Connection, wanted: PositionFilter, **order: str) -> list[str]:
    return [line.facility for line in queries.positions(connection, wanted, **order).positions]  # type: ignore[arg-type] # orders by name


def test_positions_come_worst_first_and_unknown_ones_are_not_zero(connection: Connection) -> None:
    page = queries.positions(connection, PositionFilter())
    assert [(line.status, line.usable) for line in page.positions] == [
        ("out", 0),
        ("critical", 5),
        ("low", 15),
        ("low", 40.5),
        ("unknown", None),
        ("surplus", 700),
        ("surplus", 900),
    ]
    assert page.total == 7


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (PositionFilter(facility=PUEBLA), 2),
        (PositionFilter(facility_state="Ciudad de México"), 3),
        (PositionFilter(item=RITUXIMAB), 4),
        (PositionFilter(item="010.000.54"), 5),
        (PositionFilter(item="010.000.54__"), 0),
        (PositionFilter(status="surplus"), 2),
        (PositionFilter(oncology=True), 5),
        (PositionFilter(oncology=False), 2),
        (PositionFilter(words="ONCOLOGIA rituximab"), 1),
        (PositionFilter(words="oncología"), 2),
        (PositionFilter(words="440 mg"), 1),
        (PositionFilter(words="dfims000605"), 2),
        (PositionFilter(words="440%"), 0),
        (PositionFilter(words="5433 puebla"), 1),
    ],
)
def test_filters_leave_what_they_say(connection: Connection, wanted: PositionFilter, found: int) -> None:
    assert queries.positions(connection, wanted, limit=1).total == found


def test_a_list_can_be_sorted_and_paged(connection: Connection) -> None:
    rituximab = PositionFilter(item=RITUXIMAB)
    assert facilities(connection, rituximab, sort="cover") == [HOSPITAL, WAREHOUSE, PUEBLA, TIJUANA]
    assert facilities(connection, rituximab, sort="stockout") == [HOSPITAL, WAREHOUSE, PUEBLA, TIJUANA]
    assert facilities(connection, rituximab, sort="facility") == sorted([HOSPITAL, WAREHOUSE, PUEBLA, TIJUANA])
    paged = queries.positions(connection, rituximab, sort="cover", limit=2, offset=1)
    assert [line.facility for line in paged.positions] == [WAREHOUSE, PUEBLA]
    assert paged.total == 4


def test_a_position_that_the_catalogue_does_not_name_is_shown_by_its_codes(connection: Connection) -> None:
    (line,) = queries.positions(connection, PositionFilter(facility="NOWHERE")).positions
    assert (line.facility_name, line.item_name, line.facility_kind) == ("NOWHERE", "999.999.9999.99", None)


def test_one_position_tells_its_months_alerts_and_who_could_lend(connection: Connection) -> None:
    detail = queries.position(connection, HOSPITAL, RITUXIMAB)
    assert detail.position.due[0].quantity == 60
    assert [each.month for each in detail.months] == ["2025-12", "2026-01", "2026-02", "2026-03"]
    assert detail.months[0] == month("2025-12")
    assert [each.alert for each in detail.alerts] == ["aaa1"]
    assert (detail.ven, detail.lead_time_days, detail.supplier) == ("V", 15, WAREHOUSE)
    assert [(each.facility, each.supplier, each.usable) for each in detail.elsewhere] == [
        (WAREHOUSE, True, 15),
        (PUEBLA, False, 700),
        (TIJUANA, False, 900),
    ]
    assert detail.elsewhere[1].distance_km == pytest.approx(108.4, abs=0.1)


def test_nobody_lends_to_himself(connection: Connection) -> None:
    elsewhere = queries.position(connection, PUEBLA, RITUXIMAB).elsewhere
    assert [each.facility for each in elsewhere] == [TIJUANA]


def test_a_position_never_reported_is_not_found(connection: Connection) -> None:
    with pytest.raises(queries.NotFound, match=r"Nothing was ever reported of 010\.000\.5423\.00 in PLIMS000130"):
        queries.position(connection, PUEBLA, TRASTUZUMAB)


def test_alerts_come_firing_first_worst_first(connection: Connection) -> None:
    page = queries.alerts(connection, AlertFilter())
    assert [(line.alert, line.state, line.severity) for line in page.alerts] == [
        ("bbb2", "firing", "critical"),
        ("aaa1", "firing", "high"),
        ("ccc3", "pending", "low"),
        ("ddd4", "resolved", "high"),
    ]
    rituximab = page.alerts[1]
    assert (rituximab.facility_name, rituximab.item_name) == ("Hospital de Oncología CMN Siglo XXI", "Rituximab")
    assert (rituximab.usable, rituximab.due_quantity, rituximab.next_due_on) == (0, 60, dt.date(2026, 3, 19))
    assert [each.facility for each in rituximab.elsewhere] == [WAREHOUSE, PUEBLA, TIJUANA]
    assert rituximab.fired_at == alert(sequence=2).at


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (AlertFilter(state="firing"), {"aaa1", "bbb2"}),
        (AlertFilter(still_open=True), {"aaa1", "bbb2", "ccc3"}),
        (AlertFilter(severity="high"), {"aaa1", "bbb2", "ddd4"}),
        (AlertFilter(condition="low_stock"), {"ccc3"}),
        (AlertFilter(facility=HOSPITAL), {"aaa1", "bbb2"}),
        (AlertFilter(facility_state="Puebla"), {"ddd4"}),
        (AlertFilter(item="010.000.5423"), {"bbb2"}),
        (AlertFilter(words="oncologia trastuzumab"), {"bbb2"}),
        (AlertFilter(since=NOON - dt.timedelta(days=1)), set()),
        (AlertFilter(since=NOON - dt.timedelta(days=3)), {"aaa1", "bbb2", "ccc3", "ddd4"}),
    ],
)
def test_alert_filters_leave_what_they_say(connection: Connection, wanted: AlertFilter, found: set[str]) -> None:
    page = queries.alerts(connection, wanted)
    assert {line.alert for line in page.alerts} == found
    assert page.total == len(found)


def test_one_alert_tells_its_transitions_and_the_facts_of_the_latest(connection: Connection) -> None:
    detail = queries.alert(connection, "aaa")
    assert [(step.sequence, step.state) for step in detail.transitions] == [(1, "pending"), (2, "firing")]
    assert detail.latest == alert("aaa1", 2)


def test_an_alert_number_must_be_one_alerts(connection: Connection, log: Log, project: Callable[[], None]) -> None:
    with pytest.raises(queries.NotFound, match="No alert is called zzz"):
        queries.alert(connection, "zzz")
    connection.rollback()
    log.publish(alert("aaa9"))
    project()
    with pytest.raises(queries.NotFound, match="Several alerts start with aaa"):
        queries.alert(connection, "aaa")
    assert queries.alert(connection, "aaa9").line.alert == "aaa9"


def test_dead_letters_are_listed_newest_first_and_know_that_they_were_sent_again(
    connection: Connection, engine: Engine
) -> None:
    first, second = (dead_letter(offset).number for offset in (1, 2))
    assert [line.number for line in queries.dead_letters(connection).dead_letters] == [second, first]
    connection.rollback()
    with writing(engine) as editing:
        note = queries.note_sending(editing, first, NOON, mended=True, topic="abasto.inventory.v1")
    sending, waiting = reversed(queries.dead_letters(connection, state="open").dead_letters)
    assert (sending.number, sending.state, sending.resent_at, sending.unconfirmed_at) == (first, "open", None, NOON)
    assert waiting.unconfirmed_at is None
    connection.rollback()
    with writing(engine) as editing:
        queries.note_sent(editing, note, partition=0, offset=99)
    assert [line.number for line in queries.dead_letters(connection, state="open").dead_letters] == [second]
    (resent,) = queries.dead_letters(connection, state="resent").dead_letters
    assert (resent.number, resent.state, resent.resent_at) == (first, "resent", NOON)
    assert resent.unconfirmed_at is None
    assert queries.dead_letters(connection, fault="undecodable", topic="abasto.inventory.v1").total == 1


def test_one_dead_letter_has_its_bytes(connection: Connection) -> None:
    assert queries.dead_letter(connection, "abasto.inventory.v1:0:1").letter == dead_letter(1)
    with pytest.raises(queries.NotFound, match=r"No dead letter is called x:1:2"):
        queries.dead_letter(connection, "x:1:2")


def test_the_summary_counts(connection: Connection) -> None:
    found = queries.summary(connection)
    assert (found.positions, found.known, found.with_stock) == (7, 6, 5)
    assert (found.oncology_known, found.oncology_with_stock) == (5, 4)
    assert found.share_with_stock == pytest.approx(5 / 6)
    assert found.by_status == {"out": 1, "critical": 1, "low": 2, "unknown": 1, "surplus": 2}
    assert {(each.condition, each.severity, each.firing, each.pending) for each in found.open_alerts} == {
        ("shortage", "critical", 1, 0),
        ("stock_out", "high", 1, 0),
        ("low_stock", "low", 0, 1),
    }
    assert found.open_dead_letters == 2


def test_a_facility_is_found_by_its_alias_and_items_by_the_start_of_their_code(connection: Connection) -> None:
    assert queries.find_facility(connection, "DFIMS000605").facility == HOSPITAL
    assert queries.find_facility(connection, "NOWHERE").name == "NOWHERE"
    assert [item.item for item in queries.find_items(connection, "010.000.5433")] == [RITUXIMAB, "010.000.5433.01"]
    assert queries.find_items(connection, "999.999.9999.99")[0].name == "999.999.9999.99"
    for missing in (lambda: queries.find_facility(connection, "X1"), lambda: queries.find_items(connection, "1")):
        with pytest.raises(queries.NotFound):
            missing()


def test_every_answer_is_ready_for_json(connection: Connection) -> None:
    for answer in (
        queries.positions(connection, PositionFilter()),
        queries.position(connection, HOSPITAL, RITUXIMAB),
        queries.alerts(connection, AlertFilter()),
        queries.alert(connection, "aaa1"),
        queries.dead_letters(connection),
        queries.dead_letter(connection, "abasto.inventory.v1:0:1"),
        queries.summary(connection),
    ):
        assert msgspec.json.decode(msgspec.json.encode(answer), type=type(answer)) == answer


def test_an_empty_read_model_answers_with_nothing(engine: Engine) -> None:
    with engine.connect() as connection:
        assert queries.positions(connection, PositionFilter()) == queries.PositionPage(0, [])
        assert queries.alerts(connection, AlertFilter()) == queries.AlertPage(0, [])
        found = queries.summary(connection)
    assert (found.positions, found.share_with_stock, found.newest_position_at) == (0, None, None)
