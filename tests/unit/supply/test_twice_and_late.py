"""An event that comes twice counts once; one that comes late counts where what followed allows it."""

import pytest

from schemas.dead_letters import BadRecord
from schemas.events import Event
from schemas.positions import Position
from supply.position import Outcome
from tests.events import adjusted, counted, dispensed, issued, received, reported, returned, unmet
from tests.unit.supply.shelf import Shelf


def settled(*events: Event) -> Shelf:
    """A shelf whose clock has gone far beyond the events, so that they are settled."""
    return Shelf(*events).until("2026-03-01")


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


def test_a_late_count_opens_nothing_and_touches_nothing() -> None:
    shelf = settled(counted(10, "2026-01-05"), dispensed(1, "2026-02-06"))
    with pytest.raises(BadRecord):
        shelf.tell(counted(5, "2026-01-06"))
    assert shelf.book.touched == 0
