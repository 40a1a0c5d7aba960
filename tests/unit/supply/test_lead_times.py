"""Observed lead times: from the first schedule of a line to the day it was whole, by supplier."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from schemas.alerts import Condition
from schemas.channels import position_key
from schemas.events import Event
from schemas.positions import Position, SupplierLeadTime
from supply.book import Book
from supply.catalogue import Catalogue
from supply.clock import Reach
from supply.lead_times import DELIVERIES_KEPT, Delivery, by_supplier, delivery_of, observed, with_lines
from supply.orders import OrderLine
from supply.rules import Rules, StockLevels
from tests.compiled import plain_python
from tests.events import HOSPITAL, ITEM, cancelled, counted, day, dispensed, ms, received, scheduled
from tests.thoroughness import cases
from tests.unit.supply.deliver import deliver, transitions, without_version
from tests.unit.supply.histories import LATENESS_DAYS, deliveries, histories
from tests.unit.supply.shelf import Shelf, hospital, medicine, position
from tests.unit.supply.test_any_order import in_order

STOCK = counted(1000, "2026-01-01")
SHORTAGE: tuple[Condition, ...] = ("shortage",)
LAB = "LAB-12"


def on(number: int) -> str:
    """The date some days after 1 January 2026."""
    return str(day("2026-01-01").fromordinal(day("2026-01-01").toordinal() + number))


def orders(*days: int, supplier: str | None = LAB, first: int = 1, name: str = "P") -> list[Event]:
    """Orders a week apart that took so many days each."""
    told: list[Event] = []
    for number, taken in enumerate(days):
        ordered, order = first + 7 * number, f"{name}-{number}"
        told.append(scheduled(10, on(ordered), on(ordered + 10), order, supplier=supplier))
        told.append(received(10, on(ordered + taken), order=order))
    return told


def known(*events: Event, at: str = "2026-06-20", **more: Any) -> Position:
    """The position that the shelf's events lead to."""
    return position(STOCK, *events, at=at, **more)


def test_five_deliveries_are_the_least() -> None:
    four = known(*orders(20, 30, 40, 50))
    assert four.lead_times == (SupplierLeadTime(LAB, 4, None, None),)
    assert (four.lead_time_days, four.lead_time_source) == (15, "rules")
    five = known(*orders(20, 30, 40, 50, 60))
    assert five.lead_times == (SupplierLeadTime(LAB, 5, 40, 60),)
    assert (five.lead_time_days, five.lead_time_source) == (60, "observed")


def test_the_catalogue_s_lead_time_holds_until_then() -> None:
    entries = [medicine(lead_time_days=21)]
    four, five = known(*orders(*[29] * 4), entries=entries), known(*orders(*[29] * 5), entries=entries)
    assert (four.lead_time_days, four.lead_time_source) == (21, "catalogue")
    assert (five.lead_time_days, five.lead_time_source) == (29, "observed")


@pytest.mark.parametrize(
    ("taken", "expected"), [(1, (21, "catalogue")), (21, (21, "catalogue")), (22, (22, "observed"))]
)
def test_what_was_observed_makes_the_lead_time_longer_and_never_shorter(taken: int, expected: tuple[int, str]) -> None:
    found = known(*orders(*[taken] * 5), entries=[medicine(lead_time_days=21)])
    assert (found.lead_time_days, found.lead_time_source) == expected
    assert found.lead_times == (SupplierLeadTime(LAB, 5, taken, taken),)


@pytest.mark.parametrize("days_before", [1, 2, 4])
def test_notices_of_dispatch_do_not_silence_a_shortage(days_before: int) -> None:
    """Six lines were scheduled when they left the supplier, and came days later. That is not how long an order takes:
    with stock for ten days and nothing due the shortage is told."""
    use = [counted(290, "2026-05-01"), dispensed(270, "2026-05-10"), counted(30, "2026-05-31 12:00")]
    shelf = Shelf(STOCK, *orders(*[days_before] * 6), *use, only=SHORTAGE).until("2026-06-05")
    assert shelf.story == ["2026-06-01 shortage firing high"]


@pytest.mark.parametrize(("choice", "expected"), [("p90", (60, "observed")), ("median", (40, "observed"))])
def test_the_rules_say_which_figure_counts(choice: Any, expected: tuple[int, str]) -> None:
    levels = dict.fromkeys(Rules().levels, StockLevels(observed_lead_time=choice))
    found = known(*orders(20, 30, 40, 50, 60), rules=Rules(levels=levels))
    assert (found.lead_time_days, found.lead_time_source) == expected


def test_they_may_say_that_none_does() -> None:
    levels = dict.fromkeys(Rules().levels, StockLevels(observed_lead_time="off"))
    found = known(*orders(20, 30, 40, 50, 60), rules=Rules(levels=levels))
    assert (found.lead_time_days, found.lead_time_source) == (15, "rules")
    assert found.lead_times == (SupplierLeadTime(LAB, 5, 40, 60),)


