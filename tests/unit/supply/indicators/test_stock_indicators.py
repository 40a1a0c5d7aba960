"""% abasto, items with stock, stock-outs today and cover: what enters, what is left out, and where the lines lie."""

import datetime as dt

import pytest

from supply.indicators.abasto_share import abasto_share
from supply.indicators.availability import stock_out, with_stock
from supply.indicators.cover_distribution import cover_distribution
from supply.indicators.group import month_end_indicators, stock_indicators
from supply.indicators.orders import late_orders
from supply.indicators.stock import Stock
from tests.builders import due


def stock(
    usable: float | None, target: int | None = 100, cover_days: float | None = 30, *, needed: bool = True
) -> Stock:
    return Stock(usable, target, cover_days, needed)


def test_abasto_is_the_sum_of_rows_capped_at_their_own_target() -> None:
    """The table of the docstring, with one row that was never counted and one without a target."""
    rows = [stock(40), stock(500), stock(0, 50), stock(None), stock(10, None), stock(10, 0)]
    figure = abasto_share(rows)
    assert (figure.value, figure.part, figure.whole, figure.counted) == (0.56, 140, 250, 3)
    assert figure.left_out == {"never_counted": 1, "no_target": 2}


@pytest.mark.parametrize(("usable", "value"), [(0, 0), (99, 0.99), (100, 1), (101, 1)])
def test_a_target_met_is_all_and_a_surplus_no_more(usable: float, value: float) -> None:
    assert abasto_share([stock(usable)]).value == value


@pytest.mark.parametrize(("untold", "value"), [(0, 1), (20, 0.8), (100, 0), (120, 0)])
def test_what_must_have_been_used_since_the_count_is_not_there_but_the_shelf_is_not_empty(
    untold: float, value: float
) -> None:
    counted = Stock(100, 100, 0, needed=True, untold=untold)
    assert abasto_share([counted]).value == value
    assert (with_stock([counted]).value, stock_out([counted]).value) == (1, 0)


def test_a_surplus_here_does_not_hide_a_lack_there() -> None:
    assert abasto_share([stock(200), stock(0)]).value == 0.5


@pytest.mark.parametrize(
    ("rows", "missing"),
    [
        ([], "nothing_there"),
        ([stock(None)], "never_counted"),
        ([stock(5, None)], "no_target"),
        ([stock(None), stock(5, 0), stock(5, None)], "no_target"),
        ([stock(None), stock(5, None)], "never_counted"),
    ],
)
def test_without_a_target_there_is_no_abasto_and_a_reason(rows: list[Stock], missing: str) -> None:
    figure = abasto_share(rows)
    assert (figure.value, figure.missing) == (None, missing)


def test_items_with_stock_are_those_of_all_counted_needed_or_not() -> None:
    figure = with_stock([stock(1), stock(0.5, needed=False), stock(0), stock(0, needed=False), stock(None)])
    assert (figure.value, figure.part, figure.whole, figure.left_out) == (0.5, 2, 4, {"never_counted": 1})
    assert with_stock([stock(None)]).value is None


def test_an_empty_shelf_that_nobody_misses_is_no_stock_out() -> None:
    """The table of the docstring."""
    figure = stock_out([stock(0), stock(8), stock(0, needed=False), stock(None)])
    assert (figure.value, figure.part, figure.whole) == (0.5, 1, 2)
    assert figure.left_out == {"not_needed": 1, "never_counted": 1}


@pytest.mark.parametrize(
    ("cover", "band"),
    [
        (0, (0, 0)),
        (0.1, (0, 15)),
        (14.9, (0, 15)),
        (15, (15, 30)),
        (30, (30, 60)),
        (60, (60, 90)),
        (90, (90, 180)),
        (180, (180, None)),
        (4000, (180, None)),
    ],
)
def test_a_cover_lies_in_one_band_its_lower_bound_included(cover: float, band: tuple[int, int | None]) -> None:
    filled = [each for each in cover_distribution([stock(5, cover_days=cover)]).bands if each.positions]
    assert [(each.from_days, each.to_days, each.positions) for each in filled] == [(*band, 1)]


@pytest.mark.parametrize(
    ("covers", "quartiles"),
    [
        ([7], (7, 7, 7)),
        ([1, 2], (1, 1, 2)),
        ([4, 1, 3, 2], (1, 2, 3)),
        ([5, 4, 3, 2, 1], (2, 3, 4)),
    ],
)
def test_quartiles_are_covers_that_occur(covers: list[float], quartiles: tuple[float, float, float]) -> None:
    found = cover_distribution([stock(5, cover_days=cover) for cover in covers])
    assert (found.lower_quartile, found.median, found.upper_quartile) == quartiles


def test_what_is_not_consumed_has_no_cover() -> None:
    found = cover_distribution([stock(5, cover_days=None), stock(None, cover_days=None), stock(5, cover_days=None)])
    assert (found.median, found.counted, found.missing) == (None, 0, "no_cover")
    assert found.left_out == {"no_cover": 2, "never_counted": 1}
    assert sum(band.positions for band in found.bands) == 0


def test_late_orders_are_those_late_of_all_lines_still_to_come() -> None:
    day = dt.date(2026, 3, 10)
    figure = late_orders([due(5, day, late=True), due(500, day), due(1, day), due(1, day)])
    assert (figure.value, figure.part, figure.whole) == (0.25, 1, 4)
    assert (late_orders([]).value, late_orders([]).missing) == (None, "nothing_there")


def test_the_end_of_a_month_has_the_same_figures_but_for_what_was_due() -> None:
    rows = [stock(40), stock(500), stock(0, 50, 0)]
    past, today = month_end_indicators(rows), stock_indicators(rows)
    assert (past.abasto, past.with_stock, past.stock_out, past.cover) == (
        today.abasto,
        today.with_stock,
        today.stock_out,
        today.cover,
    )
    assert (past.late_orders.value, past.late_orders.whole, past.late_orders.missing) == (None, None, "due_not_kept")


def test_an_end_that_is_not_known_is_left_out_and_said_to_be_so() -> None:
    not_known = Stock(None, None, None, needed=False, unknown="end_not_known")
    found = month_end_indicators([stock(40), not_known, stock(None)])
    for figure in (found.abasto, found.with_stock, found.stock_out, found.cover):
        assert (figure.counted, figure.left_out) == (1, {"end_not_known": 1, "never_counted": 1})
    assert month_end_indicators([not_known]).abasto.missing == "end_not_known"
