"""Ledger entries: events reduced to what the ledger needs, as tuples that sort in the order they take effect.

`(time_ms, kind, hash, amount, detail)`: at the same instant schedules come first, then adjustments, receipts, what
was dispensed, issued and returned, cancellations, and counts last, because a movement at the instant of a count is
already inside that count. Amounts are in the
item's smallest unit (pieces, or the last decimal its catalogue entry allows). `hash` identifies the event by
`(source, id)` and makes the order of equal kinds a function of the events alone.
"""

from collections.abc import Callable
from typing import Any, Final, cast

import xxhash

from schemas import events
from schemas.dead_letters import BadRecord
from supply.calendar import days_in_month, month_named

SCHEDULED: Final = 0
ADJUSTED: Final = 1
RECEIVED: Final = 2
DISPENSED: Final = 3
ISSUED: Final = 4
RETURNED: Final = 5
UNMET: Final = 6
REPORTED: Final = 7
CANCELLED: Final = 8
COUNTED: Final = 9

SHOWS_STOCK: Final = frozenset({COUNTED, RECEIVED, DISPENSED, ISSUED, RETURNED, ADJUSTED})
"""Kinds of entry that show, when their amount is above zero, that the item is on the shelf or was until then."""

TELLS_OF_SHELF: Final = SHOWS_STOCK | {UNMET, REPORTED}
"""Kinds of entry that a facility tells of itself. What is ordered and cancelled, purchasing tells."""

OTHERWISE: Final = 0
EXPIRED: Final = 1
QUARANTINED: Final = 2
RELEASED: Final = 3
LOST: Final = 4
"""Why an adjustment was made, as far as the shelf asks. Releases before knew the first two, as false and true."""
_REASONS: Final = {
    "expired": EXPIRED,
    "quarantined": QUARANTINED,
    "released": RELEASED,
    "lost": LOST,
    "damaged": LOST,
}

TRANSFER: Final = 1
"""The detail of an issue to another facility. One to a service of the facility itself has none, as those of releases
before."""

Entry = tuple[int, int, int, int, Any]
_hash64: Final = xxhash.xxh3_64_intdigest
"""The same in every process and release: hashes are stored. 64 bits are far more than the events of a position in the
lateness window need."""

LotEntry = tuple[int, int, str]
"""(last usable day, amount, lot)"""


def amount_of(quantity: int | float, scale: int, field: str) -> int:
    """A quantity in the item's smallest unit.

    Raises:
        BadRecord: when it is finer than the item allows, or so small that nothing is left of it.
    """
    if quantity.__class__ is int:
        return int(quantity) * scale
    scaled = round(quantity * scale)
    if abs(quantity * scale - scaled) > 1e-6 or (quantity and not scaled):
        unit = "whole pieces" if scale == 1 else f"steps of 1/{scale}"
        raise BadRecord("invalid_field", field, f"{field} is {quantity}, the item is kept in {unit}")
    return scaled


def order_key(order: str, line: str | None) -> str:
    """What identifies an order line inside a position."""
    return order if line is None else f"{order}\0{line}"


def _lots(lots: tuple[events.Lot, ...], scale: int) -> tuple[list[LotEntry], list[LotEntry]]:
    """The usable lots and those in quarantine, by expiry."""
    usable: list[LotEntry] = []
    aside: list[LotEntry] = []
    for index, lot in enumerate(lots):
        amount = amount_of(lot.quantity, scale, f"lots[{index}].quantity")
        if amount:
            (aside if lot.state == "quarantined" else usable).append((lot.expires_on.toordinal(), amount, lot.lot))
    usable.sort()
    aside.sort()
    return usable, aside


def _counted(e: events.StockCounted, scale: int) -> tuple[int, Any]:
    amount = amount_of(e.quantity, scale, "quantity")
    if not e.lots:
        return amount, None
    lots, aside = _lots(e.lots, scale)
    return amount - sum(lot[1] for lot in aside), (lots, aside)


