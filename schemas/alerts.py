"""Alerts out: each transition of an alert, numbered."""

import datetime as dt
from typing import Literal

import msgspec

from schemas.events import Instant
from schemas.positions import CpmInputs, DueArrival, Number, Status

Condition = Literal["stock_out", "shortage", "low_stock", "silent_facility", "national_shortage"]
AlertState = Literal["pending", "firing", "resolved"]
Severity = Literal["low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")
"""Mildest first."""


class AlertFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers behind a transition, as they stood at `at`."""

    status: Status
    on_hand: Number | None
    usable: Number | None
    cpm: float | None
    cpm_inputs: CpmInputs
    cover_days: float | None
    lead_time_days: int
    due: tuple[DueArrival, ...]
    projected_stockout_on: dt.date | None
    projected_stockout_on_without_due: dt.date | None
    last_count_on: dt.date | None


PlaceRole = Literal["short", "lends", "unconfirmed"]


class AlertPlace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One position that an alert about a whole facility, or about an item everywhere, speaks of.

    `role`: `short` of the item; `lends`, for it has a surplus; `unconfirmed`, an alert of a facility that is silent.
    `alert` is the open alert of the position itself. The figures are those of `as_of`, `surplus` the pieces above the
    maximum.
    """

    facility: str
    item: str
    role: PlaceRole
    as_of: Instant
    status: Status
    alert: str | None = None
    usable: Number | None = None
    cpm: float | None = None
    projected_stockout_on: dt.date | None = None
    surplus: Number | None = None


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One transition of an alert.

    `fingerprint` names condition, facility and item; `alert` this occurrence of it: both follow from the events
    alone, so a replay makes no new alert. `since` is when the condition began, `at` when this transition was
    decided, `sequence` counts the transitions of the alert from 1. `reason` is a sentence for a person, in Spanish;
    `reason_en` says the same in English.

    An alert about a whole facility has no `item`, one about an item everywhere no `facility`; neither has `facts` of a
    position, and `places` lists the positions concerned, those short of the item first.
    """

    alert: str
    fingerprint: str
    condition: Condition
    facility: str | None
    item: str | None
    state: AlertState
    severity: Severity
    since: Instant
    at: Instant
    sequence: int
    reason: str
    facts: AlertFacts | None
    reason_en: str = ""
    places: tuple[AlertPlace, ...] = ()
