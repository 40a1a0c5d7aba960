"""Planned demand: treatments by date and seasons stand in for the CPM, from the plan's first day to its last."""

import datetime as dt
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.catalogue import DemandProfile, PlannedUse
from schemas.events import Event
from schemas.positions import PlannedDemand
from supply.catalogue import Catalogue
from supply.demand import plan_of, planned_from, use_from
from supply.projection import Projection, project
from supply.rules import Rules
from tests.compiled import plain_python
from tests.events import HOSPITAL, ITEM, counted, day, dispensed, lot, scheduled
from tests.thoroughness import cases
from tests.unit.supply.deliver import deliver, transitions, without_version
from tests.unit.supply.histories import LATENESS_DAYS, START, deliveries, histories
from tests.unit.supply.shelf import Shelf, position
from tests.unit.supply.test_any_order import in_order
from tests.unit.supply.test_projection import Changes, changes, later, stocks, walk

TODAY = dt.date(2026, 3, 10)
HORIZON = 120

Spans = list[tuple[int, int, int]]
"""(first day from today, last day, pieces in all)"""


def profile(*planned: PlannedUse) -> DemandProfile:
    """What the hospital of the tests plans to use of its item."""
    return DemandProfile(facility=HOSPITAL, item=ITEM, planned=planned)


def of_days(spans: Spans, more: int = 0) -> DemandProfile:
    """A profile of spans counted from today."""
    return profile(
        *(
            PlannedUse(TODAY + dt.timedelta(first), pieces + more, TODAY + dt.timedelta(last))
            for first, last, pieces in spans
        )
    )


def on(text: str, pieces: float, until: str | None = None) -> PlannedUse:
    return PlannedUse(day(text), pieces, None if until is None else day(until))


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


@st.composite
def plans(draw: st.DrawFn) -> Spans:
    """Spans that share no day, some of them past."""
    at = draw(st.integers(-20, 40))
    spans: Spans = []
    for gap, length, pieces in draw(
        st.lists(
            st.tuples(st.integers(0, 25) | st.just(130), st.integers(1, 40), st.integers(0, 120)),
            min_size=1,
            max_size=5,
        )
    ):
        at += gap
        spans.append((at, at + length - 1, pieces))
        at += length
    return spans


uses = st.builds(Fraction, st.integers(0, 300), st.sampled_from([30, 31, 61]))


def planned(usable: float, use: Fraction, spans: Spans, lots: Changes, due: Changes, more: int = 0) -> Projection:
    """The projection of a position with a plan."""
    plan = plan_of(of_days(spans, more))
    return project(usable, use_from(plan, TODAY.toordinal(), float(use), HORIZON), lots, sorted(due), HORIZON)


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
    use = use_from(plan, TODAY.toordinal(), daily_use, HORIZON)
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
    same = project(usable, use_from(plan, TODAY.toordinal(), float(use), HORIZON), lots, sorted(due), HORIZON)
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
    found = use_from(plan_of(of_days(planned)), TODAY.toordinal(), 2.0, HORIZON)
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


USE = [counted(190, "2026-02-01"), dispensed(90, "2026-02-10")]
"""Three pieces a day, and a hundred left."""


def test_a_position_shows_what_is_planned_and_counts_on_it() -> None:
    plan = profile(on("2026-03-10", 6), on("2026-03-20", 96), on("2026-03-31", 30))
    found = position(*USE, at="2026-03-10 12:00", entries=[plan])
    assert found.planned == PlannedDemand(day("2026-03-31"), 132)
    assert found.projected_stockout_on == day("2026-03-20")
    assert found.cover_days == pytest.approx(100 / found.cpm * 30 if found.cpm else None)
    without = position(*USE, at="2026-03-10 12:00")
    assert (without.planned, str(without.projected_stockout_on)) == (None, "2026-04-12")


def test_beyond_its_last_day_the_cpm_counts_again() -> None:
    plan = profile(on("2026-03-10", 10))
    assert str(position(*USE, at="2026-03-10 12:00", entries=[plan]).projected_stockout_on) == "2026-04-10"
    assert position(*USE, at="2026-03-11", entries=[plan]).planned is None


