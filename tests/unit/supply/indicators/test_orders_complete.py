"""Orders complete and on time: as a ledger knows its lines, as a position publishes them, and as figures."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import Event
from schemas.positions import OrderMonth
from supply.calendar import month_number
from supply.indicators.orders import complete, complete_on_time
from supply.ledger_state import Ledger, OrderCounts
from supply.order_months import MONTHS_KEPT, count, counts_of
from supply.orders import OrderLine
from tests.events import cancelled, counted, day, dispensed, received, scheduled
from tests.unit.supply.shelf import Shelf, position

MONTH = month_number(2026, 3)
FIRST = day("2026-03-01").toordinal() - 1
TODAY = 20
STOCK = counted(1000, "2026-01-01")


def line(quantity: int, received: int, cancelled: int = 0, deadline: int = 10, whole_on: int = 9) -> OrderLine:
    """A line of March, by its days."""
    return OrderLine(
        order="P-1",
        quantity=quantity,
        received=received,
        cancelled=cancelled,
        expected_on=FIRST + deadline - 3,
        deadline=FIRST + deadline,
        received_on=FIRST + whole_on,
        last_day=FIRST + 28,
    )


def counts(lines: Iterable[OrderLine], today: int = TODAY) -> OrderCounts:
    """What became of lines, as of a day of March."""
    found: dict[int, OrderCounts] = {}
    for each in lines:
        count(found, each, FIRST + today)
    return found.get(MONTH, OrderCounts())


def test_complete_on_time_is_by_line_of_those_decided() -> None:
    """The table of the docstring."""
    lines = [
        line(60, 60, whole_on=10),
        line(60, 60, whole_on=11),
        line(60, 40),
        line(60, 40, 20),
        line(60, 0, 60),
        line(60, 40, deadline=20),
    ]
    found = counts(lines)
    assert found == OrderCounts(decided=4, complete=3, complete_on_time=2, cancelled=1, not_over=1)


@pytest.mark.parametrize(("deadline", "whole_on", "on_time"), [(19, 19, 1), (19, 20, 0), (20, 20, 1), (21, 9, 1)])
def test_the_deadline_itself_is_on_time(deadline: int, whole_on: int, on_time: int) -> None:
    found = counts([line(60, 60, deadline=deadline, whole_on=whole_on)])
    assert found == OrderCounts(decided=1, complete=1, complete_on_time=on_time)


@pytest.mark.parametrize(("deadline", "decided"), [(19, 1), (20, 0), (21, 0)])
def test_a_part_is_decided_the_day_after_its_deadline(deadline: int, decided: int) -> None:
    found = counts([line(60, 40, deadline=deadline)])
    assert found == OrderCounts(decided=decided, not_over=1 - decided)


def test_without_a_deadline_the_expected_day_counts() -> None:
    late = OrderLine(order="P-1", quantity=5, received=5, expected_on=FIRST + 10, received_on=FIRST + 11)
    assert counts([late]) == OrderCounts(decided=1, complete=1)


def test_of_an_order_whose_rest_was_cancelled_what_came_is_all_that_is_asked() -> None:
    some = OrderLine(order="P-1", quantity=5, received=3, closed=True, expected_on=FIRST + 10, received_on=FIRST + 9)
    none = OrderLine(order="P-2", quantity=5, received=0, closed=True, expected_on=FIRST + 10)
    assert counts([some, none]) == OrderCounts(decided=1, complete=1, complete_on_time=1, cancelled=1)


def test_goods_without_a_schedule_are_no_order() -> None:
    assert counts([OrderLine(order="P-1", received=5, received_on=FIRST)]) == OrderCounts()


def test_a_line_of_the_last_release_goes_by_the_last_word_on_it() -> None:
    early, late = (OrderLine(quantity=5, received=5, expected_on=FIRST + 10, last_day=FIRST + on) for on in (10, 11))
    assert counts([early, late]) == OrderCounts(decided=2, complete=2, complete_on_time=1)


def orders(*events: Event, at: str) -> list[OrderMonth]:
    """What a position publishes of its orders."""
    return list(position(STOCK, *events, at=at).orders)


LINE = scheduled(60, "2026-01-05", "2026-02-10", deadline="2026-02-15")

STORIES: list[tuple[str, list[Event], OrderMonth]] = [
    ("nothing came", [], OrderMonth("2026-02", decided=1)),
    (
        "on its deadline, in two parts",
        [received(20, "2026-02-01", order="P-1"), received(40, "2026-02-15 23:00", order="P-1")],
        OrderMonth("2026-02", decided=1, complete=1, complete_on_time=1),
    ),
    (
        "a day after its deadline, in two parts",
        [received(20, "2026-02-01", order="P-1"), received(40, "2026-02-16", order="P-1")],
        OrderMonth("2026-02", decided=1, complete=1),
    ),
    ("a part", [received(20, "2026-02-01", order="P-1")], OrderMonth("2026-02", decided=1)),
    (
        "whole, and more later",
        [received(60, "2026-02-01", order="P-1"), received(5, "2026-02-20", order="P-1")],
        OrderMonth("2026-02", decided=1, complete=1, complete_on_time=1),
    ),
    (
        "whole, and cancelled later",
        [received(60, "2026-02-01", order="P-1"), cancelled("2026-02-20")],
        OrderMonth("2026-02", decided=1, complete=1, complete_on_time=1),
    ),
    ("cancelled", [cancelled("2026-02-01")], OrderMonth("2026-02", cancelled=1)),
    (
        "before its schedule",
        [received(60, "2026-01-04", order="P-1")],
        OrderMonth("2026-02", decided=1, complete=1, complete_on_time=1),
    ),
    (
        "moved to another month and late",
        [scheduled(60, "2026-02-01", "2026-03-10"), received(60, "2026-03-11", order="P-1")],
        OrderMonth("2026-03", decided=1, complete=1),
    ),
]


@pytest.mark.parametrize(("what", "events", "expected"), STORIES, ids=[what for what, _, _ in STORIES])
@pytest.mark.parametrize("at", ["2026-03-20", "2026-06-20", "2027-02-28"])
def test_what_became_of_a_line_stays_when_the_line_is_put_away(
    what: str, events: list[Event], expected: OrderMonth, at: str
) -> None:
    assert orders(LINE, *events, at=at) == [expected]


def test_a_line_is_not_over_until_the_day_after_its_deadline() -> None:
    assert orders(LINE, at="2026-02-15 23:59") == [OrderMonth("2026-02", not_over=1)]
    assert orders(LINE, at="2026-02-16 00:00") == [OrderMonth("2026-02", decided=1)]


def test_the_day_it_is_decided_is_published_without_an_event() -> None:
    shelf = Shelf(STOCK, LINE)
    assert shelf.until("2026-02-15").position.orders == (OrderMonth("2026-02", not_over=1),)
    assert shelf.until("2026-02-16").position.orders == (OrderMonth("2026-02", decided=1),)


def test_a_receipt_told_late_was_on_time_on_its_own_day() -> None:
    shelf = Shelf(STOCK, LINE, dispensed(1, "2026-02-26")).until("2026-03-01")
    assert shelf.position.orders == (OrderMonth("2026-02", decided=1),)
    shelf.tell(received(60, "2026-02-14", order="P-1"))
    assert shelf.publish().position.orders == (OrderMonth("2026-02", decided=1, complete=1, complete_on_time=1),)


def test_a_year_beside_the_running_month_is_kept() -> None:
    lines = [scheduled(5, "2026-01-05", f"2026-{month:02d}-10", f"P-{month}") for month in range(2, 13)]
    came = [received(5, f"2026-{month:02d}-09", order=f"P-{month}") for month in range(2, 13)]
    assert [each.month for each in orders(*lines, *came, at="2027-03-01")] == [
        f"2026-{month:02d}" for month in range(3, 13)
    ]
    shelf = Shelf(STOCK, *lines, *came).until("2029-01-01")
    assert shelf.position.orders == ()


LINES = st.builds(
    OrderLine,
    quantity=st.integers(0, 6),
    received=st.integers(0, 6),
    cancelled=st.integers(0, 3),
    closed=st.booleans(),
    expected_on=st.integers(FIRST - 400, FIRST + 60),
    received_on=st.integers(FIRST - 400, FIRST + 60),
)


@given(st.lists(LINES, max_size=20), st.integers(0, 20))
def test_each_line_is_counted_once_held_or_put_away(lines: list[OrderLine], held: int) -> None:
    away: dict[int, OrderCounts] = {}
    for each in lines[held:]:
        count(away, each, FIRST + TODAY)
    ledger = Ledger(orders={str(n): each for n, each in enumerate(lines[:held])}, orders_by_month=away)
    found = counts_of(ledger, FIRST + TODAY, MONTH)
    together = Ledger(orders={str(n): each for n, each in enumerate(lines)})
    assert found == counts_of(together, FIRST + TODAY, MONTH)
    assert all(month >= MONTH - MONTHS_KEPT for month in found)
    for month in found.values():
        assert 0 <= month.complete_on_time <= month.complete <= month.decided


def test_the_figures_are_sums_over_months_and_say_what_was_left_out() -> None:
    months = [OrderMonth("2026-03", 4, 3, 2, 1, 1), OrderMonth("2026-03", 1, 1, 0), OrderMonth("2026-03", not_over=2)]
    whole, on_time = complete(months), complete_on_time(months)
    assert (whole.value, whole.part, whole.whole) == (0.8, 4, 5)
    assert (on_time.value, on_time.part, on_time.whole, on_time.counted) == (0.4, 2, 5, 5)
    assert whole.left_out == on_time.left_out == {"cancelled": 1, "not_over": 3}
    assert (complete_on_time([]).value, complete_on_time([]).missing) == (None, "nothing_there")
    assert complete_on_time(months[2:]).missing == "not_over"
