"""Lots leave at the end of their last day, those in quarantine count for nothing, the first to expire goes first."""

from tests.events import adjusted, counted, dispensed, lot, received
from tests.unit.supply.shelf import as_of, position


def test_lots_in_quarantine_are_not_on_hand() -> None:
    count = counted(100, "2026-01-05", lot(30, "2027-01-31", "A"), lot(20, "2027-01-31", "B", state="quarantined"))
    assert as_of("2026-02-01", count) == (80, 80)
    receipt = received(50, "2026-01-06", lot(10, "2027-01-31", "C", state="quarantined"))
    assert as_of("2026-02-01", count, receipt) == (120, 120)


def test_a_lot_may_be_used_on_its_last_day_and_leaves_at_local_midnight() -> None:
    count = counted(100, "2026-01-05 09:00", lot(30, "2026-01-10"))
    assert as_of("2026-01-10 23:59:59", count) == (100, 100)
    assert as_of("2026-01-11 00:00", count) == (70, 70)


def test_what_is_dispensed_comes_from_the_lot_that_expires_first() -> None:
    count = counted(100, "2026-01-05", lot(30, "2026-02-10", "B"), lot(20, "2026-01-10", "A"))
    assert as_of("2026-01-20", count, dispensed(15, "2026-01-06")) == (80, 80)
    assert as_of("2026-01-20", count, dispensed(25, "2026-01-06")) == (75, 75)
    assert as_of("2026-02-20", count, dispensed(25, "2026-01-06")) == (50, 50)


def test_lots_past_their_date_are_not_usable_when_counted_or_received() -> None:
    count = counted(100, "2026-01-05", lot(30, "2026-01-04"))
    assert as_of("2026-02-01", count) == (70, 70)
    assert as_of("2026-02-01", count, received(50, "2026-01-06", lot(50, "2025-01-31"))) == (70, 70)


def test_a_receipt_past_its_date_does_not_reach_back_to_that_date() -> None:
    """It expired a year ago; the shelf has been empty for ten days."""
    events = [
        counted(10, "2026-01-05"),
        dispensed(10, "2026-01-10 12:00"),
        received(50, "2026-01-21 12:00", lot(50, "2025-01-31")),
    ]
    found = position(*events, at="2026-01-26")
    assert found.usable == 0
    assert [month.days_out for month in found.months] == [15]


def test_writing_off_what_expired_takes_nothing_usable_away() -> None:
    count = counted(100, "2026-01-05", lot(30, "2026-01-10"))
    assert as_of("2026-02-01", count, adjusted(-30, "2026-01-12", "expired")) == (70, 70)
    assert as_of("2026-02-01", count, adjusted(-35, "2026-01-12", "expired")) == (65, 65)
    assert as_of("2026-02-01", count, adjusted(-10, "2026-01-09", "expired")) == (70, 70)


def test_a_count_without_lots_keeps_what_was_known_of_them() -> None:
    events = [counted(100, "2026-01-05", lot(30, "2026-01-10")), counted(90, "2026-01-07")]
    assert as_of("2026-02-01", *events) == (60, 60)
    assert as_of("2026-02-01", *events, counted(20, "2026-01-08")) == (0, 0)


def test_a_book_below_zero_swallows_a_part_of_a_received_lot() -> None:
    events = [counted(10, "2026-01-05"), dispensed(13, "2026-01-06"), received(5, "2026-01-07", lot(5, "2026-01-20"))]
    assert as_of("2026-01-20", *events) == (2, 2)
    assert as_of("2026-01-21", *events) == (0, 0)
