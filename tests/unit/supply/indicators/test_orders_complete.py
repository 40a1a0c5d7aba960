"""Orders complete and on time, as a ledger knows them."""

import pytest

from supply.indicators.orders import complete_on_time
from supply.orders import OrderLine

TODAY = 20


def line(quantity: int, received: int, cancelled: int = 0, deadline: int = 10, last: int = 9) -> OrderLine:
    return OrderLine(
        order="P-1",
        quantity=quantity,
        received=received,
        cancelled=cancelled,
        expected_on=deadline - 3,
        deadline=deadline,
        last_day=last,
    )


def test_complete_on_time_is_by_line_of_those_decided() -> None:
    """The table of the docstring."""
    lines = [
        line(60, 60, last=10),
        line(60, 60, last=11),
        line(60, 40),
        line(60, 40, 20),
        line(60, 0, 60),
        line(60, 40, deadline=20),
    ]
    figure = complete_on_time(lines, TODAY)
    assert (figure.value, figure.part, figure.whole) == (0.5, 2, 4)
    assert figure.left_out == {"cancelled": 1, "not_over": 1}


@pytest.mark.parametrize(("deadline", "last", "value"), [(19, 19, 1), (19, 20, 0), (20, 20, 1), (21, 9, 1)])
def test_the_deadline_itself_is_on_time(deadline: int, last: int, value: float) -> None:
    assert complete_on_time([line(60, 60, deadline=deadline, last=last)], TODAY).value == value


@pytest.mark.parametrize(("deadline", "value"), [(19, 0), (20, None), (21, None)])
def test_a_part_is_decided_the_day_after_its_deadline(deadline: int, value: float | None) -> None:
    assert complete_on_time([line(60, 40, deadline=deadline)], TODAY).value == value


def test_without_a_deadline_the_expected_day_counts() -> None:
    whole = OrderLine(order="P-1", quantity=5, received=5, expected_on=10, last_day=11)
    assert complete_on_time([whole], TODAY).value == 0


def test_of_an_order_whose_rest_was_cancelled_what_came_is_all_that_is_asked() -> None:
    some = OrderLine(order="P-1", quantity=5, received=3, closed=True, expected_on=10, last_day=9)
    none = OrderLine(order="P-2", quantity=5, received=0, closed=True, expected_on=10, last_day=9)
    figure = complete_on_time([some, none], TODAY)
    assert (figure.value, figure.left_out) == (1, {"cancelled": 1})


def test_goods_without_a_schedule_are_no_order() -> None:
    figure = complete_on_time([OrderLine(order="P-1", received=5)], TODAY)
    assert (figure.value, figure.missing) == (None, "nothing_there")
