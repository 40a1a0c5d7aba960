"""A book holds a million positions without waking them: each sleeps until it is due, and few wake at once."""

import pytest

from supply.agenda import Agenda
from supply.book import Book
from supply.clock import Reach
from supply.rules import Rules
from supply.turns import AGAIN_AT_ONCE
from tests.events import counted, dispensed, ms
from tests.unit.supply.shelf import Shelf, hospital, medicine


def test_recovered_positions_sleep_until_they_are_due() -> None:
    """Older values of the changelog book positions too: none of them may wake one."""
    shelf = Shelf(counted(100, "2026-01-05"))
    stored = shelf.book.publish(None).changelog
    for number in range(10, 20):
        shelf.tell(dispensed(1, f"2026-01-{number}"))
        today = ms(f"2026-01-{number}")
        shelf.book.advance(Reach(today, today))
        stored += shelf.book.publish(None).changelog
    book = Book(shelf.catalogue, Rules())
    for key, value in stored:
        book.load(key, value)
    end = ms("2026-01-20") - 1
    book.advance(Reach(end, end))
    assert book.awake == 0
    book.advance(Reach(end + 1, end + 1))
    assert book.awake == 1


def test_beyond_the_limit_positions_are_put_to_sleep() -> None:
    shelf = Shelf(counted(100, "2026-01-05"), awake_limit=0)
    assert shelf.book.awake == 1
    shelf.publish()
    assert (shelf.book.awake, len(shelf.book)) == (0, 1)
    shelf.tell(dispensed(40, "2026-01-06"))
    assert shelf.until("2026-02-01").position.on_hand == 60


@pytest.mark.parametrize("restarted", [False, True])
def test_what_came_to_pass_today_in_a_backlog_is_judged_once_all_is_read_and_not_at_midnight(restarted: bool) -> None:
    """Also when the worker starts anew in between."""
    shelf = Shelf(counted(100, "2026-01-05"), dispensed(10, "2026-01-05 09:00"), counted(0, "2026-01-06 08:00"))
    shelf.until("2026-01-06 09:00")
    assert shelf.alerts == []
    if restarted:
        shelf = Shelf(changelog=shelf.changelog)
    now = ms("2026-01-06 09:01")
    shelf.book.advance(Reach(now, 0))
    assert shelf.book.touched == 0  # something is still to be read
    shelf.book.advance(Reach(now, 0, live=True))
    assert shelf.book.touched == 1
    assert shelf.publish("2026-01-06 09:01").story == ["2026-01-06 stock_out firing critical"]
    shelf.book.advance(Reach(now + 1, 0, live=True))
    assert shelf.book.touched == 0  # once is enough


def test_the_end_of_a_backlog_does_not_wake_everything_at_once() -> None:
    facilities = [f"DFIMS{number:06d}" for number in range(AGAIN_AT_ONCE + 1)]
    entries = [hospital(facility=code) for code in facilities]
    shelf = Shelf(*(counted(1, "2026-01-05", facility=code) for code in facilities), entries=entries).publish()
    touched = []
    for number in range(3):
        shelf.book.advance(Reach(number, 0, live=True))
        touched.append(shelf.book.touched)
        shelf.publish("2026-01-05 12:00")
    assert touched == [AGAIN_AT_ONCE, 1, 0]


def test_a_change_of_the_catalogue_does_not_wake_everything_at_once() -> None:
    facilities = [f"DFIMS{number:06d}" for number in range(2 * AGAIN_AT_ONCE + 1)]
    entries = [hospital(facility=code) for code in facilities]
    shelf = Shelf(*(counted(1, "2026-01-05", facility=code) for code in facilities), entries=entries)
    shelf.publish()
    shelf.catalogue.put(medicine(name="new"))
    touched = []
    for _ in range(4):
        shelf.book.advance(Reach(0, 0))
        touched.append(shelf.book.touched)
        shelf.book.publish(None)
    assert touched == [AGAIN_AT_ONCE, AGAIN_AT_ONCE, 1, 0]


def test_the_agenda_hands_out_what_is_due_in_the_order_of_time() -> None:
    agenda = Agenda()
    for key, at in (("b", 20), ("a", 10), ("c", 20), ("d", 30)):
        agenda.book(key, at)
    assert agenda.take(20, 5) == (10, ["a"])
    agenda.book("e", 15)
    assert agenda.take(20, 5) == (15, ["e"])
    assert agenda.take(20, 1) == (20, ["b"])
    agenda.book("f", 15)
    assert agenda.take(20, 5) == (15, ["f"])
    assert agenda.is_due(20)
    assert agenda.take(20, 5) == (20, ["c"])
    assert not agenda.is_due(20)
    assert agenda.take(20, 5) == (20, [])
    assert agenda.take(30, 5) == (30, ["d"])
