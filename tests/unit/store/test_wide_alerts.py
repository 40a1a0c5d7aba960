"""Alerts about a whole facility or an item everywhere are kept, and what they tell of is not listed once more."""

import datetime as dt
import threading
from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy import Engine

from schemas.alerts import Alert, AlertPlace
from schemas.channels import ALERTS
from store import queries
from store.patience import Patience
from store.queries import AlertFilter
from store.rebuild import rebuild_from
from store.tables import AlertPlaceRow
from tests.builders import HOSPITAL, NOON, RITUXIMAB, TRASTUZUMAB, WAREHOUSE, alert, position
from tests.unit.store.conftest import rows
from tests.unit.store.log import Log, LogSource
from tests.unit.store.read_model import PUEBLA, TIJUANA, publish_network


def place(facility: str, item: str, role: str, number: str | None = None) -> AlertPlace:
    return AlertPlace(
        facility=facility,
        item=item,
        role=role,  # type: ignore[arg-type] # tests name roles as text
        as_of=NOON,
        status="out",
        alert=number,
    )


def silence(sequence: int = 1, state: str = "firing") -> Alert:
    places = (place(HOSPITAL, RITUXIMAB, "unconfirmed", "aaa1"), place(HOSPITAL, TRASTUZUMAB, "unconfirmed", "bbb2"))
    told = alert("sss1", sequence, state, "high", "silent_facility", reason="No reporta.", reason_en="It is silent.")
    return msgspec.structs.replace(told, item=None, facts=None, places=places)


def shortage(
    sequence: int = 1, state: str = "firing", severity: str = "critical", short: tuple[str, ...] = (HOSPITAL, WAREHOUSE)
) -> Alert:
    places = (*(place(each, RITUXIMAB, "short") for each in short), place(PUEBLA, RITUXIMAB, "lends"))
    told = alert("nnn1", sequence, state, severity, "national_shortage")
    return msgspec.structs.replace(told, facility=None, facts=None, places=places)


Listed = Callable[..., list[tuple[str, str | None]]]


@pytest.fixture
def listed(engine: Engine, log: Log, project: Callable[[], None]) -> Listed:
    """Publishes alerts beside the network's own three, and lists what is open: numbers, and what else tells of them."""
    publish_network(log)

    def listing(*wide: Alert, each: bool = False, expected: int = 3) -> list[tuple[str, str | None]]:
        log.publish(*wide)
        project()
        with engine.connect() as connection:
            page = queries.alerts(connection, AlertFilter(still_open=True, each=each))
        own = sum(line.facility is not None and line.item is not None for line in page.alerts)
        assert (page.total, page.told_by_others) == (len(page.alerts), expected - own)
        return [(line.alert, line.told_by) for line in page.alerts]

    return listing


def test_what_a_silent_facility_cannot_confirm_is_left_out_or_marked(listed: Listed) -> None:
    assert listed(silence()) == [("sss1", None), ("ccc3", None)]
    assert listed(each=True) == [
        ("bbb2", "silent_facility"), ("sss1", None), ("aaa1", "silent_facility"), ("ccc3", None),
    ]  # fmt: skip


def test_it_comes_back_when_the_facility_reports_again(listed: Listed) -> None:
    listed(silence())
    assert listed(silence(2, "resolved")) == [("bbb2", None), ("aaa1", None), ("ccc3", None)]


def test_a_surplus_that_a_silent_facility_cannot_confirm_is_left_out_too(listed: Listed) -> None:
    """A shortage everywhere tells nothing of a surplus, also where it lists the place."""
    surplus = alert("eee5", condition="surplus", severity="low")
    assert ("eee5", None) in listed(shortage(), surplus, expected=4)
    assert "eee5" not in dict(listed(silence(), expected=4))
    assert dict(listed(each=True, expected=4))["eee5"] == "silent_facility"


def test_a_shortage_in_many_places_is_one_notice(listed: Listed) -> None:
    assert [number for number, _ in listed(shortage())] == ["nnn1", "bbb2"]
    assert dict(listed(each=True)) == {
        "nnn1": None, "bbb2": None, "aaa1": "national_shortage", "ccc3": "national_shortage",
    }  # fmt: skip


