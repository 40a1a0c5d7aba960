"""Orders that took so many days, and the position that was told of them."""

from typing import Any

from schemas.events import Event
from schemas.positions import Position
from tests.events import counted, day, received, scheduled
from tests.unit.supply.shelf import position

STOCK = counted(1000, "2026-01-01")
LAB = "LAB-12"


def on(number: int) -> str:
    """The date some days after 1 January 2026."""
    return str(day("2026-01-01").fromordinal(day("2026-01-01").toordinal() + number))


def orders(*days: int, supplier: str | None = LAB, first: int = 1, name: str = "P") -> list[Event]:
    """Orders a week apart that took so many days each."""
    told: list[Event] = []
    for number, taken in enumerate(days):
        ordered, order = first + 7 * number, f"{name}-{number}"
        told.append(scheduled(10, on(ordered), on(ordered + 10), order, supplier=supplier))
        told.append(received(10, on(ordered + taken), order=order))
    return told


def known(*events: Event, at: str = "2026-06-20", **more: Any) -> Position:
    """The position that the shelf's events lead to."""
    return position(STOCK, *events, at=at, **more)
