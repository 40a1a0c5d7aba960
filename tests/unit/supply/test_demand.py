"""The use of each day with a plan, and how long stock lasts: the closed form says what a walk from day to day says."""

import datetime as dt
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.catalogue import PlannedUse
from supply.demand import plan_of, planned_from, use_from
from supply.projection import Projection, project
from tests.thoroughness import cases
from tests.unit.supply.plans import HORIZON, TODAY, Spans, of_days, plans, profile
from tests.unit.supply.test_projection import Changes, changes, later, stocks, walk


def each_day(spans: Spans, use: Fraction, days: int, more: int = 0) -> list[Fraction]:
    """The use of each day, from the words of the design: planned pieces inside the plan, else the CPM's."""
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    return [
        sum(
            (Fraction(pieces + more, end - begin + 1) for begin, end, pieces in spans if begin <= today <= end),
            Fraction(0),
        )
        if first <= today <= last
        else use
        for today in range(days)
    ]


uses = st.builds(Fraction, st.integers(0, 300), st.sampled_from([30, 31, 61]))


def planned(usable: float, use: Fraction, spans: Spans, lots: Changes, due: Changes, more: int = 0) -> Projection:
    """The projection of a position with a plan."""
    plan = plan_of(of_days(spans, more))
    return project(usable, use_from(plan, TODAY.toordinal(), float(use)), lots, sorted(due), HORIZON)


@given(stocks(), uses, plans(), changes)
@cases(300)
def test_the_closed_form_is_the_walk_with_lots_arrivals_and_a_plan(
    stock: tuple[int, Changes], use: Fraction, spans: Spans, due: Changes
) -> None:
    usable, lots = stock
    found = planned(usable, use, spans, lots, due)
    daily = each_day(spans, use, HORIZON + 1)
    with_due, wasted = walk(usable, daily, lots, due, HORIZON)
    without_due, _ = walk(usable, daily, lots, [], HORIZON)
    assert (found.days_with_due, found.days_without_due) == (with_due, without_due)
    assert found.expires_unused == pytest.approx(float(wasted), abs=1e-6)


@given(
    st.floats(0, 1e9),
    st.floats(0, 1e9),
    st.lists(st.tuples(st.integers(0, 3000), st.floats(0, 1e9)), max_size=4),
    st.lists(st.tuples(st.integers(0, 200), st.floats(1e-3, 1e9)), max_size=4),
    plans(),
)
@cases(200)
def test_no_figure_is_infinite_nor_negative_nor_no_number(
    usable: float, daily_use: float, lots: list[tuple[int, float]], due: list[tuple[int, float]], spans: Spans
) -> None:
    plan = plan_of(of_days(spans))
    use = use_from(plan, TODAY.toordinal(), daily_use)
    found = project(usable, use, sorted(lots), sorted(due), HORIZON)
    for days in (found.days_with_due, found.days_without_due):
        assert days is None or 0 <= days <= HORIZON
    assert found.expires_unused >= 0
    assert math.isfinite(found.expires_unused)
    assert later(found.days_without_due, found.days_with_due)
    assert math.isfinite(pieces := planned_from(plan, TODAY.toordinal()))
    assert pieces >= 0


@given(stocks(), uses, plans(), changes, st.integers(1, 100))
@cases(150)
def test_more_stock_never_makes_an_earlier_stockout(
    stock: tuple[int, Changes], use: Fraction, spans: Spans, due: Changes, more: int
) -> None:
    usable, lots = stock
    less, greater = planned(usable, use, spans, lots, due), planned(usable + more, use, spans, lots, due)
    assert later(less.days_with_due, greater.days_with_due)
    assert later(less.days_without_due, greater.days_without_due)