def test_planned_treatments_of_an_item_without_a_cpm_make_a_shortage_and_a_stock_out() -> None:
    events: list[Event] = [counted(5, "2026-03-01"), dispensed(5, "2026-03-12")]
    plan = profile(on("2026-03-30", 9))
    shelf = Shelf(*events, entries=[plan]).until("2026-03-20")
    assert shelf.story == ["2026-03-13 stock_out firing critical"]
    assert Shelf(*events).until("2026-03-20").story == shelf.story
    waiting = Shelf(counted(5, "2026-03-01"), entries=[plan]).until("2026-03-20")
    assert waiting.story == ["2026-03-15 shortage firing high"]
    assert Shelf(counted(5, "2026-03-01")).until("2026-03-20").story == []
    never = Shelf(counted(0, "2026-03-01"), entries=[plan]).until("2026-03-20")
    assert never.story == ["2026-03-02 stock_out firing critical"]


def test_a_plan_loaded_later_takes_effect_the_next_midnight() -> None:
    shelf = Shelf(counted(5, "2026-03-01")).until("2026-03-05")
    shelf.catalogue.put(profile(on("2026-03-08", 9)))
    assert shelf.until("2026-03-07").story == ["2026-03-06 shortage firing critical"]
    shelf.catalogue.remove(f"demand_profile|{HOSPITAL}|{ITEM}")
    assert shelf.until("2026-03-10").story[1:] == ["2026-03-09 shortage resolved critical"]
    assert shelf.position.planned is None


def test_arrivals_and_lots_count_beside_a_plan() -> None:
    plan = profile(on("2026-03-01", 0), on("2026-03-20", 60), on("2026-04-20", 60))
    events = [
        counted(70, "2026-03-05", lot(70, "2026-03-25")),
        scheduled(60, "2026-03-06", "2026-04-20"),
        scheduled(60, "2026-03-06", "2026-03-08", "P-2"),
    ]
    found = position(*events, at="2026-03-10", entries=[plan])
    assert (found.expires_unused, str(found.projected_stockout_on_without_due)) == (10, "2026-03-26")
    assert str(found.projected_stockout_on) == "2026-03-26"
    moved = position(*events, scheduled(60, "2026-03-09", "2026-03-26", "P-2"), at="2026-03-10", entries=[plan])
    assert moved.projected_stockout_on is None


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ([on("2026-03-10", 6, "2026-03-09")], "ends before it begins"),
        ([on("2026-03-10", 6), on("2026-03-10", 7)], "begins before the one before it has ended"),
        ([on("2026-03-01", 6, "2026-03-31"), on("2026-03-31", 7)], "begins before the one before it has ended"),
    ],
)
def test_a_plan_that_contradicts_itself_leaves_the_older_one(wrong: list[PlannedUse], fault: str) -> None:
    known = Catalogue([profile(on("2026-03-10", 6))])
    with pytest.raises(ValueError, match=fault):
        known.put(profile(*wrong))
    plan = known.plan(HOSPITAL, ITEM)
    assert plan is not None
    assert plan.spans == [(TODAY.toordinal(), TODAY.toordinal(), 6)]


@plain_python
@given(st.data(), histories(), plans())
@cases(40)
def test_calm_positions_and_any_order_with_a_plan(data: st.DataObject, history: list[Event], spans: Spans) -> None:
    """As `test_any_order` has it, with a plan that begins, pauses and ends on the way."""
    rules = Rules(lateness_days=LATENESS_DAYS)
    delivery = data.draw(deliveries(history))
    at = START + dt.timedelta(data.draw(st.integers(0, 60)))
    entries = [
        profile(
            *(PlannedUse(at + dt.timedelta(first), pieces, at + dt.timedelta(last)) for first, last, pieces in spans)
        )
    ]
    found, expected = deliver(delivery, rules, entries=entries), deliver(in_order(history), rules, entries=entries)
    with pytest.MonkeyPatch.context() as patch:
        for room in ("supply.book", "supply.calm"):
            patch.setattr(f"{room}.is_calm", lambda *_: False)
        restless = deliver(delivery, rules, entries=entries)
    assert without_version(found) == without_version(expected) == without_version(restless)
    assert transitions(found.alerts) == transitions(expected.alerts) == transitions(restless.alerts)
