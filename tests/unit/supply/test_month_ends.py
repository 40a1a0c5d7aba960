"""The stock at the end of a month travels with it: what could be handed out at the midnight that begins the next."""

from pathlib import Path
from typing import Any

import pytest

from schemas.channels import position_key
from schemas.events import Event
from supply.calendar import calendar_of, month_number
from supply.entries import entry_of
from supply.late import apply_late
from supply.ledger import apply
from supply.ledger_state import Ledger
from supply.month_ends import close_months
from supply.position import Outcome
from tests.events import (
    HOSPITAL,
    ITEM,
    ZONE,
    adjusted,
    counted,
    dispensed,
    lot,
    ms,
    received,
    reported,
    returned,
    unmet,
)
from tests.unit.supply.shelf import Shelf, hospital

Closings = dict[str, float | None]

COUNT = counted(100, "2026-01-05 09:00")


def closings(shelf: Shelf) -> Closings:
    """The stock at the end of each month shown."""
    return {month.month: month.closing for month in shelf.position.months}


@pytest.mark.parametrize(
    ("what", "events", "at", "expected"),
    [
        (
            "a month that goes on has no end",
            [COUNT, dispensed(10, "2026-01-20")],
            "2026-01-31 23:59",
            {"2026-01": None},
        ),
        ("it has one at midnight", [COUNT, dispensed(10, "2026-01-20")], "2026-02-01", {"2026-01": 90}),
        (
            "the last minute is the month's",
            [COUNT, dispensed(10, "2026-01-31 23:59"), dispensed(5, "2026-02-01 00:00")],
            "2026-02-02",
            {"2026-01": 90, "2026-02": None},
        ),
        (
            "a count at midnight is the next month's",
            [COUNT, counted(70, "2026-02-01 00:00")],
            "2026-03-01",
            {"2026-01": 100, "2026-02": 70},
        ),
        (
            "a month without events ends as it began",
            [COUNT, dispensed(10, "2026-01-20"), dispensed(5, "2026-03-02")],
            "2026-03-05",
            {"2026-01": 90, "2026-02": 90, "2026-03": None},
        ),
        (
            "several months in one step",
            [COUNT],
            "2026-05-02",
            {"2026-01": 100, "2026-02": 100, "2026-03": 100, "2026-04": 100},
        ),
        ("out at the end", [COUNT, dispensed(100, "2026-01-31 22:00")], "2026-02-01 12:00", {"2026-01": 0}),
        (
            "a book below zero is no stock",
            [COUNT, dispensed(130, "2026-01-20"), received(50, "2026-02-03")],
            "2026-03-01",
            {"2026-01": 0, "2026-02": 20},
        ),
        (
            "counted for the first time in the middle of a month",
            [dispensed(5, "2025-12-10"), dispensed(5, "2026-01-02"), counted(40, "2026-01-15")],
            "2026-02-02",
            {"2025-12": None, "2026-01": 40},
        ),
        ("never counted", [received(100, "2026-01-05"), dispensed(5, "2026-01-06")], "2026-03-01", {"2026-01": None}),
        ("counted empty", [counted(0, "2026-01-05")], "2026-02-01", {"2026-01": 0}),
        (
            "a lot that expires in the last night is out",
            [counted(100, "2026-01-05", lot(30, "2026-01-31", "A"), lot(20, "2026-02-01", "B"))],
            "2026-03-01",
            {"2026-01": 70, "2026-02": 50},
        ),
        (
            "what expires between two entries leaves at its own month's end",
            [counted(100, "2026-01-05", lot(30, "2026-02-10")), dispensed(1, "2026-04-15")],
            "2026-04-16",
            {"2026-01": 100, "2026-02": 70, "2026-03": 70, "2026-04": None},
        ),
        (
            "asked for and not filled moves no stock",
            [COUNT, unmet(7, "2026-01-20"), unmet(7, "2026-02-20")],
            "2026-03-01",
            {"2026-01": 100, "2026-02": 100},
        ),
        (
            "a sheet says what was used, not what is left",
            [counted(100, "2025-12-20"), reported("2026-01", 60, "2026-02-03"), counted(45, "2026-02-03 10:00")],
            "2026-03-01",
            {"2025-12": 100, "2026-01": 100, "2026-02": 45},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_the_end_of_a_month(what: str, events: list[Event], at: str, expected: Closings) -> None:
    assert closings(Shelf(*events).publish(at)) == expected
    assert closings(Shelf(*reversed(events)).until(at)) == expected


def test_the_end_is_that_of_the_facilitys_month() -> None:
    """22:30 in Tijuana on the last day is the next month in Mexico City."""
    events = [COUNT, dispensed(10, "2026-01-31 23:30")]
    assert closings(Shelf(*events).publish("2026-02-02")) == {"2026-01": 90}
    east = Shelf(*events, entries=[hospital(timezone="America/Cancun")]).publish("2026-02-02")
    assert closings(east) == {"2026-01": 100, "2026-02": None}


@pytest.mark.parametrize("zone", ["America/Tijuana", "America/Cancun", "Asia/Tokyo"])
def test_a_time_zone_that_is_mended_costs_no_month(zone: str) -> None:
    shelf = Shelf(COUNT).until("2026-01-20")
    shelf.catalogue.put(hospital(timezone=zone))
    assert closings(shelf.until("2026-03-03"))["2026-01"] == 100
    assert closings(shelf)["2026-02"] == 100


def settled(*events: Event) -> Shelf:
    """A shelf of which all is settled up to March."""
    return Shelf(*events).until("2026-03-10")


@pytest.mark.parametrize(
    ("event", "january", "february"),
    [
        (dispensed(5, "2026-01-06"), 85, 85),
        (dispensed(5, "2026-02-06"), 90, 85),
        (returned(5, "2026-01-06"), 95, 95),
        (adjusted(-5, "2026-02-06"), 90, 85),
        (received(5, "2026-01-31 23:59"), 95, 95),
        (received(5, "2026-02-01"), 90, 95),
        (received(9, "2026-01-06", lot(4, "2026-02-15")), 99, 95),
        (received(9, "2026-01-06", lot(4, "2026-02-28")), 99, 95),
        (received(9, "2026-01-06", lot(4, "2026-03-01")), 99, 99),
        (unmet(5, "2026-01-06"), 90, 90),
    ],
)
def test_a_late_movement_moves_the_ends_since_its_month(event: Event, january: float, february: float) -> None:
    shelf = settled(COUNT, dispensed(10, "2026-01-20"))
    assert shelf.tell(event) == [Outcome.LATE]
    assert closings(shelf.publish()) == {"2026-01": january, "2026-02": february}


@pytest.mark.parametrize(
    ("event", "december", "january"),
    [
        (dispensed(5, "2025-12-06"), 95, 90),
        (dispensed(5, "2026-01-20 09:00"), 100, 90),
        (dispensed(5, "2026-01-20 09:01"), 100, 85),
        (returned(5, "2026-01-25"), 100, 95),
        (adjusted(-5, "2025-12-06"), 95, 90),
        (adjusted(-5, "2025-12-06", "expired"), 100, 90),
        (received(9, "2025-12-06", lot(4, "2025-12-31")), 105, 90),
        (dispensed(5, "2025-12-01"), 100, 90),
    ],
)
def test_a_late_movement_moves_no_end_after_a_count_that_it_is_inside(
    event: Event, december: float, january: float
) -> None:
    shelf = settled(counted(100, "2025-12-05"), counted(90, "2026-01-20 09:00"), counted(80, "2026-02-05"))
    assert shelf.tell(event) == [Outcome.LATE]
    assert closings(shelf.publish()) == {"2025-12": december, "2026-01": january, "2026-02": 80}
    assert shelf.position.on_hand == 80


def test_a_late_movement_moves_the_book_below_zero_too() -> None:
    shelf = settled(counted(10, "2026-01-05"), dispensed(25, "2026-01-20"))
    assert closings(shelf) == {"2026-01": 0, "2026-02": 0, "2026-03": None}
    shelf.tell(received(20, "2026-02-06"))
    assert closings(shelf.publish()) == {"2026-01": 0, "2026-02": 5, "2026-03": None}


def test_a_late_movement_does_not_reach_into_a_month_before_it_that_nobody_had_closed() -> None:
    """The last entry before it was of January, and nobody has looked since."""
    ledger, calendar = Ledger(), calendar_of(ZONE)
    apply(ledger, entry_of(COUNT, ms("2026-01-05 09:00"), 1), calendar)
    apply_late(ledger, entry_of(dispensed(5, "2026-02-06"), ms("2026-02-06"), 1), ms("2026-03-10"), calendar)
    assert {month: record.closing for month, record in ledger.months.items()} == {
        month_number(2026, 1): 100,
        month_number(2026, 2): 95,
    }


def test_months_that_left_the_position_keep_their_end() -> None:
    days = [f"{year}-{month:02d}-15" for year in (2023, 2024, 2025) for month in range(1, 13)]
    shown = Shelf(counted(1000, "2023-01-01 08:00"), *(dispensed(10, day) for day in days)).until("2026-01-02").position
    ends = [month.closing for month in (*shown.rolled_months, *shown.months)]
    assert ends == [1000 - 10 * number for number in range(1, 37)]


def test_what_the_last_release_stored_is_read_and_tells_no_end_that_it_did_not_see() -> None:
    """A position of before ends were kept: 100 counted on 5 January, 10 dispensed in January and in February."""
    stored = (Path(__file__).parent / "stored" / "v1_before_month_ends.bin").read_bytes()
    shelf = Shelf(changelog={position_key(HOSPITAL, ITEM).encode(): stored})
    shelf.tell(dispensed(10, "2026-03-15 09:00"))
    assert closings(shelf.until("2026-04-01")) == {"2026-01": None, "2026-02": None, "2026-03": 70}
    assert [month.dispensed for month in shelf.position.months] == [10, 10, 10]


def test_a_month_is_closed_once() -> None:
    ledger, calendar = Ledger(on_hand=5), calendar_of(ZONE)
    for at in ("2026-01-20", "2026-02-01", "2026-02-20", "2026-03-01"):
        close_months(ledger, ms(at), calendar)
        if at == "2026-02-01":
            ledger.on_hand = 3
    known: dict[int, Any] = {month: record.closing for month, record in ledger.months.items()}
    assert known == {month_number(2026, 1): 5, month_number(2026, 2): 3}