@given(stocks(), uses, plans(), changes, uses, st.integers(0, 40))
@cases(150)
def test_more_consumption_never_makes_a_later_stockout(
    stock: tuple[int, Changes], use: Fraction, spans: Spans, due: Changes, more: Fraction, more_planned: int
) -> None:
    usable, lots = stock
    slow = planned(usable, use, spans, lots, due)
    quick = planned(usable, use + more, spans, lots, due, more_planned)
    assert later(quick.days_with_due, slow.days_with_due)
    assert later(quick.days_without_due, slow.days_without_due)


@given(stocks(), uses, changes, st.integers(-20, 100))
def test_a_plan_of_what_is_used_anyway_changes_nothing(
    stock: tuple[int, Changes], use: Fraction, due: Changes, first: int
) -> None:
    usable, lots = stock
    pieces = float(use * 60)
    plan = plan_of(profile(PlannedUse(TODAY + dt.timedelta(first), pieces, TODAY + dt.timedelta(first + 59))))
    same = project(usable, use_from(plan, TODAY.toordinal(), float(use)), lots, sorted(due), HORIZON)
    flat = project(usable, [(0, float(use))], lots, sorted(due), HORIZON)
    assert (same.days_with_due, same.days_without_due) == (flat.days_with_due, flat.days_without_due)


@pytest.mark.parametrize(
    ("what", "planned", "expected"),
    [
        ("a day from today", [(3, 3, 9)], [(0, 2.0), (3, 9.0), (4, 2.0)]),
        ("today", [(0, 0, 9)], [(0, 9.0), (1, 2.0)]),
        ("its last day was yesterday", [(-5, -1, 10)], [(0, 2.0)]),
        ("its last day is today", [(-4, 0, 10)], [(0, 2.0), (1, 2.0)]),
        ("a day between two", [(0, 0, 9), (2, 2, 6)], [(0, 9.0), (1, 0.0), (2, 6.0), (3, 2.0)]),
        ("today lies between two", [(-3, -3, 9), (2, 2, 6)], [(0, 0.0), (2, 6.0), (3, 2.0)]),
        ("pieces of a month are used evenly", [(-10, 19, 90)], [(0, 3.0), (20, 2.0)]),
        ("a pause until beyond the horizon", [(0, 0, 9), (121, 121, 9)], [(0, 9.0), (1, 0.0)]),
        ("beyond the horizon", [(121, 121, 9)], [(0, 2.0)]),
        ("into the horizon's end", [(119, 122, 8)], [(0, 2.0), (119, 2.0), (123, 2.0)]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_the_use_of_each_day(what: str, planned: Spans, expected: list[tuple[int, float]]) -> None:
    found = use_from(plan_of(of_days(planned)), TODAY.toordinal(), 2.0)
    assert [each for each in found if each[0] <= HORIZON or each in expected] == expected


@pytest.mark.parametrize(
    ("usable", "days", "expected"),
    [
        (8, [(5, 5, 9)], 5),
        (9, [(5, 5, 9)], 6),
        (18, [(5, 5, 9), (30, 30, 9)], 31),
        (17, [(5, 5, 9), (30, 30, 9)], 30),
        (15, [(5, 5, 9), (30, 30, 0)], 34),
        (9, [(-3, 5, 0), (6, 6, 9)], 7),
        (30, [(0, 119, 0)], None),
    ],
)
def test_the_first_day_that_cannot_be_served_or_begins_with_nothing(
    usable: int, days: Spans, expected: int | None
) -> None:
    """Two pieces a day before the plan's first day are written into the plan: it begins today."""
    from_today = days if days[0][0] <= 0 else [(0, days[0][0] - 1, 0), *days]
    assert planned(usable, Fraction(2), from_today, [], []).days_with_due == expected


def test_lots_are_used_by_the_plan_before_they_expire() -> None:
    assert planned(30, Fraction(1), [(0, 9, 0), (10, 10, 20), (11, 60, 0)], [(10, 30)], []).expires_unused == 10
    assert planned(30, Fraction(1), [(0, 9, 0), (10, 10, 20), (11, 60, 0)], [(9, 30)], []).expires_unused == 30
