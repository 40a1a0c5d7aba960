"""Patients affected: the planned treatments that the stock does not reach before more can come."""

import datetime as dt
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alerts import Alert
from schemas.catalogue import PlannedUse
from schemas.events import Event
from supply.demand import plan_of, use_from
from supply.projection import first_without, unused_at_expiry
from supply.treatments import treatments_at_risk
from tests.events import counted, dispensed, lot, scheduled
from tests.thoroughness import cases
from tests.unit.supply.plans import HORIZON, Spans, on, plans, profile
from tests.unit.supply.plans import TODAY as TODAY_DATE
from tests.unit.supply.shelf import Shelf, position
from tests.unit.supply.test_demand import each_day
from tests.unit.supply.test_projection import Changes, changes, stocks

TODAY = TODAY_DATE.toordinal()
EVERY_WEEK = plan_of(
    profile(*(on(f"2026-{date}", 6, treatments=3) for date in ("03-10", "03-17", "03-24", "03-31", "04-07")))
)
"""Today, and in 7, 14, 21 and 28 days."""


FINEST = 10**9
"""So many quantities a piece that none is ever a part of one."""
SIX_A_WEEK = use_from(EVERY_WEEK, TODAY, 0.0)


@pytest.mark.parametrize(
    ("stock", "arrivals", "expected"),
    [
        (0, [], 9),
        (5, [], 7),
        (6, [], 6),
        (10, [], 4),
        (11, [], 4),
        (12, [], 3),
        (18, [], 0),
        (0, [(0, 18.0)], 0),
        (0, [(0, 6.0)], 6),
        (0, [(14, 6.0)], 6),
        (0, [(20, 6.0), (7, 6.0)], 6),
        (6, [(7, 1.0)], 6),
        (6, [(8, 3.0)], 5),
        (6, [(8, 2.0), (9, 4.0)], 3),
    ],
)
def test_those_that_neither_the_stock_nor_what_is_due_reaches_until_an_order_of_today_is_there(
    stock: int, arrivals: list[tuple[int, float]], expected: int
) -> None:
    assert treatments_at_risk(EVERY_WEEK, TODAY, stock, SIX_A_WEEK, arrivals, 15, 1) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([counted(20, "2026-03-01")], 0),
        ([counted(19, "2026-03-01")], 1),
        ([counted(18, "2026-03-01")], 1),
        ([counted(10, "2026-03-01"), scheduled(8, "2026-03-01", "2026-03-12")], 1),
        ([counted(10, "2026-03-01"), scheduled(8, "2026-03-01", "2026-03-11")], 1),
        ([counted(0, "2026-03-01"), scheduled(18, "2026-03-01", "2026-03-11")], 1),
        ([counted(10, "2026-03-01")], 5),
        ([counted(20, "2026-03-01", lot(4, "2026-03-11"))], 2),
        ([counted(0, "2026-03-01")], 10),
    ],
)
def test_what_covers_a_part_of_a_day_covers_those_treatments(events: list[Event], expected: int) -> None:
    """Twenty pieces are planned for ten treatments on one day."""
    plan = profile(on("2026-03-12", 20, treatments=10), on("2026-04-20", 2, treatments=1))
    planned = position(*events, at="2026-03-02", entries=[plan]).planned
    assert planned is not None
    assert planned.treatments_at_risk == expected


@pytest.mark.parametrize(
    ("stock", "scale", "expected"),
    [(12, 1, 0), (11.6, 1, 0), (11.51, 1, 0), (11.5, 1, 1), (10.8, 1, 1), (5.8, 1, 3), (0.4, 1, 6), (11.8, 10, 1)],
)
def test_less_than_half_a_piece_missing_is_a_part_that_was_reckoned_and_no_treatment(
    stock: float, scale: int, expected: int
) -> None:
    """Six pieces for three treatments in 7 and in 14 days; where tenths are handed out, two tenths are missing."""
    plan = plan_of(profile(on("2026-03-17", 6, treatments=3), on("2026-03-24", 6, treatments=3)))
    use = [(0, 0.0), (7, 6.0), (8, 0.0), (14, 6.0), (15, 0.0)]
    assert treatments_at_risk(plan, TODAY, stock, use, [], 15, scale) == expected
    assert (first_without(stock, use, [], HORIZON, scale) is None) == (expected == 0)


def test_what_is_used_by_parts_on_the_days_before_a_plan_is_no_emergency() -> None:
    """Twelve pieces for two days of treatments, the second on the day on which an order of today would be there; one
    piece in five days until the first of them."""
    plan = profile(*(on(date, 6, treatments=3) for date in ("2026-03-10", "2026-03-24", "2026-04-20")))
    used = [dispensed(2, str(date)) for date in ("2025-12-05", "2025-12-20", "2026-01-05", "2026-01-20", "2026-02-20")]
    given = [dispensed(6, "2026-03-10 10:00")]
    shelf = Shelf(counted(22, "2025-11-30"), *used, *given, entries=[plan], only={"shortage", "stock_out"})
    assert shelf.until("2026-03-12").story == []


def test_what_is_due_today_reaches_those_of_today_where_the_shelf_is_empty() -> None:
    plan = profile(on("2026-03-10", 6, treatments=3), on("2026-03-17", 6, treatments=3))
    waits = [counted(0, "2026-03-01"), scheduled(20, "2026-03-01", "2026-03-10")]
    for at in ("2026-03-09 12:00", "2026-03-10 12:00"):
        planned = position(*waits, at=at, entries=[plan]).planned
        assert planned is not None
        assert planned.treatments_at_risk == 0, at


