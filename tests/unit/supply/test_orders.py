"""What is due: order lines scheduled, moved, received in parts, cancelled, late."""

import pytest

from schemas.events import Event
from schemas.positions import DueArrival
from tests.events import cancelled, counted, day, dispensed, received, scheduled
from tests.unit.supply.shelf import Shelf, position

STOCK = counted(1000, "2026-01-01")


def due(*events: Event, at: str = "2026-01-10") -> list[DueArrival]:
    """What is due as of a day."""
    return list(position(STOCK, *events, at=at).due)


@pytest.mark.parametrize(
    ("what", "events", "quantities"),
    [
        ("scheduled", [scheduled(100, "2026-01-02", "2026-02-01")], [100]),
        (
            "moved and changed",
            [scheduled(100, "2026-01-02", "2026-02-01"), scheduled(80, "2026-01-03", "2026-03-01")],
            [80],
        ),
        (
            "received in part",
            [scheduled(100, "2026-01-02", "2026-02-01"), received(30, "2026-01-05", order="P-1")],
            [70],
        ),
        (
            "received whole",
            [scheduled(100, "2026-01-02", "2026-02-01"), received(100, "2026-01-05", order="P-1")],
            [],
        ),
        (
            "received beyond",
            [scheduled(100, "2026-01-02", "2026-02-01"), received(130, "2026-01-05", order="P-1")],
            [],
        ),
        (
            "received in part, then moved: the quantity is the whole line",
            [
                scheduled(100, "2026-01-02", "2026-02-01"),
                received(30, "2026-01-05", order="P-1"),
                scheduled(100, "2026-01-06", "2026-03-01"),
            ],
            [70],
        ),
        (
            "received before its schedule",
            [received(30, "2026-01-02", order="P-1"), scheduled(100, "2026-01-03", "2026-02-01")],
            [70],
        ),
        ("received without an order", [scheduled(100, "2026-01-02", "2026-02-01"), received(30, "2026-01-05")], [100]),
        ("cancelled", [scheduled(100, "2026-01-02", "2026-02-01"), cancelled("2026-01-05")], []),
        ("cancelled in part", [scheduled(100, "2026-01-02", "2026-02-01"), cancelled("2026-01-05", 30)], [70]),
        (
            "received in part, the rest cancelled",
            [
                scheduled(100, "2026-01-02", "2026-02-01"),
                received(30, "2026-01-05", order="P-1"),
                cancelled("2026-01-06"),
            ],
            [],
        ),
        (
            "cancelled, then scheduled anew",
            [
                scheduled(100, "2026-01-02", "2026-02-01"),
                cancelled("2026-01-05"),
                scheduled(60, "2026-01-06", "2026-03-01"),
            ],
            [60],
        ),
        (
            "split into lines",
            [
                scheduled(60, "2026-01-02", "2026-03-01", line="2"),
                scheduled(40, "2026-01-02", "2026-02-01", line="1"),
            ],
            [40, 60],
        ),
        (
            "a receipt that names no line counts for the line expected first, then for the next",
            [
                scheduled(60, "2026-01-02", "2026-03-01", line="2"),
                scheduled(40, "2026-01-02", "2026-02-01", line="1"),
                received(50, "2026-01-05", order="P-1"),
            ],
            [50],
        ),
        (
            "a cancellation that names no line means all of them",
            [
                scheduled(60, "2026-01-02", "2026-03-01", line="2"),
                scheduled(40, "2026-01-02", "2026-02-01", line="1"),
                cancelled("2026-01-05"),
            ],
            [],
        ),
        (
            "one of some pieces means the line expected first",
            [
                scheduled(60, "2026-01-02", "2026-03-01", line="2"),
                scheduled(40, "2026-01-02", "2026-02-01", line="1"),
                cancelled("2026-01-05", 50),
            ],
            [50],
        ),
        (
            "a line named of an order scheduled as a whole",
            [scheduled(100, "2026-01-02", "2026-02-01"), received(30, "2026-01-05", order="P-1", line="1")],
            [70],
        ),
        (
            "another order's receipt",
            [scheduled(100, "2026-01-02", "2026-02-01"), received(30, "2026-01-05", order="P-10")],
            [100],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_due(what: str, events: list[Event], quantities: list[int]) -> None:
    assert [line.quantity for line in due(*events)] == quantities
    assert [line.quantity for line in due(*reversed(events), *events)] == quantities


def test_a_receipt_at_the_instant_of_a_count_is_inside_it_and_off_the_order() -> None:
    events = [scheduled(100, "2026-01-02", "2026-02-01"), received(30, "2026-01-05 09:00", order="P-1")]
    found = position(STOCK, *events, counted(500, "2026-01-05 09:00"), at="2026-01-10")
    assert (found.on_hand, found.due_quantity) == (500, 70)


def test_a_line_is_late_once_its_day_has_passed() -> None:
    line = scheduled(100, "2026-01-02", "2026-02-01")
    assert [each.late for each in due(line, at="2026-02-01 23:59")] == [False]
    assert [each.late for each in due(line, at="2026-02-02 00:00")] == [True]


def test_with_a_deadline_it_is_late_once_that_has_passed() -> None:
    line = scheduled(100, "2026-01-02", "2026-02-01", deadline="2026-02-10")
    assert [each.late for each in due(line, at="2026-02-10 23:59")] == [False]
    assert [each.late for each in due(line, at="2026-02-11 00:00")] == [True]


def test_moving_a_late_line_makes_it_punctual_again() -> None:
    lines = [scheduled(100, "2026-01-02", "2026-02-01"), scheduled(100, "2026-02-03", "2026-02-20")]
    (line,) = due(*lines, at="2026-02-05")
    assert (line.late, line.expected_on) == (False, day("2026-02-20"))


def test_the_projection_counts_an_arrival_on_its_day_then_on_its_deadline_then_no_more() -> None:
    use = [counted(190, "2026-01-01"), dispensed(90, "2026-01-10")]

    def projected(at: str, *events: Event) -> str:
        return str(position(*use, *events, at=at).projected_stockout_on)

    line = scheduled(30, "2026-01-02", "2026-02-05", deadline="2026-02-20")
    assert projected("2026-02-01") == "2026-03-06"
    assert projected("2026-02-01", line) == "2026-03-16"
    assert projected("2026-02-05", line) == "2026-03-20"
    short = [counted(100, "2026-01-01"), dispensed(90, "2026-01-10"), line]
    assert str(position(*short, at="2026-02-05").projected_stockout_on) == "2026-02-18"
    assert str(position(*short, at="2026-02-06").projected_stockout_on) == "2026-02-09"
    assert str(position(*short, at="2026-02-20").projected_stockout_on) == "2026-03-05"
    assert str(position(*short, at="2026-02-21").projected_stockout_on) == "2026-02-24"


def test_a_complete_line_is_remembered_for_a_month_so_that_a_straggler_does_not_reopen_it() -> None:
    line = [scheduled(100, "2026-01-02", "2026-02-01"), received(100, "2026-01-05", order="P-1")]
    again = scheduled(100, "2026-02-03", "2026-03-01")
    assert due(*line, again, at="2026-02-04") == []
    forgotten = scheduled(100, "2026-02-05", "2026-03-01")
    assert [each.quantity for each in due(*line, forgotten, at="2026-02-06")] == [100]


def test_goods_that_never_came_are_forgotten_a_year_after_their_day() -> None:
    line = scheduled(100, "2026-01-02", "2026-02-01")
    assert [each.late for each in due(line, at="2027-02-01")] == [True]
    assert due(line, at="2027-02-02") == []


def test_what_comes_late_of_an_order_still_counts_for_it() -> None:
    line = scheduled(100, "2026-01-02", "2026-06-01")
    shelf = Shelf(STOCK, line, dispensed(1, "2026-02-20")).until("2026-03-01")
    shelf.tell(received(30, "2026-01-20", order="P-1"), cancelled("2026-01-22", 20))
    found = shelf.publish().position
    assert (found.on_hand, found.due_quantity) == (1029, 50)


def test_a_late_schedule_does_not_undo_a_newer_one() -> None:
    line = scheduled(100, "2026-01-02", "2026-06-01")
    shelf = Shelf(STOCK, line, dispensed(1, "2026-02-20")).until("2026-03-01")
    shelf.tell(scheduled(70, "2026-01-01", "2026-05-01"), scheduled(50, "2026-01-01", "2026-05-01", order="P-2"))
    assert [(each.order, each.quantity) for each in shelf.publish().position.due] == [("P-2", 50), ("P-1", 100)]
