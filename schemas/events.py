"""Events in: what upstream systems publish about stock, arrivals and consumption.

An event is identified by `(source, id)`. `time` is when it happened, with an offset. `facility` is a CLUES (or
the code another country uses), `item` a clave such as `010.000.5432.00`. Quantities are whole pieces unless the
catalogue gives the item decimals. Unknown fields are ignored; a breaking change is a new type and a new topic.
"""

import datetime as dt
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

QUANTITY_LIMIT = 1_000_000_000
"""Pieces. No store on earth holds more of one item; a larger figure is a typing error."""

ID_CHARACTERS = 256

Identifier = Annotated[str, Meta(min_length=1, max_length=ID_CHARACTERS)]
Code = Annotated[str, Meta(min_length=1, max_length=64)]
Instant = Annotated[dt.datetime, Meta(tz=True)]
Quantity = Annotated[int, Meta(ge=0, le=QUANTITY_LIMIT)] | Annotated[float, Meta(ge=0, le=QUANTITY_LIMIT)]
PositiveQuantity = Annotated[int, Meta(gt=0, le=QUANTITY_LIMIT)] | Annotated[float, Meta(gt=0, le=QUANTITY_LIMIT)]
SignedQuantity = (
    Annotated[int, Meta(ge=-QUANTITY_LIMIT, le=QUANTITY_LIMIT)]
    | Annotated[float, Meta(ge=-QUANTITY_LIMIT, le=QUANTITY_LIMIT)]
)
# The length keeps out a line break at the end, which `$` lets pass in Python.
Month = Annotated[
    str, Meta(pattern="^2[01][0-9]{2}-(0[1-9]|1[0-2])$", max_length=7, description="a calendar month such as 2026-01")
]
DaysOut = Annotated[int, Meta(ge=0, le=31)]

LotState = Literal["available", "quarantined"]
AdjustmentReason = Literal["lost", "damaged", "expired", "found", "quarantined", "released", "correction"]


class Lot(msgspec.Struct, gc=False, frozen=True, omit_defaults=True):
    """Pieces of one lot; `expires_on` is the last day they may be used."""

    lot: Code
    expires_on: dt.date
    quantity: Quantity
    state: LotState = "available"


class Envelope(msgspec.Struct, gc=False, tag_field="type", kw_only=True, omit_defaults=True):
    """The fields every event carries."""

    id: Identifier
    source: Identifier
    time: Instant
    facility: Code
    item: Code


class StockCounted(Envelope, tag="stock.counted", gc=False):
    """What is on the shelf, counted. `lots` may cover a part of it, never more than `quantity`."""

    quantity: Quantity
    lots: tuple[Lot, ...] = ()


class StockAdjusted(Envelope, tag="stock.adjusted", gc=False):
    """A signed correction of the usable stock: pieces lost, found, taken to quarantine or released from it."""

    delta: SignedQuantity
    reason: AdjustmentReason


class ArrivalScheduled(Envelope, tag="arrival.scheduled", gc=False, kw_only=True):
    """An order line with its expected date; a later one for the same line replaces it.

    `quantity` is the whole line, received pieces included. Without `deadline` the line is late after
    `expected_on`. `supplier` names a company, `origin` a facility of the network.
    """

    order: Identifier
    line: Identifier | None = None
    quantity: PositiveQuantity
    expected_on: dt.date
    deadline: dt.date | None = None
    supplier: Identifier | None = None
    origin: Code | None = None


class ArrivalReceived(Envelope, tag="arrival.received", gc=False, kw_only=True):
    """Pieces received, on an order line or without one."""

    order: Identifier | None = None
    line: Identifier | None = None
    quantity: PositiveQuantity
    lots: tuple[Lot, ...] = ()


class ArrivalCancelled(Envelope, tag="arrival.cancelled", gc=False, kw_only=True):
    """Pieces that will not come; the rest of the line when `quantity` is absent."""

    order: Identifier
    line: Identifier | None = None
    quantity: PositiveQuantity | None = None


class StockDispensed(Envelope, tag="stock.dispensed", gc=False):
    """Pieces given to patients."""

    quantity: PositiveQuantity


class StockIssued(Envelope, tag="stock.issued", gc=False):
    """Pieces sent to another facility or service. A `destination` that is the code of another facility makes it a
    transfer."""

    quantity: PositiveQuantity
    destination: Identifier | None = None


class StockReturned(Envelope, tag="stock.returned", gc=False):
    """Pieces back on the shelf, and off the consumption."""

    quantity: PositiveQuantity


class DemandUnmet(Envelope, tag="demand.unmet", gc=False):
    """Pieces prescribed and not filled: nothing left the shelf."""

    quantity: PositiveQuantity


class ConsumptionReported(Envelope, tag="consumption.reported", gc=False):
    """The total of a month, for reporters that send one sheet a month.

    It replaces the sum of that month's single events. `stockout_days` above the days of the month are clipped.
    """

    period: Month
    quantity: Quantity
    stockout_days: DaysOut | None = None


Event = (
    StockCounted
    | StockAdjusted
    | ArrivalScheduled
    | ArrivalReceived
    | ArrivalCancelled
    | StockDispensed
    | StockIssued
    | StockReturned
    | DemandUnmet
    | ConsumptionReported
)
