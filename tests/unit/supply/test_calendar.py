"""Local days and months."""

import datetime as dt

import pytest

from supply.calendar import (
    calendar_of,
    days_in_month,
    first_day,
    instant,
    milliseconds,
    month_name,
    month_named,
    month_number,
)
from tests.events import ms

MEXICO = calendar_of("America/Mexico_City")


def test_a_day_and_a_month_begin_at_the_local_midnight() -> None:
    last, first = ms("2026-01-31 23:59:59"), ms("2026-02-01 00:00")
    assert MEXICO.day(last) == dt.date(2026, 1, 31).toordinal()
    assert MEXICO.day(first) == dt.date(2026, 2, 1).toordinal()
    assert (MEXICO.month(last), MEXICO.month(first)) == (month_named("2026-01"), month_named("2026-02"))
    assert MEXICO.next_midnight(last) == first
    assert MEXICO.next_midnight(first) == ms("2026-02-02")
    assert MEXICO.next_month(ms("2025-12-05")) == ms("2026-01-01")
    assert MEXICO.midnight(dt.date(2026, 2, 1).toordinal()) == first


def test_the_first_instant_that_the_door_lets_in_has_a_day_everywhere() -> None:
    """The first hours of 2001 in Kiribati are December 2000 in Tijuana."""
    first = milliseconds(dt.datetime.fromisoformat("2001-01-01T00:00+14:00"))
    calendar = calendar_of("America/Tijuana")
    assert calendar.month(first) == month_named("2000-12")
    assert calendar.day(first) == dt.date(2000, 12, 31).toordinal()


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Tijuana", "2026-03-08", 23),
        ("America/Tijuana", "2026-11-01", 25),
        ("America/Havana", "2026-03-08", 23),
        ("America/Havana", "2026-11-01", 25),
        ("America/Mexico_City", "2026-04-05", 24),
    ],
)
def test_a_day_on_which_the_clocks_change_is_shorter_or_longer(zone: str, day: str, hours: int) -> None:
    calendar = calendar_of(zone)
    number = dt.date.fromisoformat(day).toordinal()
    assert calendar.midnight(number + 1) - calendar.midnight(number) == hours * 3_600_000
    assert calendar.day(calendar.midnight(number)) == number
    assert calendar.day(calendar.midnight(number) - 1) == number - 1


def test_months_have_names_and_lengths() -> None:
    assert month_name(month_number(2026, 1)) == "2026-01"
    assert month_name(month_named("2025-12") + 1) == "2026-01"
    assert [days_in_month(month_named(name)) for name in ("2024-02", "2026-02", "2026-12")] == [29, 28, 31]
    assert first_day(month_named("2026-02")) == dt.date(2026, 2, 1).toordinal()


def test_instants_are_cut_to_milliseconds() -> None:
    at = dt.datetime(2026, 1, 1, 0, 0, 0, 1999, tzinfo=dt.UTC)
    assert instant(milliseconds(at)) == dt.datetime(2026, 1, 1, 0, 0, 0, 1000, tzinfo=dt.UTC)