@pytest.mark.parametrize(
    ("number", "median", "p90"),
    [(5, 3, 5), (6, 3, 6), (9, 5, 9), (10, 5, 9), (11, 6, 10), (20, 10, 18), (30, 15, 27)],
)
def test_a_rank_is_a_value_that_occurs(number: int, median: int, p90: int) -> None:
    found = [(100 + days, days, LAB) for days in range(1, number + 1)]
    assert by_supplier(found) == [(LAB, number, median, p90)]
    assert (observed(found, 5), observed(found, 9)) == (median, p90)


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


def test_an_observed_lead_time_moves_status_and_alert() -> None:
    """Thirty days' stock is fine when orders take five days, and a risk when they take forty."""
    use = [counted(290, "2026-05-01"), dispensed(270, "2026-05-10"), counted(100, "2026-05-31 12:00")]
    quick = Shelf(STOCK, *orders(5, 5, 5, 5, 5), *use, only=SHORTAGE).until("2026-06-05")
    slow = Shelf(STOCK, *orders(40, 40, 40, 40, 40), *use, only=SHORTAGE).until("2026-06-05")
    assert (quick.position.status, quick.story) == ("adequate", [])
    assert (slow.position.status, slow.story) == ("critical", ["2026-06-01 shortage firing high"])
    facts = slow.alerts[0].facts
    assert facts is not None
    assert facts.lead_time_days == 40
    assert "surtir tarda 40 días" in slow.alerts[0].reason


def test_the_delivery_that_makes_the_lead_time_known_wakes_a_calm_position() -> None:
    """Stock for forty days lies above all that fifteen days of lead time ask for, until a fifth order took sixty."""
    use = [counted(290, "2026-03-01"), dispensed(270, "2026-03-03"), counted(120, "2026-03-31")]
    shelf = Shelf(STOCK, *use, *orders(60, 60, 60, 60, 60, first=10), only=SHORTAGE).until("2026-04-20")
    assert shelf.story == ["2026-04-10 shortage firing high"]


@plain_python
@given(st.data(), histories())
@cases(40)
def test_calm_positions_and_any_order_with_observed_lead_times(data: st.DataObject, history: list[Event]) -> None:
    """As `test_any_order` has it, with a single delivery enough, so that the lead time changes often."""
    quick = dict.fromkeys(Rules().levels, StockLevels(lead_time_days=1))
    rules = Rules(lateness_days=LATENESS_DAYS, levels=quick)
    delivery = data.draw(deliveries(history))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("supply.lead_times.LEAST_DELIVERIES", 1)
        patch.setattr("supply.assessment.LEAST_DELIVERIES", 1)
        found, expected = deliver(delivery, rules), deliver(in_order(history), rules)
        for room in ("supply.book", "supply.calm"):
            patch.setattr(f"{room}.is_calm", lambda *_: False)
        restless = deliver(delivery, rules)
    assert without_version(found) == without_version(expected) == without_version(restless)
    assert transitions(found.alerts) == transitions(expected.alerts) == transitions(restless.alerts)


def test_what_the_last_release_stored_is_read() -> None:
    """A position of before lead times were observed, with an order received in part and one received whole."""
    stored = (Path(__file__).parent / "stored" / "v1_before_lead_times.bin").read_bytes()
    key = position_key(HOSPITAL, ITEM)
    shelf = Shelf(changelog={key.encode(): stored})
    shelf.tell(received(70, "2026-03-04 09:00", order="P-1"), *orders(7, first=70))
    found = shelf.until("2026-03-25").position
    assert (found.on_hand, found.due, found.cpm) == (179, (), 270)
    assert found.lead_times == (SupplierLeadTime(LAB, 1, None, None),)
    assert [each.month for each in found.months] == ["2026-01", "2026-02", "2026-03"]


def test_a_line_without_an_order_day_says_nothing() -> None:
    line = OrderLine("P", None, 5, received=5, received_on=9)
    assert delivery_of(line) is None
    assert delivery_of(changed(line, ordered_on=4)) == (9, 5, "")


def test_the_lead_time_lasts_when_the_lines_are_long_gone() -> None:
    shelf = Shelf(STOCK, *orders(20, 30, 40, 50, 60)).until("2026-09-01")
    book = Book(Catalogue([hospital(), medicine()]), Rules())
    for key, value in shelf.changelog.items():
        book.load(key, value)
    end = ms("2027-05-01")
    book.advance(Reach(end, end))
    survivor = Shelf(changelog=shelf.changelog)
    survivor.keep(book.publish(None))
    assert survivor.position.lead_time_days == 60
