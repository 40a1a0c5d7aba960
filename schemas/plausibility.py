"""What an event must make sense in beyond the form of its fields. Refuses, never mends."""

import datetime as dt
from collections.abc import Callable
from typing import Final

import msgspec

from schemas.dead_letters import BadRecord, Fault
from schemas.events import (
    ArrivalReceived,
    ArrivalScheduled,
    Event,
    Lot,
    StockAdjusted,
    StockCounted,
)

FIRST_YEAR: Final = 2001
"""Nothing older is watched: 1970, 1980 and January 2000 are what a clock shows that was never set."""

LAST_YEAR: Final = 2199
"""Far beyond any order or expiry, and far enough from the calendar's end for sums of days to stay inside it."""

_HALF_SMALLEST_PIECE: Final = 0.0005
"""Pieces. Quantities have three decimals at most: a smaller excess is the rounding of a sum."""

LOSSES: Final = frozenset({"lost", "damaged", "expired", "quarantined"})
GAINS: Final = frozenset({"found", "released"})


def check(event: Event) -> None:
    """Raises `BadRecord` when the event's fields, each right by itself, cannot be true.

    Asked for every event: what most types need is looked at first and costs a comparison.
    """
    if not FIRST_YEAR <= event.time.year <= LAST_YEAR:
        _refuse_time(event.time)
    rule = _RULES.get(type(event))
    if rule is not None:
        rule(event)


def check_text(message: msgspec.Struct, path: str = "") -> None:
    """Raises `BadRecord` when a text holds a control character: databases and keys cannot carry them all.

    JSON forbids them as they are, so only an event that was escaped or put together from headers can hold one.
    """
    for field in message.__struct_fields__:
        value = getattr(message, field)
        if isinstance(value, str):
            if not value.isprintable():  # cheap; odd blanks fail it too, and are let pass below
                _refuse_control_characters(path + field, value)
        elif isinstance(value, tuple):
            for number, lot in enumerate(value):
                check_text(lot, f"{path}{field}[{number}].")


def _refuse_control_characters(field: str, text: str) -> None:
    bad = next((sign for sign in text if sign < " "), None)
    if bad is not None:
        raise BadRecord(
            "invalid_field", field, f"{field} holds the control character \\u{ord(bad):04x}; expected plain text"
        )


def _refuse_time(time: dt.datetime) -> None:
    fault: Fault = "future_time" if time.year > LAST_YEAR else "invalid_field"
    raise BadRecord(
        fault, "time", f"time is {time.isoformat()}; expected a time from {FIRST_YEAR} on that is not in the future"
    )


def _check_day(field: str, day: dt.date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadRecord(
            "invalid_field", field, f"{field} is {day}; expected a date from the years {FIRST_YEAR} to {LAST_YEAR}"
        )


def _check_lots(lots: tuple[Lot, ...], quantity: float) -> None:
    together = 0.0
    for lot in lots:
        together += lot.quantity
        if not FIRST_YEAR <= lot.expires_on.year <= LAST_YEAR:
            field = f"lots[{lots.index(lot)}].expires_on"
            raise BadRecord(
                "invalid_field",
                field,
                f"{field} is {lot.expires_on}; expected a date from the years {FIRST_YEAR} to {LAST_YEAR}: "
                "leave out a lot whose expiry is not known",
            )
    if together > quantity + _HALF_SMALLEST_PIECE:
        raise BadRecord(
            "invalid_field",
            "lots",
            f"lots hold {together:.15g} pieces together; expected at most the quantity, {quantity:.15g}",
        )


def _check_count(event: StockCounted) -> None:
    if event.lots:
        _check_lots(event.lots, event.quantity)


def _check_adjustment(event: StockAdjusted) -> None:
    delta, reason = event.delta, event.reason
    if not delta:
        raise BadRecord("invalid_field", "delta", "delta is 0; expected the pieces added or taken away")
    if delta > 0 and reason in LOSSES:
        raise BadRecord(
            "invalid_field", "delta", f"delta is {delta:.15g} with reason {reason}; expected a number below 0"
        )
    if delta < 0 and reason in GAINS:
        raise BadRecord(
            "invalid_field", "delta", f"delta is {delta:.15g} with reason {reason}; expected a number above 0"
        )


def _check_schedule(event: ArrivalScheduled) -> None:
    _check_day("expected_on", event.expected_on)
    if event.deadline is not None:
        _check_day("deadline", event.deadline)
        if event.deadline < event.expected_on:
            raise BadRecord(
                "invalid_field",
                "deadline",
                f"deadline is {event.deadline}; expected a date not before expected_on, {event.expected_on}",
            )


def _check_receipt(event: ArrivalReceived) -> None:
    if event.line is not None and event.order is None:
        raise BadRecord("missing_field", "order", "order is missing; expected the order that the line belongs to")
    if event.lots:
        _check_lots(event.lots, event.quantity)


_RULES: Final[dict[type[Event], Callable[..., None]]] = {
    StockCounted: _check_count,
    StockAdjusted: _check_adjustment,
    ArrivalScheduled: _check_schedule,
    ArrivalReceived: _check_receipt,
}
