"""Who goes without a planned use waits while the shelf is empty, and is served before the next."""

import pytest

from schemas.events import Event
from supply.calendar import calendar_of
from supply.conditions import stock_out
from supply.demand import plan_of
from supply.entries import entry_of
from supply.language import ENGLISH, SPANISH
from supply.late import apply_late
from supply.ledger import apply
from supply.ledger_state import Ledger
from supply.scale import refine_ledger
from supply.shelf import accrue_days_out
from supply.waiting import NOBODY_WAITS, Waiting, after_those, waiting
from tests.events import ZONE, counted, day, dispensed, ms, received, scheduled, time_of, unmet
from tests.unit.supply.assessed import assessed, place
from tests.unit.supply.plans import on, profile
from tests.unit.supply.shelf import Shelf

CALENDAR = calendar_of(ZONE)
DATES = ("03-10", "03-24", "04-07", "04-21", "05-05")
EVERY_TWO_WEEKS = profile(*(on(f"2026-{date}", 10, treatments=2) for date in DATES))
PLAN = plan_of(EVERY_TWO_WEEKS)
GIVEN: list[Event] = [
    counted(20, "2026-03-01 09:00"),
    dispensed(10, "2026-03-10 12:00"),
    dispensed(10, "2026-03-24 12:00"),
]
"""Empty from noon of 24 March on; the next are planned for 7 and 21 April."""


def who_waits(at: str, *events: Event, unmet_lately: float = 100) -> Waiting:
    ledger = Ledger()
    for event in sorted([*GIVEN, *events], key=lambda each: each.time):
        apply(ledger, entry_of(event, time_of(event), 1), CALENDAR)
    accrue_days_out(ledger, ms(at), CALENDAR)
    return waiting(PLAN, ledger, day(at).toordinal(), unmet_lately, 1, CALENDAR)


def since(date: str, pieces: float, treatments: int = 0, *, planned: bool = True) -> Waiting:
    return Waiting(pieces, day(date).toordinal(), treatments, planned)


@pytest.mark.parametrize(
    ("at", "events", "expected"),
    [
        ("2026-04-07", [], NOBODY_WAITS),
        ("2026-04-08", [], since("2026-04-07", 10, 2)),
        ("2026-04-22", [], since("2026-04-07", 20, 4)),
        # The one of 7 April has missed the one of 5 May as well.
        ("2026-05-06", [], since("2026-04-21", 20, 4)),
        ("2026-05-19", [], since("2026-04-21", 20, 4)),
        ("2026-06-03", [], NOBODY_WAITS),
        ("2026-04-08", [received(1, "2026-04-07 20:00")], NOBODY_WAITS),
        # It was there for a part of the day of the plan; who went without then, only unmet demand tells.
        ("2026-04-08", [received(4, "2026-04-06"), dispensed(4, "2026-04-07 10:00")], NOBODY_WAITS),
        (
            "2026-04-08",
            [received(4, "2026-04-06"), dispensed(4, "2026-04-07 10:00"), unmet(6, "2026-04-07 11:00")],
            since("2026-04-07", 6, planned=False),
        ),
        ("2026-04-08", [unmet(10, "2026-04-07 12:00")], since("2026-04-07", 10, 2)),
        ("2026-04-08", [unmet(4, "2026-04-07 12:00")], since("2026-04-07", 10, 2)),
        ("2026-04-08", [unmet(13, "2026-04-07 12:00")], since("2026-03-24", 13, 2, planned=False)),
        ("2026-04-08", [unmet(50, "2026-03-24 09:00")], since("2026-04-07", 10, 2)),
        ("2026-04-08", [counted(0, "2026-04-07 23:00")], since("2026-04-07", 10, 2)),
        # Something left a shelf that the book calls empty: so it was not.
        ("2026-04-08", [dispensed(10, "2026-04-07 12:00")], NOBODY_WAITS),
    ],
)
def test_what_was_planned_for_days_on_which_the_shelf_was_empty_waits(
    at: str, events: list[Event], expected: Waiting
) -> None:
    assert who_waits(at, *events) == expected


def test_no_more_unmet_demand_waits_than_is_told_of_this_month_and_the_last() -> None:
    assert who_waits("2026-06-10", unmet(5, "2026-03-30")) == since("2026-03-24", 5, planned=False)
    assert who_waits("2026-06-10", unmet(5, "2026-03-30"), unmet_lately=0) == NOBODY_WAITS


def test_a_shelf_that_is_empty_from_a_midnight_on_was_empty_on_that_day() -> None:
    for time, expected in (("", since("2026-04-07", 10, 2)), (" 00:01", NOBODY_WAITS)):
        assert who_waits("2026-04-08", counted(5, "2026-04-06"), counted(0, f"2026-04-07{time}")) == expected


def test_unmet_demand_that_is_told_late_waits_too_and_a_finer_unit_keeps_it() -> None:
    ledger = Ledger()
    for event in GIVEN:
        apply(ledger, entry_of(event, time_of(event), 1), CALENDAR)
    for event in (unmet(7, "2026-03-23"), unmet(12, "2026-04-07")):
        apply_late(ledger, entry_of(event, time_of(event), 1), ms("2026-04-20"), CALENDAR)
    refine_ledger(ledger, 10)
    found = waiting(PLAN, ledger, day("2026-04-20").toordinal(), 19, 10, CALENDAR)
    assert found == since("2026-03-24", 12, 2, planned=False)


def test_a_shelf_stored_by_a_release_that_did_not_keep_since_when_it_is_empty_is_so_since_then() -> None:
    ledger = Ledger(on_hand=0, here_from=ms("2026-03-01"), out_from=ms("2026-04-05"))
    accrue_days_out(ledger, ms("2026-04-08"), CALENDAR)
    assert waiting(PLAN, ledger, day("2026-04-08").toordinal(), 0, 1, CALENDAR) == since("2026-04-07", 10, 2)