def test_a_plan_that_counts_none_says_nothing() -> None:
    season = plan_of(profile(on("2026-03-01", 90, "2026-04-30")))
    assert treatments_at_risk(season, TODAY, 0, use_from(season, TODAY, 0.0), [], 15, 1) is None
    partly = plan_of(profile(on("2026-03-12", 6), on("2026-03-13", 6, treatments=1)))
    assert treatments_at_risk(partly, TODAY, 0, use_from(partly, TODAY, 0.0), [], 15, 1) == 1


@pytest.mark.parametrize(("stock", "last", "expected"), [(0, 9, 5), (0, 0, 1), (0, 1, 1), (0, 2, 2), (9, 30, 1)])
def test_a_span_has_its_treatments_evenly_and_none_is_cut_in_two(stock: int, last: int, expected: int) -> None:
    ten_days = plan_of(profile(on("2026-03-10", 10, "2026-03-19", treatments=5)))
    assert treatments_at_risk(ten_days, TODAY, stock, use_from(ten_days, TODAY, 0.0), [], last, 1) == expected


@st.composite
def counted_plans(draw: st.DrawFn) -> tuple[Spans, list[int]]:
    """Spans with so many treatments each."""
    spans = draw(plans())
    return spans, draw(st.lists(st.integers(0, 9), min_size=len(spans), max_size=len(spans)))


def at_risk(plan: tuple[Spans, list[int]], stock: int, lots: Changes, due: Changes, daily: Fraction, days: int) -> int:
    """What the rule says, with a daily use beside the plan."""
    spans, treatments = plan
    found = plan_of(
        profile(
            *(
                PlannedUse(TODAY_DATE + dt.timedelta(first), pieces, TODAY_DATE + dt.timedelta(last), count)
                for (first, last, pieces), count in zip(spans, treatments, strict=True)
            )
        )
    )
    use = use_from(found, TODAY, float(daily))
    changes = [*due, *unused_at_expiry(lots, use)]
    counted_ones = treatments_at_risk(found, TODAY, stock, use, changes, days, FINEST)
    assert counted_ones is not None
    return counted_ones


def missed_day_by_day(
    plan: tuple[Spans, list[int]], stock: int, lots: Changes, due: Changes, daily: Fraction, days: int
) -> Fraction:
    """The same walked from day to day: what is due comes, what is past its day leaves, each day takes what is there."""
    spans, treatments = plan
    wanted = each_day(spans, daily, days + 1)
    left = [Fraction(pieces) for _, pieces in lots]
    other, missed = Fraction(stock - sum(pieces for _, pieces in lots)), Fraction(0)
    for today in range(days + 1):
        other += sum(pieces for on_day, pieces in due if on_day == today)
        left = [Fraction(0) if lots[number][0] < today else held for number, held in enumerate(left)]
        needed = wanted[today]
        for number, held in enumerate(left):
            left[number] -= min(held, needed)
            needed -= min(held, needed)
        taken = min(other, needed)
        other, needed = other - taken, needed - taken
        for (first, last, pieces), count in zip(spans, treatments, strict=True):
            if first <= today <= last and pieces:
                missed += Fraction(count, pieces) * needed
    return missed


uses = st.builds(Fraction, st.integers(0, 300), st.sampled_from([30, 31, 61]))


@given(counted_plans(), stocks(), changes, uses, st.integers(1, 60))
@cases(300)
def test_it_is_the_walk_from_day_to_day(
    plan: tuple[Spans, list[int]], stock: tuple[int, Changes], due: Changes, daily: Fraction, days: int
) -> None:
    missed = float(missed_day_by_day(plan, *stock, due, daily, days))
    found = at_risk(plan, *stock, due, daily, days)
    assert math.ceil(missed - 1e-5) <= found <= math.ceil(missed)


@given(counted_plans(), stocks(), changes, changes, uses, st.integers(1, 60), st.integers(0, 60))
@cases(200)
def test_more_stock_or_more_due_never_leaves_more_without(
    plan: tuple[Spans, list[int]],
    stock: tuple[int, Changes],
    due: Changes,
    more_due: Changes,
    daily: Fraction,
    days: int,
    more: int,
) -> None:
    usable, lots = stock
    found = at_risk(plan, usable, lots, due, daily, days)
    assert at_risk(plan, usable + more, lots, [*due, *more_due], daily, days) <= found
    with_a_lot = sorted([*lots, (more, more)])
    assert at_risk(plan, usable + more, with_a_lot, due, daily, days) <= found


def first_alert(*events: Event, treatments: int | None) -> Alert:
    """Two pieces, six needed on the 24th, looked at from the 11th on."""
    plan = profile(on("2026-03-24", 6, treatments=treatments))
    return Shelf(counted(2, "2026-03-10"), *events, entries=[plan]).until("2026-03-12").alerts[0]


def test_a_shortage_that_leaves_treatments_without_is_critical_and_says_how_many() -> None:
    unknown, known, one = (first_alert(treatments=count) for count in (None, 3, 1))
    assert [each.condition for each in (unknown, known, one)] == ["shortage"] * 3
    assert [each.severity for each in (unknown, known, one)] == ["high", "critical", "critical"]
    assert [each.facts.treatments_at_risk for each in (unknown, known, one) if each.facts] == [None, 2, 1]
    assert "tratamiento" not in unknown.reason
    assert "; 2 tratamientos planeados sin cubrir antes de que pueda llegar más. " in known.reason
    assert "; 2 planned treatments not covered before more can come. " in known.reason_en
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
