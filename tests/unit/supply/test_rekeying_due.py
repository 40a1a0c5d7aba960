"""What positions that are short tell of what is due there: how much, how much of it late, and the next day."""

import datetime as dt
import itertools

import pytest

from schemas.channels import item_key
from schemas.events import Event
from schemas.rekeyed import Rekeyed, StockNote
from tests.events import ITEM, cancelled, counted, ms, received, scheduled
from tests.unit.supply.shelf import Shelf
from tests.unit.supply.telling import MONTHS, stock_notes, told

OUT = (counted(1000, "2026-01-01 08:00"), *MONTHS, counted(0, "2026-04-02 10:00"))
"""Out of stock from 2 April on."""

Due = tuple[float | None, float, dt.date | None]


def due_of(notes: list[tuple[str, Rekeyed]]) -> list[Due]:
    """What the notes under the item's key say is still to come, how much of it is late, and the next day."""
    return [(note.due_quantity, note.late_quantity, note.next_due_on) for note in stock_notes(notes)]


def april(day: int) -> dt.date:
    return dt.date(2026, 4, day)


def test_where_something_is_short_it_is_told_what_is_due() -> None:
    assert due_of(told(Shelf(*OUT), "2026-04-05"))[-1] == (0, 0, None)
    ordered = scheduled(60, "2026-03-20 09:00", "2026-04-20")
    assert due_of(told(Shelf(*OUT, ordered), "2026-04-05"))[-1] == (60, 0, april(20))


@pytest.mark.parametrize(
    ("change", "due"),
    [
        (scheduled(30, "2026-04-06 09:00", "2026-04-12", "P-2"), (90, 0, april(12))),
        (scheduled(1, "2026-04-06 09:00", "2026-04-25", "P-2"), (61, 0, april(20))),
        (scheduled(60, "2026-04-06 09:00", "2026-04-21"), (60, 0, april(21))),
        (cancelled("2026-04-06 09:00"), (0, 0, None)),
        (cancelled("2026-04-06 09:00", 1), (59, 0, april(20))),
        (received(1, "2026-04-06 09:00", order="P-1"), (59, 0, april(20))),
    ],
    ids=["new", "new and small", "moved", "cancelled", "cancelled in part", "came in part"],
)
def test_it_is_told_anew_once_when_it_changes(change: Event, due: Due) -> None:
    shelf = Shelf(*OUT, scheduled(60, "2026-03-20 09:00", "2026-04-20"))
    told(shelf, "2026-04-05")
    shelf.tell(change)
    notes = told(shelf, "2026-04-09")
    assert due_of(notes)[-1] == due
    assert len(stock_notes(notes)) == 1
    assert {key for key, note in notes if isinstance(note, StockNote)} == {item_key(ITEM)}
    assert stock_notes(told(shelf, "2026-04-12")) == []


def test_an_order_that_is_told_again_as_it_was_is_no_news() -> None:
    shelf = Shelf(*OUT, scheduled(60, "2026-03-20 09:00", "2026-04-20"))
    told(shelf, "2026-04-05")
    shelf.tell(scheduled(60, "2026-04-06 09:00", "2026-04-20"), scheduled(60, "2026-04-07 09:00", "2026-04-20"))
    assert stock_notes(told(shelf, "2026-04-19")) == []
    again = Shelf(changelog=shelf.changelog)
    assert stock_notes(told(again, "2026-04-19")) == []


def test_what_becomes_late_is_told_on_the_day_after_its_deadline_and_not_before() -> None:
    shelf = Shelf(*OUT, scheduled(60, "2026-03-20 09:00", "2026-04-10", deadline="2026-04-14"))
    assert due_of(told(shelf, "2026-04-05"))[-1] == (60, 0, april(10))
    assert due_of(told(shelf, "2026-04-14 12:00")) == []
    late = told(shelf, "2026-04-15 12:00")
    assert due_of(late) == [(60, 60, None)]
    assert stock_notes(late)[0].at_ms == ms("2026-04-15")


def test_what_becomes_late_behind_what_is_awaited_for_longer_is_told_too() -> None:
    awaited = scheduled(60, "2026-03-20 09:00", "2026-04-08", deadline="2026-04-20")
    shelf = Shelf(*OUT, awaited, scheduled(7, "2026-03-20 10:00", "2026-04-12", "P-2"))
    assert due_of(told(shelf, "2026-04-12 12:00"))[-1] == (67, 0, april(8))
    assert due_of(told(shelf, "2026-04-13 12:00")) == [(67, 7, april(8))]


def test_of_who_is_not_short_no_order_is_told() -> None:
    shelf = Shelf(counted(400, "2026-01-01 08:00"), *MONTHS)
    told(shelf, "2026-04-02")
    shelf.tell(scheduled(60, "2026-04-02 09:00", "2026-04-20"), scheduled(90, "2026-04-03 09:00", "2026-04-22"))
    assert stock_notes(told(shelf, "2026-04-06")) == []


def test_what_is_told_of_orders_does_not_depend_on_how_they_came() -> None:
    orders = [
        scheduled(30, "2026-04-03 09:00", "2026-04-20"),
        scheduled(7, "2026-04-03 10:00", "2026-04-03", "P-2"),
        scheduled(15, "2026-04-04 09:00", "2026-04-12", "P-3"),
        cancelled("2026-04-04 10:00", 5),
    ]
    every = [told(Shelf(*OUT, *order), "2026-04-09") for order in itertools.permutations(orders)]
    assert due_of(every[0])[-1] == (47, 7, april(12))
    assert all(notes == every[0] for notes in every)