def _received(e: events.ArrivalReceived, scale: int) -> tuple[int, Any]:
    amount = amount_of(e.quantity, scale, "quantity")
    key = None if e.order is None else order_key(e.order, e.line)
    lots, aside = _lots(e.lots, scale) if e.lots else ([], [])
    return amount - sum(lot[1] for lot in aside), (key, amount, lots, aside)


def _adjusted(e: events.StockAdjusted, scale: int) -> tuple[int, Any]:
    return amount_of(e.delta, scale, "delta"), _REASONS.get(e.reason, OTHERWISE)


def _scheduled(e: events.ArrivalScheduled, scale: int) -> tuple[int, Any]:
    deadline = None if e.deadline is None else e.deadline.toordinal()
    return amount_of(e.quantity, scale, "quantity"), (
        e.order,
        e.line,
        e.expected_on.toordinal(),
        deadline,
        e.supplier,
        e.origin,
    )


def _cancelled(e: events.ArrivalCancelled, scale: int) -> tuple[int, Any]:
    amount = -1 if e.quantity is None else amount_of(e.quantity, scale, "quantity")
    return amount, order_key(e.order, e.line)


def _reported(e: events.ConsumptionReported, scale: int) -> tuple[int, Any]:
    month, days_out = month_named(e.period), e.stockout_days
    return amount_of(e.quantity, scale, "quantity"), (
        month,
        None if days_out is None else min(days_out, days_in_month(month)),
    )


_Movement = events.StockDispensed | events.StockIssued | events.StockReturned | events.DemandUnmet
_MOVED: Final[dict[type, int]] = {
    events.StockDispensed: DISPENSED,
    events.StockIssued: ISSUED,
    events.StockReturned: RETURNED,
    events.DemandUnmet: UNMET,
}

_READERS: Final[dict[type, tuple[int, Callable[[Any, int], tuple[int, Any]]]]] = {
    events.StockCounted: (COUNTED, _counted),
    events.StockAdjusted: (ADJUSTED, _adjusted),
    events.ArrivalScheduled: (SCHEDULED, _scheduled),
    events.ArrivalReceived: (RECEIVED, _received),
    events.ArrivalCancelled: (CANCELLED, _cancelled),
    events.ConsumptionReported: (REPORTED, _reported),
}


def entry_of(event: events.Event, at_ms: int, scale: int) -> Entry:
    """The ledger entry of an admitted event at `at_ms`, for an item kept in `1/scale` of a piece. The destination of
    one that was admitted is another facility (`supply.intake`).

    Raises:
        BadRecord: a quantity finer than the item allows.
    """
    identity = _hash64(f"{event.source}\0{event.id}".encode())
    moved = _MOVED.get(event.__class__)
    if moved is not None:
        quantity = cast(_Movement, event).quantity
        # Most events are whole pieces dispensed: asked here, it saves them a call.
        amount = quantity * scale if quantity.__class__ is int else amount_of(quantity, scale, "quantity")
        if moved == ISSUED and cast(events.StockIssued, event).destination is not None:
            return at_ms, ISSUED, identity, amount, TRANSFER
        return at_ms, moved, identity, amount, None
    kind, read = _READERS[event.__class__]
    amount, detail = read(event, scale)
    return at_ms, kind, identity, amount, detail


def as_taken(stored: Entry) -> Entry:
    """An entry as it was before it was stored: what is stored comes back with lists where tuples were."""
    at_ms, kind, identity, amount, detail = stored
    if detail is None or detail.__class__ is not list:
        return stored
    if kind == COUNTED:
        # Releases before kept the usable lots alone, of counts and receipts.
        alone = not detail or (detail[0] and detail[0][0].__class__ is int)
        lots, aside = (detail, []) if alone else detail
        detail = (_lots_as_taken(lots), _lots_as_taken(aside))
    elif kind == RECEIVED:
        key, received, lots, aside = (*detail, [])[:4]
        detail = (key, received, _lots_as_taken(lots), _lots_as_taken(aside))
    else:
        detail = tuple(detail)
    return at_ms, kind, identity, amount, detail


def _lots_as_taken(stored: list[list[Any]]) -> list[LotEntry]:
    return [(last_day, amount, lot) for last_day, amount, lot in stored]
