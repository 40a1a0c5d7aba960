"""On hand = latest count + movements after it, whatever came late, twice or out of order."""

import pytest

from schemas.dead_letters import BadRecord
from schemas.events import Event
from schemas.positions import Position
from supply.position import Outcome
from tests.events import adjusted, counted, day, dispensed, issued, lot, received, reported, returned, unmet
from tests.unit.supply.shelf import Shelf, hospital, medicine, position


def as_of(at: str, *events: Event) -> tuple[float | None, float | None]:
    """On hand and usable."""
    found = position(*events, at=at)
    return found.on_hand, found.usable


@pytest.mark.parametrize(
    ("what", "events", "on_hand"),
    [
        ("a count", [counted(100, "2026-01-05 09:00")], 100),
        ("dispensed after it", [counted(100, "2026-01-05 09:00"), dispensed(30, "2026-01-05 09:01")], 70),
        ("dispensed before it", [counted(100, "2026-01-05 09:00"), dispensed(30, "2026-01-05 08:59")], 100),
        ("dispensed at its instant", [counted(100, "2026-01-05 09:00"), dispensed(30, "2026-01-05 09:00")], 100),
        ("received at its instant", [counted(100, "2026-01-05 09:00"), received(30, "2026-01-05 09:00")], 100),
        ("issued", [counted(100, "2026-01-05"), issued(30, "2026-01-06")], 70),
        ("received", [counted(100, "2026-01-05"), received(30, "2026-01-06")], 130),
        ("returned", [counted(100, "2026-01-05"), returned(30, "2026-01-06")], 130),
        ("asked for and not filled", [counted(100, "2026-01-05"), unmet(30, "2026-01-06")], 100),
        ("reported by sheet", [counted(100, "2026-01-05"), reported("2026-01", 30, "2026-01-31")], 100),
        ("lost", [counted(100, "2026-01-05"), adjusted(-30, "2026-01-06", "lost")], 70),
        ("put in quarantine", [counted(100, "2026-01-05"), adjusted(-30, "2026-01-06", "quarantined")], 70),
        ("released from it", [counted(100, "2026-01-05"), adjusted(30, "2026-01-06", "released")], 130),
        ("counted again", [counted(100, "2026-01-05"), dispensed(9, "2026-01-06"), counted(80, "2026-01-07")], 80),
        ("below zero", [counted(10, "2026-01-05"), dispensed(30, "2026-01-06")], -20),
        ("never counted", [received(100, "2026-01-05"), dispensed(30, "2026-01-06")], None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_on_hand(what: str, events: list[Event], on_hand: float | None) -> None:
    usable = None if on_hand is None else max(0, on_hand)
    assert as_of("2026-02-01", *events) == (on_hand, usable)
    assert as_of("2026-02-01", *reversed(events)) == (on_hand, usable)
    assert as_of("2026-02-01", *events, *events) == (on_hand, usable)


def test_of_two_counts_at_one_instant_the_same_one_holds_in_any_order() -> None:
    one, other = counted(100, "2026-01-05 09:00"), counted(90, "2026-01-05 09:00")
    assert as_of("2026-02-01", one, other) == as_of("2026-02-01", other, one)


def test_the_gap_between_book_and_count_is_kept() -> None:
    events = [counted(100, "2026-01-05"), dispensed(30, "2026-01-06"), counted(65, "2026-01-07 10:00")]
    found = position(*events, at="2026-02-01")
    assert (found.last_count_gap, found.last_count_on) == (-5, day("2026-01-07"))
    assert position(events[0], at="2026-02-01").last_count_gap is None
    assert position(*events, dispensed(10, "2026-01-08"), at="2026-02-01").last_count_gap == -5


def test_the_day_of_a_count_is_the_facilitys() -> None:
    """20:00 in Mexico City is the next day in UTC."""
    assert position(counted(1, "2026-01-05 20:00"), at="2026-02-01").last_count_on == day("2026-01-05")


# ------------------------------------------------------------------------- lots


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


# --------------------------------------------------------------- days out of stock


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


# ----------------------------------------------------------------- twice and late


def settled(*events: Event) -> Shelf:
    """A shelf whose clock has gone far beyond the events, so that they are settled."""
    shelf = Shelf(*events)
    return shelf.until("2026-03-01")


def test_an_event_that_comes_again_changes_nothing() -> None:
    shelf = Shelf(counted(100, "2026-01-05"), dispensed(30, "2026-01-06"))
    assert shelf.tell(dispensed(30, "2026-01-06")) == [Outcome.DUPLICATE]
    assert shelf.publish().position.on_hand == 70
    assert shelf.book.touched == 0
    shelf.tell(counted(100, "2026-01-05"))
    assert shelf.book.touched == 0


def test_an_event_is_the_same_by_source_and_id() -> None:
    shelf = Shelf(counted(100, "2026-01-05"), dispensed(30, "2026-01-06", id="1"))
    shelf.tell(dispensed(30, "2026-01-06", id="2"), dispensed(30, "2026-01-06", id="1", source="urn:other"))
    assert shelf.publish().position.on_hand == 10


def late(event: Event) -> Position:
    """The position after 100 were counted and 10 dispensed, all settled, and then an event came late."""
    shelf = settled(counted(100, "2026-01-05"), dispensed(10, "2026-01-20"))
    assert shelf.tell(event) == [Outcome.LATE]
    return shelf.publish().position


def test_a_late_movement_enters_its_month() -> None:
    assert late(dispensed(5, "2026-01-04")).months[0].dispensed == 15
    assert late(issued(5, "2026-01-06")).months[0].issued == 5
    assert late(returned(5, "2026-01-06")).months[0].returned == 5
    assert late(unmet(5, "2026-01-06")).months[0].unmet == 5


@pytest.mark.parametrize(
    ("event", "on_hand"),
    [
        (dispensed(5, "2026-01-04"), 90),
        (received(5, "2026-01-05"), 90),
        (dispensed(5, "2026-01-06"), 85),
        (issued(5, "2026-01-06"), 85),
        (returned(5, "2026-01-06"), 95),
        (received(5, "2026-01-06"), 95),
        (adjusted(-5, "2026-01-06"), 85),
        (unmet(5, "2026-01-06"), 90),
    ],
)
def test_a_late_movement_moves_the_stock_when_no_count_came_after_it(event: Event, on_hand: int) -> None:
    assert late(event).on_hand == on_hand


def test_a_late_movement_does_not_change_days_out_of_the_past() -> None:
    shelf = settled(counted(10, "2026-01-05"), dispensed(10, "2026-02-19 12:00"))
    shelf.tell(received(5, "2026-02-10"))
    months = {month.month: month.days_out for month in shelf.publish("2026-03-02").position.months}
    assert months == {"2026-01": 0, "2026-02": 9}


def test_a_late_count_is_a_bad_record_because_what_followed_it_is_settled() -> None:
    shelf = settled(counted(100, "2026-01-05"), dispensed(10, "2026-01-20"))
    with pytest.raises(BadRecord, match="more than 7 days") as caught:
        shelf.tell(counted(50, "2026-01-10"))
    assert (caught.value.fault, caught.value.field) == ("too_late", "time")


def test_history_that_comes_late_gives_a_cpm() -> None:
    """A hospital first sends what happens now, then the file of last year."""
    shelf = settled(counted(100, "2026-01-05"), dispensed(10, "2026-02-20"))
    shelf.tell(dispensed(40, "2025-12-01"), dispensed(30, "2026-01-10"))
    found = shelf.publish("2026-03-02").position
    assert found.cpm_inputs.months_used == ("2025-12", "2026-01", "2026-02")
    assert found.cpm == pytest.approx((40 + 30 + 10) / 3)


def test_a_late_sheet_counts_only_where_there_is_none() -> None:
    sheet = reported("2026-01", 80, "2026-02-02")
    shelf = settled(sheet, dispensed(1, "2026-02-20"))
    shelf.tell(reported("2026-01", 70, "2026-02-01"), reported("2025-12", 60, "2026-01-02"))
    months = {month.month: month.consumption for month in shelf.publish().position.months if month.reported}
    assert months == {"2025-12": 60, "2026-01": 80}


def test_a_straggler_of_the_same_hour_is_put_in_its_place() -> None:
    shelf = Shelf(counted(100, "2026-01-05 09:00"), dispensed(5, "2026-01-05 12:00")).publish("2026-01-05 13:00")
    shelf.tell(dispensed(3, "2026-01-05 10:00"))
    assert shelf.publish("2026-01-05 13:01").position.on_hand == 92
    shelf.tell(counted(50, "2026-01-05 11:00"))
    assert shelf.publish().position.on_hand == 45


# ---------------------------------------------------------------------- decimals


def test_items_with_decimals_are_kept_to_the_last_one() -> None:
    events = [counted(10.5, "2026-01-05"), dispensed(0.3, "2026-01-06"), dispensed(0.1, "2026-01-07")]
    found = position(*events, at="2026-01-08", entries=[medicine(decimals=1)])
    assert (found.on_hand, found.months[0].dispensed) == (10.1, 0.4)
    whole = position(
        counted(10.5, "2026-01-05"), dispensed(0.5, "2026-01-06"), at="2026-01-08", entries=[medicine(decimals=3)]
    )
    assert whole.on_hand == 10
    assert isinstance(whole.on_hand, int)


def test_a_quantity_finer_than_the_item_allows_is_a_bad_record() -> None:
    shelf = Shelf(counted(10, "2026-01-05"))
    with pytest.raises(BadRecord, match="whole pieces"):
        shelf.tell(dispensed(0.5, "2026-01-06"))
    with pytest.raises(BadRecord, match=r"lots\[0\].quantity"):
        shelf.tell(counted(10, "2026-01-06", lot(0.5, "2027-01-01")))


def test_a_bad_first_record_opens_no_position() -> None:
    shelf = Shelf()
    with pytest.raises(BadRecord):
        shelf.tell(counted(0.5, "2026-01-05"))
    assert len(shelf.book) == 0


def test_an_item_that_gets_decimals_keeps_its_stock_and_takes_the_mended_record() -> None:
    stock = counted(10, "2026-01-05", lot(4, "2026-01-20"))
    shelf = Shelf(stock, dispensed(1, "2026-01-06"), received(7, "2026-02-28", lot(7, "2027-01-20"))).until(
        "2026-03-01"
    )
    shelf.catalogue.put(medicine(decimals=1))
    shelf.tell(dispensed(0.5, "2026-03-01 10:00"))
    found = shelf.publish("2026-03-02").position
    assert found.on_hand == 10 - 4 + 7 - 0.5
    assert [(month.dispensed, month.closing) for month in found.months] == [(1, 6), (0, 13), (0.5, None)]
