"""Writes the state of a few positions, facilities and items as this code stores it: `v<version>.json`, in hexadecimal.

    python -m tests.unit.supply.stored.write

Run it after raising `STATE_VERSION`, once, and check the file in. The files of older versions stay as they are: the
code of their time wrote them, told what is told here; so let that be too. Fields were added to version 1 without
raising it: `v1_01.json` to `v1_10.json` are its forms, oldest first.
"""

import json
from pathlib import Path
from typing import Any, get_args

import msgspec

from schemas.catalogue import CatalogueEntry, Facility, Item
from schemas.channels import position_key
from schemas.decode import decode_event
from schemas.events import Event
from schemas.rekeyed import Heard, StockNote
from supply.book import Book
from supply.calendar import milliseconds
from supply.catalogue import Catalogue
from supply.clock import Reach
from supply.rules import Rules
from supply.stored import STATE_VERSION, PositionState
from supply.wide.book import WideBook
from supply.wide.clock import WideClock
from supply.wide.subject import SubjectState

FOLDER = Path(__file__).parent

RITUXIMAB, TRASTUZUMAB = "010.000.5433.00", "010.000.5423.00"
HOSPITALS = tuple(f"DFIMS{number:06d}" for number in range(12))
HOSPITAL = HOSPITALS[0]
CATALOGUE: list[CatalogueEntry] = [
    *(Item(item=code, name=code, oncology=True, ven="V") for code in (RITUXIMAB, TRASTUZUMAB)),
    *(Facility(facility=code, name=code, kind="hospital", timezone="America/Mexico_City") for code in HOSPITALS),
]

_LOT = {"lot": "L1", "expires_on": "2026-09-30", "quantity": 150}
_ORDER = {"order": "P-1", "line": "2"}


def told(kind: str, item: str, at: str, **more: Any) -> Event:
    """An event of the hospital at an hour of Mexico City."""
    body = {"type": kind, "id": f"{kind} {item} {at}", "source": "urn:test", "time": f"{at}:00-06:00"}
    return decode_event(json.dumps({**body, "facility": HOSPITAL, "item": item, **more}).encode())


EVENTS = [
    told("stock.counted", RITUXIMAB, "2025-12-01T09:00", quantity=400, lots=[_LOT]),
    *(told("stock.dispensed", RITUXIMAB, f"{month}-15T10:00", quantity=90) for month in ("2025-12", "2026-01")),
    told("arrival.scheduled", RITUXIMAB, "2026-02-10T10:00", quantity=50, expected_on="2026-03-18", **_ORDER),
    told("stock.dispensed", RITUXIMAB, "2026-02-15T10:00", quantity=90),
    told("arrival.received", RITUXIMAB, "2026-02-20T10:00", quantity=20, **_ORDER),
    told("demand.unmet", RITUXIMAB, "2026-02-27T10:00", quantity=2),
    told("stock.counted", RITUXIMAB, "2026-03-01T09:00", quantity=145, lots=[_LOT | {"quantity": 140}]),
    told("stock.dispensed", RITUXIMAB, "2026-03-02T10:00", quantity=5),
    told("stock.counted", TRASTUZUMAB, "2026-01-20T09:00", quantity=30),
    told("stock.dispensed", TRASTUZUMAB, "2026-02-25T10:00", quantity=30),
]
"""Of two positions: one with lots, an order and months; one that is out of stock, with an alert that fires."""
SETTLED, JUDGED = "2026-02-24", "2026-03-03"

NOTES = [
    *(
        StockNote(facility=code, item=RITUXIMAB, at_ms=0, status="out", trouble="stock_out", needed=True, watched=True)
        for code in HOSPITALS[:10]
    ),
    *(
        StockNote(facility=code, item=RITUXIMAB, at_ms=0, status="adequate", needed=True, watched=True)
        for code in HOSPITALS[10:]
    ),
]
"""Of one item, that is out in ten of twelve hospitals."""


def midnight(day: str) -> int:
    """In Mexico City."""
    return milliseconds(told("demand.unmet", RITUXIMAB, f"{day}T00:00", quantity=1).time)


def tell(book: Book, events: list[Event]) -> None:
    """Let a book take events."""
    for event in events:
        book.take(position_key(event.facility, event.item), event, milliseconds(event.time))


def _positions() -> list[tuple[bytes, bytes]]:
    book = Book(Catalogue(CATALOGUE), Rules())
    tell(book, EVENTS)
    book.advance(Reach(midnight(JUDGED), midnight(SETTLED)))
    return list(book.publish(None).changelog)


def _wide() -> list[tuple[bytes, bytes]]:
    book = WideBook(Catalogue(CATALOGUE), Rules(), WideClock(1))
    for note in NOTES:
        seen = msgspec.structs.replace(note, at_ms=midnight("2026-03-02"))
        book.take(f"item|{note.item}", seen, seen.at_ms)
    days = tuple(midnight(f"2026-02-{day:02d}") for day in (16, 17, 18, 19))
    book.take(f"facility|{HOSPITAL}", Heard(facility=HOSPITAL, at_ms=days), 0)
    book.advance(Reach(midnight(JUDGED), midnight(JUDGED)))
    return list(book.publish(None).changelog)


def form() -> dict[str, list[str]]:
    """The fields of everything stored, in their order."""
    found: dict[str, list[str]] = {}

    def look(kind: Any) -> None:
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind.__name__ not in found:
            found[kind.__name__] = list(kind.__struct_fields__)
            for field in msgspec.structs.fields(kind):
                look(field.type)
        for part in get_args(kind):
            look(part)

    look(PositionState | SubjectState)
    return found


def written() -> dict[str, dict[str, str]]:
    """What this code stores."""
    books = {"positions": _positions(), "wide": _wide()}
    return {name: {key.decode(): value.hex() for key, value in records} for name, records in books.items()}


if __name__ == "__main__":
    stored = json.dumps({"form": form(), **written()}, indent=1) + "\n"
    (FOLDER / f"v{STATE_VERSION}.json").write_text(stored, encoding="utf-8")
