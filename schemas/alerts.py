"""Alerts out: each transition of an alert, numbered."""

import datetime as dt
from typing import Literal

import msgspec

from schemas.events import Instant
from schemas.positions import CpmInputs, DueArrival, Number, PlannedDemand, StandInSource, Status

Condition = Literal[
    "stock_out",
    "shortage",
    "low_stock",
    "late_arrival",
    "expiry_risk",
    "surplus",
    "unmet_demand",
    "cpm_drift",
    "demand_surge",
    "data_quality",
    "silent_facility",
    "national_shortage",
]
AlertState = Literal["pending", "firing", "resolved"]
Severity = Literal["low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")
"""Mildest first."""


class AlertFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The numbers behind a transition, as they stood at `at`.

    `pace` is what the running month would come to if it went on as it began, `unmet` what was not filled in it and in
    the last month, `official_cpm` the CPM registered here, `treatments_at_risk` the planned treatments that the stock
    does not reach before more can come, and those that wait since it ended (absent where the plan counts none);
    `untold_use` what must have been used since
    the count and is not in the book yet (absent: 0); the rest are those of a position.
    """

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
    last_count_gap: Number | None = None
    expires_unused: Number | None = None
    unmet: Number | None = None
    pace: float | None = None
    official_cpm: float | None = None
    treatments_at_risk: int | None = None
    planned: PlannedDemand | None = None
    stand_in_cpm: float | None = None
    stand_in_source: StandInSource | None = None
    untold_use: Number = 0


PlaceRole = Literal["short", "lends", "unconfirmed"]


class AlertPlace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One position that an alert about a whole facility, or about an item everywhere, speaks of.

    `role`: `short` of the item; `lends`, for it has a surplus; `unconfirmed`, an alert of a facility that is silent.
    `alert` is the open alert of the position itself. The figures are those of `as_of`, `surplus` the pieces above the
    maximum. Of a place that was short then, `due_quantity` are the pieces still to come, null where it is not known;
    of these `late_quantity` were past their deadline (absent: 0), and of the others `next_due_on` is the first expected
    day.
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
    due_quantity: Number | None = None
    late_quantity: Number = 0
    next_due_on: dt.date | None = None


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One transition of an alert.

    `fingerprint` names condition, facility and item; `alert` this occurrence of it: both follow from the events
    alone, so a replay makes no new alert. `since` is when the condition first began, `at` when this transition was
    decided, `sequence` counts the transitions of the alert from 1. `reason` is what it says to a person in Spanish,
    `reason_en` in English. With `repeat` nothing changed: it reminds of an alert that still fires. A resolved alert
    whose condition begins again soon after goes on: same number, next sequence.

    An alert about a whole facility has no `item`, one about an item everywhere no `facility`; neither has `facts` of a
    position, and `places` lists the positions concerned, those short of the item first. One that fires is told anew
    when a place joins that it has not listed since the last reminder.
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
    repeat: bool = False
    places: tuple[AlertPlace, ...] = ()
