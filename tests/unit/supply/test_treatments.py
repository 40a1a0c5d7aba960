"""Patients affected: the planned treatments that the stock does not reach before more can come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alerts import Alert
from schemas.events import Event
from supply.demand import plan_of
from supply.treatments import treatments_at_risk
from tests.events import counted, day, scheduled
from tests.unit.supply.plans import on, profile
from tests.unit.supply.shelf import Shelf, position

TODAY = day("2026-03-10").toordinal()
EVERY_WEEK = plan_of(
    profile(*(on(f"2026-{date}", 6, treatments=3) for date in ("03-10", "03-17", "03-24", "03-31", "04-07")))
)
"""Today, and in 7, 14, 21 and 28 days."""


@pytest.mark.parametrize(
    ("out_in", "arrivals", "expected"),
    [
        (None, [], 0),
        (0, [], 9),
        (7, [], 6),
        (8, [], 3),
        (15, [], 0),
        (16, [], 0),
        (0, [(14, 6.0)], 6),
        (0, [(20, 6.0), (7, 6.0)], 6),
        (7, [(7, 1.0)], 6),
        (7, [(8, 1.0)], 6),
        (7, [(8, 3.0)], 5),
        (7, [(8, 2.0), (9, 4.0)], 3),
    ],
)
def test_those_from_the_stock_out_until_an_order_of_today_that_nothing_due_reaches(
    out_in: int | None, arrivals: list[tuple[int, float]], expected: int
) -> None:
    assert treatments_at_risk(EVERY_WEEK, TODAY, out_in, 15, arrivals) == expected


def test_what_is_due_today_reaches_those_of_today_where_the_shelf_is_empty() -> None:
    assert treatments_at_risk(EVERY_WEEK, TODAY, 0, 15, [(0, 18.0)], empty=True) == 0
    assert treatments_at_risk(EVERY_WEEK, TODAY, 0, 15, [(0, 6.0)], empty=True) == 6
    assert treatments_at_risk(EVERY_WEEK, TODAY, 0, 15, [(0, 18.0)]) == 9
    plan = profile(on("2026-03-10", 6, treatments=3), on("2026-03-17", 6, treatments=3))
    waits = [counted(0, "2026-03-01"), scheduled(20, "2026-03-01", "2026-03-10")]
    for at in ("2026-03-09 12:00", "2026-03-10 12:00"):
        planned = position(*waits, at=at, entries=[plan]).planned
        assert planned is not None
        assert planned.treatments_at_risk == 0, at


def test_a_plan_that_counts_none_says_nothing() -> None:
    season = plan_of(profile(on("2026-03-01", 90, "2026-04-30")))
    assert treatments_at_risk(season, TODAY, 0, 15, []) is None
    partly = plan_of(profile(on("2026-03-12", 6), on("2026-03-13", 6, treatments=1)))
    assert treatments_at_risk(partly, TODAY, 0, 15, []) == 1


@pytest.mark.parametrize(
    ("first", "last", "expected"), [(0, 9, 5), (0, 0, 1), (0, 1, 1), (0, 2, 2), (9, 30, 1), (10, 30, 0)]
)
def test_a_span_has_its_treatments_evenly_and_none_is_cut_in_two(first: int, last: int, expected: int) -> None:
    ten_days = plan_of(profile(on("2026-03-10", 10, "2026-03-19", treatments=5)))
    assert treatments_at_risk(ten_days, TODAY, first, last, []) == expected


@given(st.integers(0, 40), st.integers(0, 40), st.lists(st.tuples(st.integers(0, 40), st.just(1.0))))
def test_a_later_stock_out_never_leaves_more_without(
    out_in: int, later: int, arrivals: list[tuple[int, float]]
) -> None:
    sooner = treatments_at_risk(EVERY_WEEK, TODAY, out_in, 15, [])
    assert (treatments_at_risk(EVERY_WEEK, TODAY, out_in + later, 15, []) or 0) <= (sooner or 0)
    assert (treatments_at_risk(EVERY_WEEK, TODAY, out_in, 15, arrivals) or 0) <= (sooner or 0)


def first_alert(*events: Event, treatments: int | None) -> Alert:
    """Five pieces, six needed on the 24th, looked at from the 11th on."""
    plan = profile(on("2026-03-24", 6, treatments=treatments))
    return Shelf(counted(5, "2026-03-10"), *events, entries=[plan]).until("2026-03-12").alerts[0]


def test_a_shortage_that_leaves_treatments_without_is_critical_and_says_how_many() -> None:
    unknown, known, one = (first_alert(treatments=count) for count in (None, 3, 1))
    assert [each.condition for each in (unknown, known, one)] == ["shortage"] * 3
    assert [each.severity for each in (unknown, known, one)] == ["high", "critical", "critical"]
    assert [each.facts.treatments_at_risk for each in (unknown, known, one) if each.facts] == [None, 3, 1]
    assert "tratamiento" not in unknown.reason
    assert "; 3 tratamientos planeados sin cubrir antes de que pueda llegar más. " in known.reason
    assert "; 3 planned treatments not covered before more can come. " in known.reason_en
    assert "; 1 tratamiento planeado sin cubrir" in one.reason
    assert "; 1 planned treatment not covered" in one.reason_en


def test_and_so_does_a_stock_out() -> None:
    out = first_alert(counted(0, "2026-03-10 12:00"), treatments=3)
    assert (out.condition, out.severity) == ("stock_out", "critical")
    assert "; 3 planned treatments not covered before more can come. " in out.reason_en


def test_what_is_due_before_them_keeps_them() -> None:
    events = (counted(0, "2026-03-10 12:00"), scheduled(10, "2026-03-10", "2026-03-20"))
    out = first_alert(*events, treatments=3)
    assert (out.condition, out.facts and out.facts.treatments_at_risk) == ("stock_out", 0)
    assert "treatment" not in out.reason_en
