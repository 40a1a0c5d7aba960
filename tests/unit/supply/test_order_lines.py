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
    schedule_late,
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
    assert [line.outstanding for line in orders.values() if line.quantity] == left


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
    assert [(line.received, line.outstanding) for line in orders.values()] == [(50, 0), (50, 0), (10, 0)]
    # More than was due of the order is of whatever is scheduled of it next.
    schedule(orders, DAY + 3, 60, ("P-1", "1", DAY + 19, None, None, None))
    assert {name: (line.received, line.outstanding) for name, line in orders.items()} == {
        "P-1\x001": (60, 0),
        "P-1\x002": (50, 0),
    }


def planned(orders: Orders, amount: int, line: str | None) -> None:
    schedule(orders, DAY, amount, ("P-1", line, DAY + 9, None, None, None))


@pytest.mark.parametrize("steps", list(itertools.permutations(("one", "two", "goods"))))
def test_goods_for_the_whole_order_are_shared_out_whenever_its_lines_are_scheduled(steps: tuple[str, ...]) -> None:
    orders: Orders = {}
    told: dict[str, Callable[[], None]] = {
        "one": lambda: planned(orders, 50, "1"),
        "two": lambda: planned(orders, 40, "2"),
        "goods": lambda: receive(orders, DAY + 1, 90, "P-1"),
    }
    for step in steps:
        told[step]()
    assert {name: (line.received, line.outstanding) for name, line in orders.items()} == {
        "P-1\x001": (50, 0),
        "P-1\x002": (40, 0),
    }


@pytest.mark.parametrize("steps", list(itertools.permutations(("whole", "one", "two", "goods"))))
@pytest.mark.parametrize("whole", [90, 100])
def test_an_order_scheduled_as_a_whole_and_by_lines_is_due_once(whole: int, steps: tuple[str, ...]) -> None:
    orders: Orders = {}
    told: dict[str, Callable[[], None]] = {
        "whole": lambda: planned(orders, whole, None),
        "one": lambda: planned(orders, 50, "1"),
        "two": lambda: planned(orders, 40, "2"),
        "goods": lambda: receive(orders, DAY + 1, 30, "P-1"),
    }
    for step in steps:
        told[step]()
    assert sum(line.outstanding for line in orders.values()) == whole - 30
    assert sum(line.received for line in orders.values()) == 30
    planned(orders, whole, None)
    assert sum(line.outstanding for line in orders.values()) == whole - 30
    receive(orders, DAY + 2, whole - 30, "P-1")
    assert sum(line.outstanding for line in orders.values()) == 0


def test_lines_that_are_scheduled_after_the_whole_order_was_cancelled_are_due() -> None:
    orders: Orders = {}
    planned(orders, 100, None)
    receive(orders, DAY, 30, "P-1")
    cancel(orders, DAY + 1, -1, "P-1")
    planned(orders, 50, "1")
    assert {name: line.outstanding for name, line in orders.items()} == {"P-1": 0, "P-1\x001": 50}


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(("told_of", "due"), [(DAY + 2, 0), (DAY + 4, 40)])
def test_a_schedule_that_comes_late_is_cancelled_with_the_rest_of_its_order(
    whole: bool, told_of: int, due: int
) -> None:
    """The order was cancelled on the third day; a schedule of before that comes when all of it is settled."""
    orders: Orders = {}
    planned(orders, 50, None if whole else "1")
    cancel(orders, DAY + 3, -1, "P-1")
    schedule_late(orders, told_of, 40, ("P-1", "2", DAY + 9, None, None, None))
    assert sum(line.outstanding for line in orders.values()) == due


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
