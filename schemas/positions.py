"""Positions out: one exact stock position per facility and item, with every number's inputs."""

import datetime as dt
from typing import Literal

import msgspec

from schemas.events import Instant

Status = Literal["out", "critical", "low", "adequate", "surplus", "no_consumption", "unknown"]
CpmState = Literal["ok", "uncorrected", "insufficient"]
StandInSource = Literal["registered", "before"]
LeadTimeSource = Literal["observed", "catalogue", "rules"]
Number = int | float


class CpmInputs(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a CPM was computed from: policy and method, months used and left out, pieces and days out in them.

    `state` is `insufficient` when there is no figure, `uncorrected` when the item was out all the time and the
    plain mean stands in. `month_days` is null where a month has the calendar's days. `consumption` says what counted
    here (`dispensed`, `issued`, `both`; `issued_to_services`: where nothing is dispensed, what was issued but not to
    another facility), `unmet` how many pieces of unmet demand were counted beside `pieces` (null: they are shown
    apart), and `chosen_by` what the choice of the policy named (empty: it holds everywhere). `days_gone` are those of
    the running month, which enters as that share of a month (null: it does not enter, or the window is one of days).
    `spread_month` is the month of which only some days lie in the window, where what was used on which day is not
    known: its use was spread evenly over its days (null: every day is known). The rest are the policy's parameters; one
    that is missing has its default.
    """

    state: CpmState
    policy: str
    method: str
    window_months: int
    month_days: float | None
    months_used: tuple[str, ...]
    months_left_out: tuple[str, ...]
    pieces: Number
    days_out: int
    consumption: str = "dispensed"
    window: str = "complete_months"
    window_days: str = "nominal"
    full_month_out: str = "left_out"
    idle_months: str = "counted"
    before_first: str = "left_out"
    least_months: int = 1
    least_days: int = 0
    unmet: Number | None = None
    rounding: str = "none"
    chosen_by: tuple[str, ...] = ()
    days_gone: float | None = None
    spread_month: str | None = None


class DueArrival(msgspec.Struct, frozen=True, gc=False):
    """Pieces of an order line still to come; `late` once its deadline (else its expected day) has passed."""

    order: str
    line: str | None
    quantity: Number
    expected_on: dt.date
    deadline: dt.date | None
    late: bool
    supplier: str | None = None
    origin: str | None = None


class MonthTotals(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One calendar month of a position, local time. `consumption` is what counts for the kind of facility;
    `reported` marks a total that came as one sheet. `closing` is what could be handed out at the end of the month (the
    midnight that begins the next) by the counts and movements known, missing (null) where it is not known: the month
    is not over, the item had not been counted by then, or a release that did not keep it closed the month. A month
    that is there for its `closing` alone has zeros: nothing else was told of it. `by_counts` are pieces of
    `consumption` that no event told of: counts found them missing where nothing was recorded as leaving for more than a
    month (0 where it is missing)."""

    month: str
    consumption: Number
    dispensed: Number
    issued: Number
    returned: Number
    unmet: Number
    days_out: int
    reported: bool
    closing: Number | None = None
    by_counts: Number = 0


class SupplierLeadTime(msgspec.Struct, frozen=True, gc=False):
    """The days from the order of a line to the day it was whole, of the newest deliveries of a supplier: a company,
    else the facility of origin; null: the orders name none. The days are null for fewer than five deliveries."""

    supplier: str | None
    number: int
    median_days: int | None
    p90_days: int | None


class OrderMonth(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The order lines that should have been whole by a day of a month: those decided (whole, or past their deadline),
    of these the complete ones, and of these the ones on time; those cancelled before anything came, and those not over
    yet. A number that is missing is 0."""

    month: str
    decided: int = 0
    complete: int = 0
    complete_on_time: int = 0
    cancelled: int = 0
    not_over: int = 0


class PlannedDemand(msgspec.Struct, frozen=True, gc=False):
    """Pieces planned to be used from now to the last planned day; of the treatments they are for,
    `treatments_at_risk` are those that the stock does not reach before more can come, and those that have waited since
    the shelf is empty (null where the plan counts none)."""

    until: dt.date
    pieces: Number
    treatments_at_risk: int | None = None


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """The stock position of one item in one facility.

    `version` rises by one with every publication. `on_hand` is the book (it may be below zero: a data-quality
    fault), `usable` what can be handed out: never below zero, expired lots not counted. `cover_days` = usable / CPM
    x month days, `target` the pieces to have: CPM x `target_months`, rounded up. An item that was out in every
    month of the window has no CPM to reckon with: `stand_in_cpm` is what cover, target, projection and status
    reckon with in its place, the CPM `registered` for the place or the one from `before` it was out; null
    otherwise. The projected stock-out dates lie within the horizon or are null. `expires_unused` are pieces that
    will pass their date before they are needed, null where the stock is not known. `last_count_gap` = counted -
    book at the latest count, less what monthly sheets say was used between this count and the one before; null while
    a sheet is awaited that may explain it. `last_event_at` is the last event that tells of the shelf: what is ordered
    and cancelled tells of purchasing. `months` are the months kept; `rolled_months` those that were dropped from them
    since the last publication, as they last were (of a long backlog there may be many). `lead_time_days` are the
    days from order to shelf that status and alerts reckon with; they stand in the `catalogue` for the item, else in
    the `rules` for the kind of facility, or were `observed` to be more. `lead_times` are the observed ones, the
    supplier that delivered last in front: the first with five deliveries is looked at. `planned` is the use that
    a demand profile of the catalogue says, and that cover, projection, status and surplus follow in place of the
    CPM; null where there is none. `orders` say what became of order lines, by the month they were due in, for the
    running month, the twelve before and those to come. `surplus` are the whole pieces above the maximum, which may
    be lent, and all of a stock of which nothing is used: 0 with any other status, and while an alert fires that puts
    it in doubt. `untold_use` are the pieces of `usable` that must have been used since the last count and are not in
    the book yet, where use is told by monthly sheets: cover, projection, status, surplus and `expires_unused` reckon
    without them. A number that is not known is null, never 0.
    """

    facility: str
    item: str
    as_of: Instant
    version: int
    on_hand: Number | None
    usable: Number | None
    status: Status
    cpm: float | None
    cpm_inputs: CpmInputs
    official_cpm: float | None
    cover_days: float | None
    due: tuple[DueArrival, ...]
    due_quantity: Number
    projected_stockout_on: dt.date | None
    projected_stockout_on_without_due: dt.date | None
    expires_unused: Number | None
    last_count_on: dt.date | None
    last_count_gap: Number | None
    last_event_at: Instant | None
    months: tuple[MonthTotals, ...]
    rolled_months: tuple[MonthTotals, ...] = ()
    target: int | None = None
    lead_time_days: int | None = None
    lead_time_source: LeadTimeSource | None = None
    lead_times: tuple[SupplierLeadTime, ...] = ()
    planned: PlannedDemand | None = None
    orders: tuple[OrderMonth, ...] = ()
    surplus: int | None = None
    target_months: float | None = None
    stand_in_cpm: float | None = None
    stand_in_source: StandInSource | None = None
    untold_use: Number = 0