def test_it_does_not_hide_a_place_that_is_worse_off_than_it_says(listed: Listed) -> None:
    assert [number for number, _ in listed(shortage(severity="medium"))] == ["bbb2", "aaa1", "nnn1"]


def test_it_does_not_hide_a_place_that_joined_later_until_it_lists_it(listed: Listed) -> None:
    assert [number for number, _ in listed(shortage(short=(WAREHOUSE,)))] == ["nnn1", "bbb2", "aaa1"]
    assert [number for number, _ in listed(shortage(2))] == ["nnn1", "bbb2"]
    assert [number for number, _ in listed(shortage(3, short=(HOSPITAL,)))] == ["nnn1", "bbb2", "ccc3"]


def test_who_could_lend_is_no_place_that_it_tells_of(listed: Listed) -> None:
    assert ("ddd5", None) in listed(shortage(), alert("ddd5", facility=PUEBLA, condition="shortage"), expected=4)


def test_a_rebuild_knows_its_places_again(engine: Engine, log: Log, listed: Listed) -> None:
    listed(shortage())
    log.expire(ALERTS, 0, before=1)
    rebuild_from(engine, LogSource(log, lambda: None, 1000), log.topics, Patience(2, threading.Event()))
    assert [number for number, _ in listed()] == ["nnn1", "bbb2"]
    listed(shortage(2, "resolved"))
    assert rows(engine, AlertPlaceRow) == {"alert_places": []}


def test_a_pending_one_tells_of_nothing_yet(listed: Listed) -> None:
    assert [number for number, _ in listed(shortage(state="pending"))] == ["bbb2", "aaa1", "nnn1", "ccc3"]


def test_it_is_shown_with_its_places_its_sentences_and_who_has_some(
    engine: Engine, log: Log, project: Callable[[], None]
) -> None:
    publish_network(log)
    log.publish(silence(), shortage())
    project()
    with engine.connect() as connection:
        national, silent = (queries.alert(connection, number) for number in ("nnn1", "sss1"))
    assert (national.line.facility, national.line.facility_name, national.line.item) == (None, "", RITUXIMAB)
    assert national.line.places == 2
    assert {stock.facility for stock in national.line.elsewhere} >= {PUEBLA}
    assert len(national.latest.places) == 3
    assert (silent.line.item, silent.line.item_name, silent.line.places) == (None, "", 2)
    assert (silent.line.reason, silent.line.reason_en, silent.line.elsewhere) == ("No reporta.", "It is silent.", [])


def silent(facility: str, state: str = "firing") -> Alert:
    told = alert(
        f"quiet-{facility}", 1 if state == "firing" else 2, state, "high", "silent_facility", facility=facility
    )
    return msgspec.structs.replace(told, item=None, facts=None)


def lenders(engine: Engine) -> list[tuple[str, dt.date | None]]:
    with engine.connect() as connection:
        return [
            (each.facility, each.silent_since) for each in queries.position(connection, HOSPITAL, RITUXIMAB).elsewhere
        ]


def test_a_silent_lender_comes_last_and_with_the_day_since_which_it_is(
    engine: Engine, log: Log, project: Callable[[], None]
) -> None:
    """The day is that of the facility, where it is still the evening before."""
    publish_network(log)
    ketamine = position(
        PUEBLA, item="040.000.0226.00", version=2, last_event_at=dt.datetime(2026, 3, 12, 4, tzinfo=dt.UTC)
    )
    log.publish(ketamine, silent(PUEBLA))
    project()
    assert lenders(engine) == [(WAREHOUSE, None), (TIJUANA, None), (PUEBLA, dt.date(2026, 3, 11))]
    log.publish(silent(PUEBLA, "resolved"))
    project()
    assert lenders(engine) == [(WAREHOUSE, None), (PUEBLA, None), (TIJUANA, None)]


def test_also_the_warehouse_that_supplies_is_named_as_silent(
    engine: Engine, log: Log, project: Callable[[], None]
) -> None:
    publish_network(log)
    log.publish(silent(WAREHOUSE))
    project()
    (first, since), *_ = lenders(engine)
    assert (first, since is not None) == (WAREHOUSE, True)
