"""Observed lead times: from the first schedule of a line to the day it was whole, by supplier."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from schemas.alerts import Condition
from schemas.channels import position_key
from schemas.events import Event
from schemas.positions import SupplierLeadTime
from supply.book import Book
from supply.catalogue import Catalogue
from supply.clock import Reach
from supply.lead_times import by_supplier, delivery_of, observed
from supply.orders import OrderLine
from supply.rules import Rules, StockLevels
from tests.compiled import plain_python
from tests.events import HOSPITAL, ITEM, counted, dispensed, issued, ms, received
from tests.thoroughness import cases
from tests.unit.supply.deliver import deliver, transitions, without_version
from tests.unit.supply.histories import LATENESS_DAYS, deliveries, histories
from tests.unit.supply.shelf import Shelf, hospital, medicine
from tests.unit.supply.supplied import LAB, STOCK, known, orders
from tests.unit.supply.test_any_order import in_order

SHORTAGE: tuple[Condition, ...] = ("shortage",)


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
    use = [
        issued(1, "2026-04-20"),
        counted(290, "2026-05-01"),
        dispensed(270, "2026-05-10"),
        counted(30, "2026-05-31 12:00"),
    ]
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


def test_an_observed_lead_time_moves_status_and_alert() -> None:
    """Thirty days' stock is fine when orders take five days, and a risk when they take forty."""
    use = [
        issued(1, "2026-04-20"),
        counted(290, "2026-05-01"),
        dispensed(270, "2026-05-10"),
        counted(100, "2026-05-31 12:00"),
    ]
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
    use = [
        issued(1, "2026-02-20"),
        counted(290, "2026-03-01"),
        dispensed(270, "2026-03-03"),
        counted(120, "2026-03-31"),
    ]
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
        patch.setattr("supply.assessing.LEAST_DELIVERIES", 1)
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
