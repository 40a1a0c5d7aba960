"""The days that one order line took, from its first schedule to the day it was whole, and which of them are kept."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import Event
from schemas.positions import SupplierLeadTime
from supply.lead_times import DELIVERIES_KEPT, Delivery, with_lines
from supply.orders import OrderLine
from supply.rules import Rules, StockLevels
from tests.events import cancelled, dispensed, received, scheduled
from tests.unit.supply.shelf import Shelf
from tests.unit.supply.supplied import LAB, STOCK, known, on, orders


def ordered(quantity: int, number: int) -> Event:
    """The line scheduled once more."""
    return scheduled(quantity, on(number), on(30), supplier=LAB)


DAYS_TAKEN: list[tuple[str, list[Event], int | None]] = [
    ("in two parts: the day it was whole", [received(4, on(6), order="P-1"), received(6, on(20), order="P-1")], 19),
    ("a part of it only", [received(4, on(6), order="P-1")], None),
    ("a part, the rest cancelled", [received(4, on(6), order="P-1"), cancelled(on(20))], 5),
    ("a part, as much cancelled as missing", [received(4, on(6), order="P-1"), cancelled(on(20), 6)], 5),
    ("cancelled whole", [cancelled(on(6))], None),
    ("more than whole: the day it was whole", [received(10, on(6), order="P-1"), received(5, on(9), order="P-1")], 5),
    ("moved: ordered when first scheduled", [ordered(10, 4), received(10, on(20), order="P-1")], 19),
    ("asked for more before it came", [ordered(20, 4), received(20, on(20), order="P-1")], 19),
    (
        "cancelled, then ordered anew",
        [cancelled(on(5)), ordered(10, 8), received(10, on(20), order="P-1")],
        12,
    ),
    (
        "whole, then scheduled once more with the same",
        [received(10, on(6), order="P-1"), ordered(10, 8)],
        5,
    ),
    (
        "whole, then more is ordered",
        [received(10, on(6), order="P-1"), ordered(15, 8), received(5, on(18), order="P-1")],
        10,
    ),
    ("on the day it was scheduled", [received(10, on(1) + " 18:00", order="P-1")], None),
    ("the day after", [received(10, on(2), order="P-1")], 1),
    ("before its schedule", [received(10, "2026-01-01 12:00", order="P-1")], None),
    (
        "a part before its schedule, the rest after",
        [received(4, "2026-01-01 12:00", order="P-1"), received(6, on(11), order="P-1")],
        10,
    ),
    ("without the order's name", [received(10, on(6))], None),
]


@pytest.mark.parametrize(("what", "events", "expected"), DAYS_TAKEN, ids=[what for what, _, _ in DAYS_TAKEN])
@pytest.mark.parametrize("until", [on(40), on(200)], ids=["line still held", "line put away"])
def test_days_from_order_to_whole(what: str, events: list[Event], expected: int | None, until: str) -> None:
    line = scheduled(10, on(1), on(15), supplier=LAB)
    rest = orders(1, 1, 1, 1, first=2, name="Q")
    (found,) = known(line, *events, *rest, at=until).lead_times
    assert (found.number, found.p90_days) == ((4, None) if expected is None else (5, expected))


def test_orders_of_more_lines_count_each() -> None:
    events = [scheduled(10, on(1), on(9), line=str(number), supplier=LAB, id=f"line {number}") for number in range(5)]
    found = known(*events, received(50, on(8), order="P-1"))
    assert found.lead_times == (SupplierLeadTime(LAB, 5, 7, 7),)


def test_suppliers_are_told_apart_and_the_one_that_delivered_last_counts() -> None:
    near = orders(3, 3, 3, 3, 3, supplier="NEAR", name="N")
    far = orders(50, 50, 50, 50, 50, supplier="FAR", name="F")
    nobody = orders(2, 2, supplier=None, first=60, name="X")
    rules = Rules(levels=dict.fromkeys(Rules().levels, StockLevels(lead_time_days=2)))
    found = known(*near, *far, *nobody, rules=rules)
    assert [each.supplier for each in found.lead_times] == ["FAR", None, "NEAR"]
    assert found.lead_time_days == 50
    earlier = known(*near, at=on(40), rules=rules)
    assert [(each.supplier, each.number) for each in earlier.lead_times] == [("NEAR", 5)]
    assert earlier.lead_time_days == 3


def test_a_facility_of_origin_is_a_supplier() -> None:
    told = [
        event
        for number in range(5)
        for event in (
            scheduled(10, on(1 + number), on(30), f"P-{number}", origin="DFIMB000001"),
            received(10, on(9 + number), order=f"P-{number}"),
        )
    ]
    assert known(*told).lead_times == (SupplierLeadTime("DFIMB000001", 5, 8, 8),)


def test_what_comes_late_counts_from_and_to_its_own_day() -> None:
    moved = scheduled(10, on(20), on(60), supplier=LAB)
    shelf = Shelf(STOCK, *orders(1, 1, 1, 1, first=2, name="Q"), moved, dispensed(1, on(60))).until(on(70))
    late: list[Event] = [scheduled(10, on(10), on(40), supplier=LAB), received(10, on(31), order="P-1")]
    shelf.tell(*late)
    (found,) = shelf.publish(on(71)).position.lead_times
    assert (found.number, found.p90_days) == (5, 21)
    assert shelf.position.due == ()


def test_a_late_first_schedule_is_taken_also_after_its_receipt() -> None:
    quick = orders(1, 1, 1, 1, first=2, name="Q")
    shelf = Shelf(STOCK, *quick, received(10, on(40), order="P-1"), dispensed(1, on(60))).until(on(65))
    shelf.tell(scheduled(10, on(10), on(40), supplier=LAB))
    (found,) = shelf.publish(on(66)).position.lead_times
    assert (found.number, found.p90_days) == (5, 30)


def test_a_late_schedule_does_not_undo_what_was_cancelled() -> None:
    shelf = Shelf(STOCK, cancelled(on(12)), dispensed(1, on(30))).until(on(35))
    shelf.tell(scheduled(10, on(10), on(40), supplier=LAB))
    assert shelf.publish(on(36)).position.due == ()


def test_no_more_than_the_newest_are_kept() -> None:
    long_ago = [(day, 99, LAB) for day in range(1, 40)]
    newest = [OrderLine("P", None, 1, 0, None, LAB, None, 1, ordered_on=100, received_on=101 + n) for n in range(29)]
    kept = with_lines(long_ago, newest)
    assert len(kept) == DELIVERIES_KEPT
    assert [days for _, days, _ in kept] == [99, *range(1, 30)]


LINES = st.builds(
    OrderLine,
    quantity=st.just(5),
    received=st.integers(4, 6),
    supplier=st.sampled_from(["A", "B", None]),
    ordered_on=st.integers(0, 50),
    received_on=st.integers(0, 80),
)


@given(st.lists(LINES, max_size=90), st.lists(st.integers(0, 90), max_size=4))
def test_it_does_not_matter_when_lines_are_put_away(lines: list[OrderLine], cuts: Iterable[int]) -> None:
    kept: list[Delivery] = []
    before = 0
    for cut in [*sorted(cuts), len(lines)]:
        kept = with_lines(kept, lines[before:cut])
        before = max(before, cut)
    assert kept == with_lines([], lines)
    assert all(1 <= days <= 80 for _, days, _ in kept)