@pytest.mark.parametrize(
    ("pieces", "left"), [(0, [(2, 6), (5, 6)]), (4, [(2, 2), (5, 6)]), (8, [(2, 0), (5, 4)]), (20, [(2, 0), (5, 0)])]
)
def test_what_comes_is_theirs_first(pieces: float, left: list[tuple[int, float]]) -> None:
    assert after_those(Waiting(pieces), [(2, 6), (5, 6)]) == left


def told(*events: Event, until: str = "2026-04-22") -> Shelf:
    return Shelf(*GIVEN, *events, entries=[EVERY_TWO_WEEKS], only={"stock_out"}).until(until)


def severe_and_at_risk(shelf: Shelf) -> list[str]:
    facts = [(alert, alert.facts.treatments_at_risk) for alert in shelf.alerts if alert.facts and not alert.repeat]
    return [f"{alert.at.date()} {alert.state} {alert.severity} {count}" for alert, count in facts]


def test_an_order_that_those_who_wait_need_does_not_cover_the_next_treatment() -> None:
    """Ten are due: on the morning after their date they count for the deadline, which is after 7 April."""
    order = scheduled(10, "2026-03-02", "2026-04-06", deadline="2026-04-17")
    shelf = told(order, until="2026-04-10")
    assert severe_and_at_risk(shelf)[-1] == "2026-04-06 firing critical 2"
    (again,) = [alert for alert in shelf.alerts if alert.repeat]
    assert (again.severity, again.facts and again.facts.treatments_at_risk) == ("critical", 4)
    assert (
        "; esperan 10 piezas planeadas (2 tratamientos) sin surtir desde el 2026-04-07; "
        "2 tratamientos planeados más sin cubrir antes de que pueda llegar más. Pida hoy un traspaso"
    ) in again.reason
    assert (
        "; 10 planned pieces (2 treatments) not given since 2026-04-07 still wait; "
        "2 more planned treatments not covered before more can come. Ask for a transfer"
    ) in again.reason_en


def test_one_that_covers_both_is_named_and_those_who_wait_are_an_emergency_still() -> None:
    order = scheduled(20, "2026-03-02", "2026-04-06", deadline="2026-04-17")
    again = told(order, until="2026-04-11").alerts[-1]
    assert (again.severity, again.facts and again.facts.treatments_at_risk) == ("critical", 2)
    assert "lo que espera y el uso planeado para el 2026-04-21 los cubre el pedido P-1 si llega" in again.reason
    assert "what waits and the use planned for 2026-04-21 are covered by order P-1 if it comes" in again.reason_en
    assert "more planned" not in again.reason_en


def test_unmet_demand_and_the_stock_out_tell_of_the_same_patients() -> None:
    events = [scheduled(10, "2026-03-02", "2026-04-06", deadline="2026-04-17"), unmet(10, "2026-04-07 12:00")]
    shelf = Shelf(*GIVEN, *events, entries=[EVERY_TWO_WEEKS], only={"stock_out", "unmet_demand"}).until("2026-04-17")
    after = [alert for alert in shelf.alerts if str(alert.at.date()) > "2026-04-07"]
    assert {alert.severity for alert in after} == {"critical"}
    assert {alert.condition for alert in after} == {"stock_out", "unmet_demand"}


def test_it_is_over_when_stock_comes() -> None:
    assert severe_and_at_risk(told(received(30, "2026-04-15 09:00")))[-1] == "2026-04-16 resolved critical 0"


def test_who_missed_the_last_treatment_of_a_plan_waits_for_four_weeks_where_nothing_else_needs_the_item() -> None:
    plan = profile(on("2026-03-10", 10, treatments=2))
    shelf = Shelf(counted(0, "2026-03-01 09:00"), entries=[plan], only={"stock_out"}).until("2026-04-10")
    assert shelf.story == ["2026-03-02 stock_out firing critical", "2026-04-08 stock_out resolved critical"]


@pytest.mark.parametrize(
    ("waits", "es", "en"),
    [
        (
            since("2026-03-09", 1, 1),
            "espera 1 pieza planeada (1 tratamiento) sin surtir desde el 2026-03-09.",
            "1 planned piece (1 treatment) not given since 2026-03-09 still waits.",
        ),
        (
            since("2026-03-05", 6.4516),
            "esperan 6.5 piezas planeadas sin surtir desde el 2026-03-05.",
            "6.5 planned pieces not given since 2026-03-05 still wait.",
        ),
        (
            since("2026-03-05", 12, 2, planned=False),
            "esperan 12 piezas (2 tratamientos) sin surtir desde el 2026-03-05.",
            "12 pieces (2 treatments) not given since 2026-03-05 still wait.",
        ),
    ],
)
def test_how_those_who_wait_are_told_of(waits: Waiting, es: str, en: str) -> None:
    position, where = assessed(0, planned=20.0, waits=waits), place()
    assert stock_out.explain(position, where, SPANISH).endswith(f"; {es}")
    assert stock_out.explain(position, where, ENGLISH).endswith(f"; {en}")


def test_what_is_stored_says_since_when_a_shelf_is_empty() -> None:
    shelf, straight = Shelf(*GIVEN, entries=[EVERY_TWO_WEEKS]), Shelf(*GIVEN, entries=[EVERY_TWO_WEEKS])
    shelf.until("2026-04-01")
    again = Shelf(entries=[EVERY_TWO_WEEKS], changelog=shelf.changelog).until("2026-04-20")
    assert again.position.planned == straight.until("2026-04-20").position.planned
    assert again.position.planned is not None
    assert again.position.planned.treatments_at_risk == 6
