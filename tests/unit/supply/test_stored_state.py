"""A book loaded from its changelog goes on where it stopped, and refuses state that it cannot read."""

import msgspec
import pytest

from schemas.channels import INPUTS
from supply.book import Book
from supply.catalogue import Catalogue
from supply.position import Outcome, Position
from supply.rules import Rules
from supply.stored import _HEAD, STATE_VERSION, UnreadableState, read_summary
from supply.totals import ItemStock
from tests.events import ITEM, counted, dispensed, lot, ms, received, scheduled
from tests.unit.supply.shelf import KEY, Shelf

RICH = [
    counted(1000, "2025-11-20", lot(400, "2026-03-05"), lot(100, "2027-01-31")),
    *(dispensed(90, f"{month}-15") for month in ("2025-12", "2026-01", "2026-02")),
    scheduled(50, "2026-02-20", "2026-03-18", deadline="2026-03-28", line="2", supplier="Laboratorio"),
    received(5, "2026-02-21", lot(5, "2026-09-30"), order="P-1", line="2"),
    counted(40, "2026-03-01 10:00"),
]


def test_a_book_loaded_from_its_changelog_goes_on_as_if_nothing_had_happened() -> None:
    straight, stopped = Shelf(*RICH), Shelf(*RICH)
    for shelf in (straight, stopped):
        shelf.advance()
        shelf.publish()
    loaded = Shelf(changelog=stopped.changelog)
    more = [dispensed(3, "2026-03-02 10:00"), received(10, "2026-02-27", order="P-1", line="2")]
    straight.tell(*more)
    loaded.tell(*more)
    assert loaded.until("2026-03-20").raw == straight.until("2026-03-20").raw
    assert loaded.story == straight.story[-len(loaded.story) :]


def test_what_was_told_before_a_crash_is_told_twice_after_it() -> None:
    shelf = Shelf(*RICH)
    shelf.publish()
    assert set(Shelf(changelog=shelf.changelog).tell(*RICH)) == {Outcome.DUPLICATE}


def test_only_the_events_of_the_lateness_window_are_remembered() -> None:
    shelf = Shelf()
    for number in range(1, 31):
        shelf.tell(dispensed(1, f"2026-01-{number:02d} 10:00"))
        shelf.book.advance(shelf.clock.limit(INPUTS, ms(f"2026-01-{number:02d} 12:00")))
        shelf.publish(f"2026-01-{number:02d} 12:00")
    held = shelf.book._positions.find(KEY)
    assert isinstance(held, Position)
    assert held.seen == {entry[2] for entry in held.pending}
    assert len(held.pending) <= 9


def test_the_last_stored_value_of_a_key_wins_and_none_removes_it() -> None:
    shelf = Shelf(counted(100, "2026-01-05"))
    (old,) = shelf.book.publish(None).changelog
    shelf.tell(dispensed(40, "2026-01-06"))
    (new,) = shelf.book.publish(None).changelog
    book = Book(shelf.catalogue, Rules())
    book.load(*old)
    book.load(*new)
    assert book.stock_by_item()[ITEM] == ItemStock(usable=60, cpm=0, counted=1, out=0)
    book.load(KEY.encode(), None)
    assert (len(book), book.stock_by_item()[ITEM]) == (0, ItemStock())


@pytest.mark.parametrize(
    ("stored", "why"),
    [(b"", "version none"), (b"\x00" * 64, "version 0"), (b"\x09" * 64, "version 9"), (b"\x01", "cut off after 1")],
)
def test_state_that_no_release_up_to_this_one_wrote_is_refused(stored: bytes, why: str) -> None:
    book = Book(Catalogue(), Rules())
    with pytest.raises(UnreadableState, match=why):
        book.load(KEY.encode(), stored)


def test_state_carries_its_version_and_when_to_look_at_it_next() -> None:
    shelf = Shelf(counted(100, "2026-01-05 09:00")).publish()
    stored = shelf.changelog[KEY.encode()]
    assert stored[0] == STATE_VERSION
    assert read_summary(stored).next_at == ms("2026-01-06")
    assert read_summary(stored).usable == 100


def test_a_position_stored_by_the_release_before_is_read() -> None:
    """It kept neither when an alert was last told nor resolved ones, nor what was told of the position elsewhere: its
    alert goes on with the next sequence."""
    shelf = Shelf(counted(30, "2026-02-01 09:00"), dispensed(30, "2026-03-01 12:00")).until("2026-03-03")
    (firing,) = [alert for alert in shelf.alerts if alert.condition == "stock_out"]
    (key,) = shelf.changelog
    head, state = shelf.changelog[key][: _HEAD.size], msgspec.msgpack.decode(shelf.changelog[key][_HEAD.size :])
    *before, alerts, resolved, _told = state
    assert (resolved, set(alerts)) == ({}, {"stock_out"})
    older = head + msgspec.msgpack.encode([*before, {name: told[:5] for name, told in alerts.items()}])
    again = Shelf(received(90, "2026-03-04 10:00"), changelog={key: older}).until("2026-03-06")
    assert [(alert.alert, alert.sequence, alert.state) for alert in again.alerts] == [(firing.alert, 2, "resolved")]
