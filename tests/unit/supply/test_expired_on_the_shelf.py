"""Pieces past their date that still stand on the shelf stay unusable when somebody counts them with the others."""

import datetime as dt

import pytest

from schemas.events import Event
from tests.events import adjusted, counted, dispensed, lot
from tests.unit.supply.shelf import Shelf, position

# 100 good ones and 30 that expire on the 10th.
SHELF = counted(130, "2026-01-05", lot(30, "2026-01-10", "A"))


@pytest.mark.parametrize(
    ("told", "usable", "gap"),
    [
        ([counted(130, "2026-01-15")], 100, 0),
        ([counted(120, "2026-01-15")], 100, 0),
        ([counted(100, "2026-01-15")], 100, 0),
        ([counted(95, "2026-01-15")], 95, -5),
        ([counted(137, "2026-01-15")], 107, 7),
        ([counted(130, "2026-01-15"), counted(130, "2026-01-16")], 100, 0),
        ([counted(120, "2026-01-15"), counted(130, "2026-01-16")], 110, 10),
        ([counted(100, "2026-01-15"), counted(130, "2026-01-16")], 130, 30),
        ([adjusted(-30, "2026-01-14", "expired"), counted(130, "2026-01-15")], 130, 30),
        ([adjusted(-20, "2026-01-14", "expired"), counted(130, "2026-01-15")], 120, 20),
        ([counted(130, "2026-01-15"), adjusted(-30, "2026-01-16", "expired")], 100, 0),
        ([counted(130, "2026-01-15", lot(30, "2026-01-10", "A"))], 100, 0),
        ([counted(130, "2026-01-15", lot(130, "2027-01-31", "B"))], 130, 30),
        ([counted(130, "2026-01-09")], 100, 0),
        ([dispensed(110, "2026-01-11"), counted(20, "2026-01-15")], 0, 10),
        ([dispensed(110, "2026-01-11"), counted(34, "2026-01-15")], 4, 14),
    ],
)
def test_what_a_count_without_lots_finds_beyond_the_book_is_what_expired_and_was_not_thrown_away(
    told: list[Event], usable: float, gap: float
) -> None:
    found = position(SHELF, *told, at="2026-01-20")
    assert (found.usable, found.last_count_gap) == (usable, gap)


def test_a_shortage_does_not_end_because_somebody_counts_what_expired() -> None:
    """480 of 500 expired on 31 March, 117 of them unused; five days later 11 good ones lie there, and these."""
    days = [dt.date(2025, 12, 1) + dt.timedelta(days=number) for number in range(128)]
    events = [
        counted(500, "2025-11-30 08:00", lot(480, "2026-03-31", "A")),
        *(dispensed(3, f"{each} 12:00") for each in days),
        counted(128, "2026-04-05 08:00"),
    ]
    told = Shelf(*events, only=["shortage", "data_quality"]).until("2026-04-09")
    assert told.story[-1] == "2026-03-31 shortage firing critical"
    assert told.position.usable == 2
    assert told.position.last_count_gap == 3
