"""Lots leave at the end of their last day, those in quarantine count for nothing, the first to expire goes first."""

from pathlib import Path

from schemas.events import Event
from supply.entries import COUNTED, as_taken
from tests.events import adjusted, counted, dispensed, lot, ms, received
from tests.unit.supply.shelf import KEY, Shelf, as_of, medicine, position


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


ASIDE = counted(160, "2026-01-05", lot(100, "2026-01-20", "Q", state="quarantined"), lot(60, "2027-01-31", "R"))


def test_what_is_released_leaves_at_the_date_that_it_had_in_quarantine() -> None:
    released = adjusted(100, "2026-01-10", "released")
    assert as_of("2026-01-20", ASIDE, released) == (160, 160)
    assert as_of("2026-01-21", ASIDE, released) == (60, 60)
    came = received(50, "2026-01-06", lot(30, "2026-01-25", "S", state="quarantined"))
    assert as_of("2026-01-26", ASIDE, came, adjusted(130, "2026-01-10", "released")) == (80, 80)


def test_a_part_that_is_released_is_the_one_that_expires_first() -> None:
    both = counted(50, "2026-01-05", *(lot(25, day, day, state="quarantined") for day in ("2026-01-20", "2026-01-30")))
    parts = [adjusted(30, "2026-01-10", "released"), adjusted(15, "2026-01-11", "released")]
    assert as_of("2026-01-21", both, *parts) == (20, 20)
    assert as_of("2026-01-31", both, *parts) == (0, 0)


def test_more_than_is_known_of_quarantine_comes_back_without_a_date() -> None:
    assert as_of("2026-02-01", ASIDE, adjusted(110, "2026-01-10", "released")) == (70, 70)
    assert as_of("2026-02-01", counted(60, "2026-01-05"), adjusted(30, "2026-01-10", "released")) == (90, 90)


def test_what_expired_in_quarantine_is_not_usable_when_it_is_released() -> None:
    assert as_of("2026-01-22", ASIDE, adjusted(100, "2026-01-21", "released")) == (60, 60)
    good = received(20, "2026-01-06", lot(20, "2027-06-30", "S", state="quarantined"))
    assert as_of("2026-01-22", ASIDE, good, adjusted(20, "2026-01-21", "released")) == (80, 80)
    assert as_of("2026-01-22", ASIDE, good, adjusted(30, "2026-01-21", "released")) == (80, 80)


def test_writing_off_what_expired_in_quarantine_takes_nothing_usable_away() -> None:
    assert as_of("2026-02-01", ASIDE, adjusted(-100, "2026-01-21", "expired")) == (60, 60)
    assert as_of("2026-02-01", ASIDE, adjusted(-110, "2026-01-21", "expired")) == (50, 50)
    assert as_of("2026-02-01", ASIDE, adjusted(-10, "2026-01-09", "expired")) == (50, 50)


def test_what_is_put_in_quarantine_is_the_lot_that_expires_first_and_comes_back_with_it() -> None:
    shelf = counted(160, "2026-01-05", lot(100, "2026-01-20", "Q"), lot(60, "2027-01-31", "R"))
    aside, released = adjusted(-100, "2026-01-10", "quarantined"), adjusted(100, "2026-01-12", "released")
    assert as_of("2026-02-01", shelf, aside) == (60, 60)
    assert as_of("2026-01-13", shelf, aside, released) == (160, 160)
    assert as_of("2026-02-01", shelf, aside, released) == (60, 60)


def test_a_count_that_tells_of_no_quarantine_leaves_it_as_it_was() -> None:
    """It is often a room of its own; one that tells of it is the last word."""
    released = adjusted(100, "2026-01-12", "released")
    assert as_of("2026-02-01", ASIDE, counted(60, "2026-01-10"), released) == (60, 60)
    assert as_of("2026-02-01", ASIDE, counted(60, "2026-01-10", lot(60, "2027-01-31", "R")), released) == (60, 60)
    other = counted(100, "2026-01-10", lot(40, "2027-06-30", "S", state="quarantined"))
    assert as_of("2026-02-01", ASIDE, other, released) == (160, 160)


def test_quarantine_is_asked_for_a_year_after_its_date_and_no_longer() -> None:
    for day, left in (("2027-01-20", 60), ("2027-01-21", 90)):
        again = adjusted(-10, day, "quarantined"), adjusted(40, "2027-01-25", "released")
        assert as_of("2027-01-28", ASIDE, *again) == (left, left)


def test_a_book_below_zero_swallows_a_part_of_a_released_lot() -> None:
    events = [ASIDE, dispensed(70, "2026-01-08"), adjusted(100, "2026-01-10", "released")]
    assert as_of("2026-01-20", *events) == (90, 90)
    assert as_of("2026-01-21", *events) == (0, 0)


def test_a_released_lot_that_is_about_to_expire_is_told_of() -> None:
    use: list[Event] = [dispensed(90, f"2025-{month}-15") for month in (10, 11, 12)]
    told = Shelf(counted(400, "2025-09-30"), *use, ASIDE, only=["expiry_risk"]).until("2026-01-10")
    assert told.story == []
    told.tell(adjusted(100, "2026-01-10 10:00", "released"))
    assert told.until("2026-01-13").story == [
        "2026-01-11 expiry_risk pending high",
        "2026-01-12 expiry_risk firing high",
    ]
    assert told.position.expires_unused == 76


def test_what_is_released_long_after_it_happened_has_its_date_as_well() -> None:
    shelf = Shelf(ASIDE, dispensed(1, "2026-01-12")).until("2026-01-15")
    shelf.tell(adjusted(100, "2026-01-06", "released"))
    assert shelf.publish("2026-01-18").position.usable == 159
    assert shelf.until("2026-01-21").position.usable == 59


def test_quarantine_gets_finer_with_its_item_and_is_stored() -> None:
    shelf = Shelf(ASIDE).until("2026-01-09")
    again = Shelf(changelog=shelf.changelog)
    again.catalogue.put(medicine(decimals=1))
    again.tell(adjusted(100, "2026-01-10", "released"))
    assert again.book.publish(ms("2026-01-21")) is not None
    again.tell(dispensed(0.5, "2026-01-22"))
    assert again.publish("2026-01-22").position.usable == 59.5


def test_counts_and_receipts_that_the_last_release_held_back_are_read() -> None:
    """80 counted on 5 January, of which 30 expired on the 10th and were thrown away; 40 came on the 12th that expire on
    the 25th, 5 were dispensed. It kept nothing of 20 in quarantine."""
    stored = (Path(__file__).parent / "stored" / "v1_before_quarantine.bin").read_bytes()
    shelf = Shelf(changelog={KEY.encode(): stored})
    shelf.tell(adjusted(20, "2026-01-14", "released"))
    assert shelf.publish("2026-01-15").position.usable == 105
    assert shelf.until("2026-01-26").position.usable == 70
    assert as_taken((0, COUNTED, 0, 80, [])) == (0, COUNTED, 0, 80, ([], []))
