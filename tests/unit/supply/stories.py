"""Stories of a stock: events in, transitions out."""

from typing import Any

from schemas.alerts import Condition
from schemas.events import Event
from tests.events import counted, dispensed
from tests.unit.supply.shelf import Shelf

SUPPLIED = [counted(1000, "2025-11-20"), *(dispensed(90, f"{month}-15") for month in ("2025-12", "2026-01", "2026-02"))]
"""A CPM of 90, 3 a day, 730 on hand on 1 March."""

STOCK: tuple[Condition, ...] = ("stock_out", "shortage", "low_stock")


def stock_of(*events: Event, **more: Any) -> Shelf:
    """A shelf of which the alerts about its stock are told."""
    return Shelf(*events, only=STOCK, **more)


def story(*events: Event, until: str = "2026-03-20", **more: Any) -> list[str]:
    """The alerts' transitions of daily evaluations."""
    return stock_of(*SUPPLIED, *events, **more).until(until).story
