"""What should be there, and what is missing to it."""

from typing import Any

import pytest

from supply.cover import days_of_stock, months_of_stock
from supply.replenishment import half_up, order_up_to, target_stock, whole
from supply.rules import Rules
from tests.events import counted, dispensed
from tests.unit.supply.shelf import position


@pytest.mark.parametrize(("cpm", "target"), [(0, 0), (10, 30), (10.1, 31), (100 / 3, 100), (0.1, 1)])
def test_the_target_is_three_months_rounded_up(cpm: float, target: int) -> None:
    assert target_stock(cpm, Rules().levels["hospital"].target_months) == target


def test_dust_of_a_product_is_not_a_piece_more() -> None:
    """50 x 1.1 is 55.00000000000001 here."""
    assert target_stock(50, 1.1) == 55


@pytest.mark.parametrize(
    ("rounding", "amount", "rounded"),
    [("up", 7.0, 7), ("up", 7.001, 8), ("half_up", 14.5, 15), ("half_up", 14.4, 14), ("none", 14.5, 14.5)],
)
def test_whole_pieces(rounding: Any, amount: float, rounded: float) -> None:
    assert whole(amount, rounding) == rounded


def test_halves_go_up_also_where_the_number_is_even() -> None:
    assert [half_up(each) for each in (0.5, 1.5, 2.5)] == [1, 2, 3]


def test_nothing_is_missing_above_the_target() -> None:
    assert (order_up_to(10, 4), order_up_to(10, 10), order_up_to(10, 12)) == (6, 0, 0)


def test_cover_without_consumption_is_not_known() -> None:
    assert (months_of_stock(30, 10), months_of_stock(0, 10)) == (3, 0)
    assert (months_of_stock(30, 0), months_of_stock(30, None), days_of_stock(30, 0)) == (None, None, None)


def test_what_expires_unused_is_not_known_where_the_stock_is_not() -> None:
    assert position(dispensed(31, "2026-01-20"), at="2026-02-01").expires_unused is None
    assert position(counted(0, "2026-01-20"), at="2026-02-01").expires_unused == 0


def test_a_position_shows_its_target_once_it_has_a_cpm() -> None:
    stock, use = counted(500, "2026-01-01"), dispensed(31, "2026-01-20")
    assert position(stock, use, at="2026-02-01").target == 93
    assert position(stock, use, at="2026-01-25").target is None


def test_a_position_shows_what_may_be_lent_and_nothing_where_that_is_not_known() -> None:
    stock, use = counted(500, "2026-01-01"), dispensed(31, "2026-01-20")
    lends = position(stock, use, at="2026-02-01")
    assert (lends.status, lends.usable, lends.surplus) == ("surplus", 469, 469 - 4 * 31)
    assert position(counted(80, "2026-01-01"), use, at="2026-02-01").surplus == 0
    assert position(stock, use, at="2026-01-25").surplus is None
    assert position(use, at="2026-02-01").surplus is None
