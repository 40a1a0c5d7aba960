"""Events in a word: `counted(100, at="2026-01-05 09:00")`. Times are Mexico City's, where it is always UTC-6.

An event's id is made of its kind, time and quantity: said twice it is the same event.
"""

import datetime as dt
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from schemas.events import (
    ArrivalCancelled,
    ArrivalReceived,
    ArrivalScheduled,
    ConsumptionReported,
    DemandUnmet,
    Envelope,
    Event,
    Lot,
    StockAdjusted,
    StockCounted,
    StockDispensed,
    StockIssued,
    StockReturned,
)
from supply.calendar import milliseconds

HOSPITAL = "DFIMS000604"
ITEM = "010.000.5432.00"
ZONE = "America/Mexico_City"


def instant(text: str, zone: str = ZONE) -> dt.datetime:
    """`2026-01-05`, `2026-01-05 09:00` or with seconds, as the clock on the wall shows it."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def ms(text: str, zone: str = ZONE) -> int:
    """The same in milliseconds."""
    return milliseconds(instant(text, zone))


def time_of(event: Event) -> int:
    """When an event happened, in milliseconds."""
    return milliseconds(event.time)


def day(text: str) -> dt.date:
    """A date."""
    return dt.date.fromisoformat(text)


def lot(quantity: float, expires_on: str, name: str = "L1", **more: Any) -> Lot:
    """A lot; `state="quarantined"` when it may not be used."""
    return Lot(lot=name, expires_on=day(expires_on), quantity=quantity, **more)


Made = TypeVar("Made", bound=Envelope)


def _event(kind: type[Made], at: str, zone: str = ZONE, **fields: Any) -> Made:
    fields.setdefault("facility", HOSPITAL)
    fields.setdefault("item", ITEM)
    fields.setdefault("source", "urn:test")
    told = fields.get("quantity", fields.get("delta", ""))
    fields.setdefault("id", f"{kind.__struct_config__.tag} {at} {told} {fields.get('order', '')}")
    return kind(time=instant(at, zone), **fields)


def counted(quantity: float, at: str, *lots: Lot, **more: Any) -> Event:
    """A count."""
    return _event(StockCounted, at, quantity=quantity, lots=lots, **more)


def adjusted(delta: float, at: str, reason: Any = "correction", **more: Any) -> Event:
    """A correction."""
    return _event(StockAdjusted, at, delta=delta, reason=reason, **more)


def scheduled(quantity: float, at: str, expected: str, order: str = "P-1", **more: Any) -> Event:
    """An order line with its expected date."""
    if "deadline" in more:
        more["deadline"] = day(more["deadline"])
    return _event(ArrivalScheduled, at, quantity=quantity, expected_on=day(expected), order=order, **more)


def received(quantity: float, at: str, *lots: Lot, **more: Any) -> Event:
    """A receipt."""
    return _event(ArrivalReceived, at, quantity=quantity, lots=lots, **more)


def cancelled(at: str, quantity: float | None = None, order: str = "P-1", **more: Any) -> Event:
    """Pieces that will not come."""
    return _event(ArrivalCancelled, at, quantity=quantity, order=order, **more)


def dispensed(quantity: float, at: str, **more: Any) -> Event:
    """Pieces given to patients."""
    return _event(StockDispensed, at, quantity=quantity, **more)


def issued(quantity: float, at: str, **more: Any) -> Event:
    """Pieces sent elsewhere."""
    return _event(StockIssued, at, quantity=quantity, **more)


def returned(quantity: float, at: str, **more: Any) -> Event:
    """Pieces back on the shelf."""
    return _event(StockReturned, at, quantity=quantity, **more)


def unmet(quantity: float, at: str, **more: Any) -> Event:
    """Pieces prescribed and not filled."""
    return _event(DemandUnmet, at, quantity=quantity, **more)


def reported(period: str, quantity: float, at: str, **more: Any) -> Event:
    """A month's sheet."""
    more.setdefault("id", f"sheet {period} {at}")
    return _event(ConsumptionReported, at, period=period, quantity=quantity, **more)
