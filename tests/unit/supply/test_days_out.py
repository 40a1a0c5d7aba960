"""A day out of stock is a whole day of the facility with nothing on hand."""

import pytest

from schemas.events import Event
from tests.events import counted, dispensed, lot, received, unmet
from tests.unit.supply.shelf import hospital, position


def days_out(*events: Event, at: str = "2026-03-01", zone: str = "America/Mexico_City") -> dict[str, int]:
    """Days out by month."""
    found = position(*events, at=at, entries=[hospital(timezone=zone)])
    return {month.month: month.days_out for month in found.months}


def test_a_day_out_is_a_whole_local_day_with_nothing_on_hand() -> None:
    out = [counted(10, "2026-01-05"), dispensed(10, "2026-01-10 00:01")]
    assert days_out(*out, at="2026-01-20") == {"2026-01": 9}
    assert days_out(*out, received(5, "2026-01-15 23:59"), at="2026-01-20") == {"2026-01": 4}
    assert days_out(*out, received(5, "2026-01-16 00:00"), at="2026-01-20") == {"2026-01": 5}
    assert days_out(*out, received(5, "2026-01-10 23:00"), at="2026-01-20") == {"2026-01": 0}
    assert days_out(*out, at="2026-02-03 12:00") == {"2026-01": 21, "2026-02": 2}


def test_the_day_on_which_the_last_piece_left_is_none_at_whatever_hour() -> None:
    """Issue lists have dates without a time of day: they come as midnight."""
    events = [counted(10, "2026-01-05"), dispensed(10, "2026-01-10 00:00")]
    assert days_out(*events, at="2026-01-20") == {"2026-01": 9}


def test_days_out_begin_with_a_count_of_nothing_and_with_expiry() -> None:
    stock = counted(10, "2026-01-05")
    assert days_out(stock, counted(0, "2026-01-10 00:00"), at="2026-01-20") == {"2026-01": 10}
    assert days_out(stock, counted(0, "2026-01-10 09:00"), at="2026-01-20") == {"2026-01": 9}
    expiring = counted(10, "2026-01-05", lot(10, "2026-01-09"))
    assert days_out(expiring, at="2026-01-20") == {"2026-01": 10}


def test_days_before_the_item_was_first_here_are_none() -> None:
    assert days_out(counted(0, "2026-01-05"), at="2026-01-20") == {}
    later = [counted(0, "2026-01-05"), received(5, "2026-01-10"), dispensed(5, "2026-01-12"), unmet(1, "2026-01-07")]
    assert days_out(*later, at="2026-01-20") == {"2026-01": 7}


def test_what_leaves_an_empty_book_shows_that_there_was_some() -> None:
    """The book is wrong by a receipt nobody entered: the days of dispensing were no days out."""
    events = [counted(10, "2026-01-05"), dispensed(12, "2026-01-10 10:00"), dispensed(2, "2026-01-12 10:00")]
    assert days_out(*events, at="2026-01-15") == {"2026-01": 3}


@pytest.mark.parametrize(
    ("zone", "from_day", "to_day"),
    [
        ("America/Tijuana", "2026-03-07 12:00", "2026-03-10 12:00"),  # the clocks go forward on the 8th
        ("America/Tijuana", "2026-10-31 12:00", "2026-11-03 12:00"),  # and back on 1 November
        ("America/Havana", "2026-03-07 12:00", "2026-03-10 12:00"),  # at midnight itself
        ("America/Havana", "2026-10-31 12:00", "2026-11-03 12:00"),
        ("America/Asuncion", "2023-09-30 12:00", "2023-10-03 12:00"),
    ],
)
def test_two_days_between_two_noons_also_when_the_clocks_change(zone: str, from_day: str, to_day: str) -> None:
    last_piece = dispensed(10, from_day.replace("12:00", "12:01"), zone=zone)
    found = days_out(counted(10, from_day, zone=zone), last_piece, received(5, to_day, zone=zone), at=to_day, zone=zone)
    assert sum(found.values()) == 2
