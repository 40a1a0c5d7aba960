"""What single order lines make of what is told of them, to the day and to the piece."""

import itertools
from collections.abc import Callable
from functools import partial

import pytest

from supply.orders import (
    CLOSED_ORDER_DAYS_KEPT,
    LOST_ORDER_DAYS_KEPT,
    OrderLine,
    Orders,
    cancel,
    receive,
    schedule,
)

DAY = 739_000


def two_lines() -> Orders:
    """An order of two lines, 50 pieces each, the second one expected later."""
    return {f"P-1\0{number}": OrderLine("P-1", number, 50, DAY + 10 * int(number)) for number in ("1", "2")}


@pytest.mark.parametrize(("came", "days"), [(49, [DAY, 0]), (50, [DAY, 0]), (51, [DAY, DAY])])
def test_a_line_of_which_nothing_came_has_no_day_of_receipt(came: int, days: list[int]) -> None:
    orders = two_lines()
    receive(orders, DAY, came, "P-1")
    assert [line.received_on for line in orders.values()] == days


@pytest.mark.parametrize(("amount", "left"), [(49, [1, 50]), (50, [0, 50]), (51, [0, 49]), (-1, [0, 0])])
def test_what_is_cancelled_of_an_order_leaves_the_rest_of_its_lines_to_come(amount: int, left: list[int]) -> None:
    orders = two_lines()
    cancel(orders, DAY, amount, "P-1")
    assert [line.outstanding for line in orders.values()] == left


NAMES = ("P-1", "P-1\x001")


@pytest.mark.parametrize("scheduled", NAMES)
@pytest.mark.parametrize("first", NAMES)
@pytest.mark.parametrize("then", NAMES)
@pytest.mark.parametrize("steps", list(itertools.permutations(("order", "first", "then"))))
def test_what_comes_before_its_schedule_is_not_due_whoever_names_the_line(
    scheduled: str, first: str, then: str, steps: tuple[str, ...]
) -> None:
    orders: Orders = {}
    order, _, line = scheduled.partition("\0")
    told: dict[str, Callable[[], None]] = {
        "order": lambda: schedule(orders, DAY, 100, (order, line or None, DAY + 9, None, None, None)),
        "first": lambda: receive(orders, DAY, 30, first),
        "then": lambda: receive(orders, DAY + 1, 60, then),
    }
    for step in steps:
        told[step]()
    assert {name: (line.received, line.outstanding) for name, line in orders.items()} == {scheduled: (90, 10)}
    cancel(orders, DAY + 2, -1, first)
    assert orders[scheduled].whole


def test_what_came_before_the_lines_of_an_order_is_shared_out_among_them() -> None:
    orders: Orders = {}
    receive(orders, DAY, 70, "P-1")
    for number in ("1", "2"):
        schedule(orders, DAY + 1, 50, ("P-1", number, DAY + 9, None, None, None))
    assert {name: line.received for name, line in orders.items()} == {"P-1\x001": 50, "P-1\x002": 20}
    receive(orders, DAY + 2, 40, "P-1")
    assert [(line.received, line.outstanding) for line in orders.values()] == [(50, 0), (60, 0)]


@pytest.mark.parametrize(("came", "amount"), [(50, -1), (50, 500), (30, -1), (30, 20), (30, 49), (30, 50), (30, 51)])
def test_what_came_is_not_cancelled_however_many_pieces_are_named(came: int, amount: int) -> None:
    told = partial(receive, day=DAY, amount=came, key="P-1"), partial(cancel, day=DAY, amount=amount, key="P-1")
    for steps in (told, told[::-1]):
        orders = {"P-1": OrderLine("P-1", None, 50, DAY)}
        for step in steps:
            step(orders)
        line = orders["P-1"]
        assert (line.whole, line.asked, line.outstanding) == (True, came, 0)


@pytest.mark.parametrize(("amount", "asked", "outstanding"), [(0, 50, 20), (19, 31, 1), (20, 30, 0)])
def test_what_is_cancelled_of_the_rest_is_not_asked_any_more(amount: int, asked: int, outstanding: int) -> None:
    line = OrderLine("P-1", None, 50, DAY, received=30, cancelled=amount)
    assert (line.asked, line.outstanding, line.whole) == (asked, outstanding, outstanding == 0)


@pytest.mark.parametrize("amount", [-1, 50, 500])
def test_a_line_cancelled_before_anything_came_is_never_whole(amount: int) -> None:
    orders = {"P-1": OrderLine("P-1", None, 50, DAY)}
    cancel(orders, DAY, amount, "P-1")
    assert (orders["P-1"].whole, orders["P-1"].asked) == (False, 0)


def test_goods_without_a_schedule_are_no_order_that_is_whole_also_once_it_is_cancelled() -> None:
    orders: Orders = {}
    receive(orders, DAY, 50, "P-1")
    cancel(orders, DAY, -1, "P-1")
    assert not orders["P-1"].whole


@pytest.mark.parametrize(
    ("line", "last_day_kept"),
    [
        (OrderLine(quantity=50, received=50, expected_on=DAY, last_day=DAY), DAY + CLOSED_ORDER_DAYS_KEPT),
        (OrderLine(quantity=50, received=49, expected_on=DAY, last_day=DAY), DAY + LOST_ORDER_DAYS_KEPT),
        (OrderLine(quantity=50, expected_on=DAY - 400, last_day=DAY), DAY + CLOSED_ORDER_DAYS_KEPT),
        (OrderLine(quantity=50, expected_on=DAY - 9, deadline=DAY, last_day=DAY - 20), DAY + LOST_ORDER_DAYS_KEPT),
    ],
    ids=["complete", "lost", "told of after it was lost", "lost since its deadline"],
)
def test_a_line_is_kept_through_its_last_day(line: OrderLine, last_day_kept: int) -> None:
    assert [line.over_by(day) for day in (last_day_kept, last_day_kept + 1)] == [False, True]


@pytest.mark.parametrize(("today", "arrives_on"), [(DAY, DAY), (DAY + 1, DAY + 3), (DAY + 3, DAY + 3), (DAY + 4, None)])
def test_pieces_are_counted_on_up_to_the_deadline(today: int, arrives_on: int | None) -> None:
    assert OrderLine(quantity=50, expected_on=DAY, deadline=DAY + 3).arrives_on(today) == arrives_on
