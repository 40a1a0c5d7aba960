"""State that an older release has stored is read, and goes on as if this one had stored it; newer state is refused.

When the test of the form fails, a field was added to what is stored. It comes last and has a default, so that older
state is read. Then raise `STATE_VERSION` in supply/stored.py, write the fixture of the new version with
`python -m tests.unit.supply.stored.write`, and check it in beside the older ones.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas.alerts import Alert
from schemas.positions import Position
from supply.book import Book
from supply.catalogue import Catalogue
from supply.clock import Reach
from supply.position import Outcome
from supply.rules import Rules
from supply.stored import STATE_VERSION, UnreadableState
from supply.wide.book import WideBook
from supply.wide.clock import WideClock
from tests.unit.supply.stored.write import (
    CATALOGUE,
    EVENTS,
    FOLDER,
    HOSPITALS,
    JUDGED,
    RITUXIMAB,
    SETTLED,
    TRASTUZUMAB,
    form,
    midnight,
    tell,
    told,
)

STORED = sorted(FOLDER.glob("v*.json"))
NEWEST = FOLDER / f"v{STATE_VERSION}.json"

MORE = [
    told("arrival.received", RITUXIMAB, "2026-03-04T10:00", quantity=30, order="P-1", line="2"),
    told("stock.dispensed", RITUXIMAB, "2026-03-04T12:00", quantity=10),
    told("arrival.received", TRASTUZUMAB, "2026-03-04T11:00", quantity=400),
]
SINCE_THE_FIRST = (
    *("facility", "item", "version", "on_hand", "usable", "status", "cpm", "cover_days", "due", "due_quantity"),
    *("projected_stockout_on", "expires_unused", "last_count_on", "last_count_gap"),
)
"""What a position says by what the oldest state holds too. What later fields say begins when they are stored."""


def read(path: Path, kind: str) -> list[tuple[bytes, bytes]]:
    records = json.loads(path.read_text(encoding="utf-8"))[kind]
    return [(key.encode(), bytes.fromhex(value)) for key, value in records.items()]


def loaded(records: list[tuple[bytes, bytes]]) -> Book:
    book = Book(Catalogue(CATALOGUE), Rules())
    for key, value in records:
        book.load(key, value)
    return book


def later(book: Book) -> tuple[dict[str, dict[str, Any]], list[Alert]]:
    """The positions a week later, and the alerts on the way."""
    tell(book, MORE)
    book.advance(Reach(midnight("2026-03-11"), midnight("2026-03-04")))
    publication = book.publish(None)
    found = {}
    for key, value in publication.positions:
        position = msgspec.json.decode(value, type=Position)
        months = {month.month: (month.consumption, month.unmet, month.days_out) for month in position.months}
        # Months in which nothing happened were not always kept.
        eventful = {month: figures for month, figures in months.items() if any(figures)}
        found[key.decode()] = {name: getattr(position, name) for name in SINCE_THE_FIRST} | {"months": eventful}
    return found, [msgspec.json.decode(value, type=Alert) for _, value in publication.alerts]


def told_without_a_stop() -> Book:
    book = Book(Catalogue(CATALOGUE), Rules())
    tell(book, EVENTS)
    book.advance(Reach(midnight(JUDGED), midnight(SETTLED)))
    book.publish(None)
    return book


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_positions_of_every_older_state_go_on_as_if_there_had_been_no_stop(path: Path) -> None:
    expected, _ = later(told_without_a_stop())
    found, _ = later(loaded(read(path, "positions")))
    assert found == expected


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_an_alert_of_every_older_state_ends_as_the_alert_that_it_was(path: Path) -> None:
    def ended(book: Book) -> list[tuple[object, ...]]:
        _, alerts = later(book)
        return [(each.alert, each.at) for each in alerts if each.condition == "stock_out" and each.state == "resolved"]

    expected = ended(told_without_a_stop())
    assert expected
    assert ended(loaded(read(path, "positions"))) == expected


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_what_an_older_release_counted_is_known_when_it_comes_again(path: Path) -> None:
    book = loaded(read(path, "positions"))
    again = EVENTS[-5]
    assert book.take(f"{again.facility}|{again.item}", again, midnight("2026-02-27")) is Outcome.DUPLICATE


# Before the third form nothing of whole facilities and items was stored.
@pytest.mark.parametrize("path", STORED[2:], ids=lambda path: path.stem)
def test_facilities_and_items_of_every_older_state_have_their_alerts(path: Path) -> None:
    records = read(path, "wide")
    book = WideBook(Catalogue(CATALOGUE), Rules(), WideClock(1))
    for key, value in records:
        book.load(key, value)
    assert dict(book.open_alerts()) == {("national_shortage", "critical"): 1}
    assert f"item|{RITUXIMAB}|{HOSPITALS[9]}".encode() in dict(records)


def test_what_is_stored_has_the_form_of_its_version() -> None:
    assert form() == json.loads(NEWEST.read_text(encoding="utf-8"))["form"], (
        "what is stored has another form: raise STATE_VERSION and write its fixture (see the top of this file)"
    )


@pytest.mark.parametrize("kind", ["positions", "wide"])
def test_newer_state_is_refused(kind: str) -> None:
    catalogue, rules = Catalogue(CATALOGUE), Rules()
    book = Book(catalogue, rules) if kind == "positions" else WideBook(catalogue, rules, WideClock(1))
    for key, value in read(NEWEST, kind):
        newer = bytes([STATE_VERSION + 1]) + value[1:]
        with pytest.raises(UnreadableState, match=rf"version {STATE_VERSION + 1}, this release reads up to"):
            book.load(key, newer)
