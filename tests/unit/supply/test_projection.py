"""How long the stock lasts: the closed form says what a walk from day to day says."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supply.projection import Projection, first_without, project, stock_by_day
from tests.thoroughness import cases

HORIZON = 180

Changes = list[tuple[int, int]]


def walk(
    usable: int, use: Sequence[Fraction], lots: Changes, due: Changes, horizon: int
) -> tuple[int | None, Fraction]:
    """Day by day: what is due comes in the morning, lots past their last day leave, then the day's use is taken from
    the lot that expires first. The first day that begins with nothing or cannot be served, and what expired unused
    before it or after."""
    left = [Fraction(pieces) for _, pieces in lots]
    stock, wasted, out = Fraction(usable), Fraction(0), 0 if usable == 0 else None
    for today in range(horizon + 1):
        stock += sum(pieces for day, pieces in due if day == today)
        for number, (last_day, _) in enumerate(lots):
            if last_day < today:
                stock -= left[number]
                wasted += left[number]
                left[number] = Fraction(0)
        if out is None and (stock < use[today] or stock <= 0):
            out = today
        needed = use[today]
        for number, held in enumerate(left):
            left[number] -= min(held, needed)
            needed -= min(held, needed)
        stock -= use[today]
    return out, wasted


def flat(use: Fraction) -> list[tuple[int, float]]:
    """The same use every day."""
    return [(0, float(use))]


uses = st.builds(Fraction, st.integers(0, 400), st.sampled_from([30, 31, 61, 90]))
changes = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 60)), max_size=4)


@st.composite
def stocks(draw: st.DrawFn) -> tuple[int, Changes]:
    """Usable pieces, and lots that are a part of them, by expiry."""
    lots = sorted(draw(changes))
    return sum(pieces for _, pieces in lots) + draw(st.integers(0, 200)), lots


@given(stocks(), uses, changes, st.sampled_from([30, HORIZON]))
@cases(250)
def test_the_closed_form_is_the_walk(stock: tuple[int, Changes], use: Fraction, due: Changes, horizon: int) -> None:
    usable, lots = stock
    found = project(usable, flat(use), lots, due, horizon)
    every_day = [use] * (horizon + 1)
    with_due, wasted = walk(usable, every_day, lots, due, horizon)
    without_due, _ = walk(usable, every_day, lots, [], horizon)
    assert (found.days_with_due, found.days_without_due) == (with_due, without_due)
    assert found.expires_unused == pytest.approx(float(wasted), abs=1e-6)


def later(first: int | None, second: int | None) -> bool:
    """Whether the second stock-out lies on the day of the first or after it."""
    return second is None or (first is not None and second >= first)


@given(stocks(), uses, changes, st.integers(1, 100))
@cases(150)
def test_more_stock_never_makes_an_earlier_stockout(
    stock: tuple[int, Changes], use: Fraction, due: Changes, more: int
) -> None:
    usable, lots = stock
    less = project(usable, flat(use), lots, due, HORIZON)
    greater = project(usable + more, flat(use), lots, due, HORIZON)
    assert later(less.days_with_due, greater.days_with_due)
    assert later(less.days_without_due, greater.days_without_due)


@given(stocks(), uses, changes, uses)
@cases(150)
def test_more_consumption_never_makes_a_later_stockout(
    stock: tuple[int, Changes], use: Fraction, due: Changes, more: Fraction
) -> None:
    usable, lots = stock
    slow = project(usable, flat(use), lots, due, HORIZON)
    quick = project(usable, flat(use + more), lots, due, HORIZON)
    assert later(quick.days_with_due, slow.days_with_due)


@given(stocks(), uses, changes, st.tuples(st.integers(0, 200), st.integers(1, 60)))
def test_an_arrival_more_never_makes_an_earlier_stockout(
    stock: tuple[int, Changes], use: Fraction, due: Changes, arrival: tuple[int, int]
) -> None:
    usable, lots = stock
    fewer = project(usable, flat(use), lots, due, HORIZON)
    more = project(usable, flat(use), lots, [*due, arrival], HORIZON)
    assert later(fewer.days_with_due, more.days_with_due)


@pytest.mark.parametrize(
    ("what", "usable", "daily_use", "lots", "due", "expected"),
    [
        ("ten days' stock is out on the tenth day from now", 30, 3.0, [], [], (10, 10, 0)),
        ("a day that can be served in part is out", 29, 3.0, [], [], (9, 9, 0)),
        ("nothing on hand is out today", 0, 3.0, [], [(0, 90)], (0, 0, 0)),
        ("nobody uses it: never", 30, 0.0, [], [], (None, None, 0)),
        ("nobody uses it, but it expires", 30, 0.0, [(4, 30)], [], (5, 5, 30)),
        ("the last day of the horizon", 540, 3.0, [], [], (180, 180, 0)),
        ("a day beyond the horizon", 543, 3.0, [], [], (None, None, 0)),
        ("an arrival on the day the stock ends saves it", 30, 3.0, [], [(10, 30)], (20, 10, 0)),
        ("an arrival a day later does not", 30, 3.0, [], [(11, 30)], (10, 10, 0)),
        ("an arrival expected today counts today", 1, 3.0, [], [(0, 30)], (10, 0, 0)),
        ("a lot is used up to its last day", 30, 3.0, [(9, 30)], [], (10, 10, 0)),
        ("what is left after its last day is lost", 30, 3.0, [(8, 30)], [], (9, 9, 3)),
        ("the lot that expires first is used first", 60, 3.0, [(9, 30), (19, 30)], [], (20, 20, 0)),
        ("pieces without a lot are used after those with one", 60, 3.0, [(9, 30)], [], (20, 20, 0)),
        ("expiry and arrival on the same day", 60, 3.0, [(9, 60)], [(10, 6)], (12, 10, 30)),
        ("a third of a piece a day is exact", 10, 10 / 30, [], [], (30, 30, 0)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_days_until_the_stockout(
    what: str,
    usable: float,
    daily_use: float,
    lots: Changes,
    due: Changes,
    expected: tuple[int | None, int | None, float],
) -> None:
    assert project(usable, [(0, daily_use)], lots, due, HORIZON) == Projection(*expected)


@given(st.integers(0, 300), uses, changes)
@cases(150)
def test_the_stock_of_each_day_first_falls_short_on_the_day_of_the_stockout(
    usable: int, use: Fraction, due: Changes
) -> None:
    daily_use = float(use)
    path = stock_by_day(usable, daily_use, due, HORIZON + 1)
    out = project(usable, [(0, daily_use)], [], due, HORIZON).days_with_due
    assert all(stock >= 0 for stock in path)
    served = HORIZON + 1 if out is None else out
    before = sum(pieces for day, pieces in due if day < served)
    if served and usable:
        assert path[served - 1] == pytest.approx(usable + before - daily_use * served, abs=1e-6)


@pytest.mark.parametrize(
    ("due", "path"), [([], [4, 1, 0, 0]), ([(2, 10)], [4, 1, 8, 5]), ([(3, 2)], [4, 1, 0, 0]), ([(0, 3)], [7, 4, 1, 0])]
)
def test_what_comes_after_a_stockout_is_not_owed_to_it(due: Changes, path: list[float]) -> None:
    assert stock_by_day(7, 3.0, due, 4) == path


@pytest.mark.parametrize(
    ("use", "expected"),
    [([(0, 0.0)], None), ([(0, 0.0), (10, 1.0)], 10), ([(0, 1.0)], 4), ([(0, 0.0), (10, 0.2)], 12)],
    ids=["nothing is used", "use begins after", "use goes on", "half a piece lasts two days"],
)
def test_more_that_leaves_than_is_there_leaves_an_empty_shelf(
    use: list[tuple[int, float]], expected: int | None
) -> None:
    assert first_without(5, use, [(4, -10.0)], 30, 1) == expected
    assert first_without(5, use, [(4, -10.0), (6, 90.0)], 30, 1) == (4 if expected == 4 else None)
