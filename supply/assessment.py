"""A position judged at an instant: CPM, cover, what is due, projection and status, each with its inputs.

Everything that shows or compares these numbers reads one assessment, so two screens cannot disagree.
"""

from typing import NamedTuple

from schemas.catalogue import Facility, Item
from schemas.positions import Status
from supply.by_day import forget_days
from supply.calendar import LocalCalendar, days_in_month, first_day
from supply.catalogue import RegisteredFrom, valid_on
from supply.cover import days_of_stock, months_of_stock
from supply.cpm import Cpm, cpm
from supply.cpm_policy import Outflow
from supply.cpm_presets import ABASTO
from supply.cpm_window import days_gone
from supply.demand import Plan, Use, done_of, first_use_after, lasts_for, planned_from, use_from
from supply.lead_times import LEAST_DELIVERIES, LeadTime, observed
from supply.ledger import forget
from supply.ledger_state import Ledger
from supply.month_ends import close_months
from supply.need import is_needed
from supply.observed import (
    NOTHING_OBSERVED,
    Observed,
    heard_at,
    observe,
    observed_use,
    use_by_month,
    use_so_far,
)
from supply.order_book import known_deliveries
from supply.orders import OrderLine
from supply.outflow import outflow_of
from supply.planned_month import PlannedMonth, planned_month
from supply.policy_choice import Chosen
from supply.projection import Projection, first_without, project, unused_at_expiry
from supply.rules import MONTHS_KEPT_BEYOND_WINDOW, Rules, StockLevels
from supply.shelf import accrue_days_out, expire
from supply.stand_in import StandIn, stand_in, tells_nothing
from supply.status import status_of
from supply.treatments import treatments_at_risk
from supply.untold import NOTHING_UNTOLD, Reckoning, Untold, lots_left, untold_use
from supply.waiting import NOBODY_WAITS, Waiting, after_those, waiting, with_those

FADES_AFTER_DAYS = 7
"""Without news for longer, at the end of a CPM's window, what is short is not called over. Such a stock is dated."""
STALE_AFTER_DAYS = 31
"""Without news for longer nothing is offered to others: an item that is used once a month may have less."""


class Place(NamedTuple):
    """Where and what a position is, from the catalogue, with the rules that apply there. `official`: the CPM registered
    for it, (first day, pieces a month), by day."""

    facility: Facility
    item: Item
    calendar: LocalCalendar
    levels: StockLevels
    watched: bool
    chosen: Chosen = Chosen(ABASTO)
    plan: Plan | None = None
    official: tuple[RegisteredFrom, ...] = ()

    @property
    def months_kept(self) -> int:
        """Months of consumption that a position here keeps."""
        return self.chosen.policy.window_months + MONTHS_KEPT_BEYOND_WINDOW

    def is_planned(self, day: int) -> bool:
        """Whether the use on some day from this one on is planned."""
        return self.plan is not None and self.plan.last_day >= day


class Assessment(NamedTuple):
    """A judged position. Quantities are in pieces, `on_hand` and the order lines in `1/scale` of a piece; days are
    local days by `date.toordinal()`, `month` the local month. `needed`: the item is used or asked for here.
    `daily_use`, `cover_days` and `months` (of stock) are those of the CPM, or of what stands in for it (`instead`);
    cover and months of a planned use where there is a plan."""

    at_ms: int
    day: int
    month: int
    scale: int
    on_hand: int | None
    usable: float | None
    needed: bool
    cpm: Cpm
    daily_use: float
    cover_days: float | None
    due: tuple[OrderLine, ...]
    projection: Projection
    status: Status
    lead_time: LeadTime
    planned: float | None = None
    """Pieces planned from today to the end of the plan, `None` where nothing is."""
    observed: Observed = NOTHING_OBSERVED
    use: Use = ((0, 0.0),)
    """What is reckoned to be used: the CPM's daily use, or what is planned."""
    heard_day: int | None = None
    """The day of the last event that tells of the shelf."""
    months: float | None = None
    month_days: float = 30.0
    """Days of a month by the policy of the CPM."""
    instead: StandIn | None = None
    by_month: tuple[tuple[int, float], ...] = ()
    """The use, in pieces, of the last six whole months (`supply.observed.use_by_month`), where a CPM is registered."""
    planned_until: int | None = None
    """The last planned day."""
    treatments_at_risk: int | None = None
    """Planned treatments that wait, and those that the stock does not reach before more can come; `None` where that is
    not known."""
    horizon_days: int = 180
    """How far the projection looks."""
    unheard_days: int = 0
    """Days at the end of the CPM's window of which nothing was heard of the item; with a plan those since the first use
    that was foretold and of which nothing was heard: its days are over and make what is left to be used less."""
    plan_short_in: int | None = None
    """Where a use is planned, days until the first one that the stock, with what is due, does not serve."""
    untold: Untold = NOTHING_UNTOLD
    """What must have been used since the count and is not in the book yet; `usable` and `on_hand` still hold it."""
    outflow: Outflow = "dispensed"
    """What counts as consumption (`supply.outflow`)."""
    waits: Waiting = NOBODY_WAITS
    """Who went without a planned use since the shelf is empty."""
    planned_month: PlannedMonth | None = None
    """What was foreseen of this month's use, where a plan has begun."""

    @property
    def left(self) -> float:
        """Usable pieces without the untold use: what all that looks ahead reckons with."""
        return max(0.0, (self.usable or 0.0) - self.untold.pieces)

    @property
    def fades(self) -> bool:
        """Whether what is needed may fall for want of news of the item alone: nothing says then that it is less."""
        return self.unheard_days > FADES_AFTER_DAYS

    @property
    def is_stale(self) -> bool:
        """Whether so much of it may be want of news that what seems too much is not to be counted on."""
        return self.unheard_days > STALE_AFTER_DAYS

    @property
    def short_in(self) -> int | None:
        """Days until somebody goes without, with what is due: the stock-out, but where a use is planned an empty shelf
        leaves nobody without until the next planned day, unless somebody waits."""
        if self.planned is None:
            return self.projection.days_with_due
        return 0 if self.waits.pieces else self.plan_short_in

    @property
    def plan_is_safe(self) -> bool:
        """Whether a use is planned and nobody goes without before what would be ordered today is there."""
        return self.planned is not None and (self.short_in is None or self.short_in > self.lead_time.days)

    @property
    def observed_cpm(self) -> float | None:
        """The CPM where it observes a use; `None` where it does not tell what is needed."""
        return None if self.instead is not None else observed_use(self.cpm)


def lead_time_of(ledger: Ledger, place: Place) -> LeadTime:
    """The item's own lead time, else that of the facility's kind, or the observed one where that is longer: what was
    scheduled may have been a notice of dispatch, and nobody can tell it from an order that was quick."""
    choice, stated = place.levels.observed_lead_time, place.levels.lead_time_days
    if choice != "off" and len(ledger.deliveries) + len(ledger.orders) >= LEAST_DELIVERIES:
        days = observed(known_deliveries(ledger), 9 if choice == "p90" else 5)
        if days is not None and days > stated:
            return LeadTime(days, "observed")
    return LeadTime(stated, "rules" if place.item.lead_time_days is None else "catalogue")


def first_whole_month(ledger: Ledger, calendar: LocalCalendar) -> int:
    """The first month in which the item was here from the first day on; a far one when it was not here yet."""
    if ledger.here_from is None:
        return 12 * 10_000
    day = calendar.day(ledger.here_from)
    month = calendar.month_of_day(day)
    return month if day == first_day(month) else month + 1


def _bring_up(ledger: Ledger, at_ms: int, day: int, month: int, place: Place) -> None:
    """Do in a ledger what time alone does."""
    calendar = place.calendar
    if at_ms >= ledger.closes_at:
        close_months(ledger, at_ms, calendar)
    expire(ledger, day, calendar)
    accrue_days_out(ledger, at_ms, calendar)
    forget(ledger, month - place.months_kept, day)
    if ledger.days is not None:
        forget_days(ledger.days, place.chosen.policy, day)


def _unheard_days(heard_day: int, day: int, window_ends: int, plan: Plan | None, daily_use: float) -> int:
    """`Assessment.unheard_days`; `window_ends` is the day after the CPM's window."""
    if plan is None:
        return max(0, window_ends - heard_day)
    unheard_from = first_use_after(plan, heard_day, day, daily_use)
    return 0 if unheard_from is None else day - unheard_from


def _reckoning(place: Place, first_month: int, scale: int) -> Reckoning:
    return Reckoning(place.calendar, place.facility.kind, place.chosen, place.plan, place.official, first_month, scale)


def assess(ledger: Ledger, at_ms: int, scale: int, place: Place, rules: Rules, used_today: int = 0) -> Assessment:
    """Judge a position whose entries up to `at_ms` are applied, and of which so much was used on the day of `at_ms`
    (`supply.used_today`): it is not used once more.

    Lots that expired by then leave the ledger's stock, and days out of stock up to then and the stock at the end of
    months that are over are written to their months.
    """
    calendar = place.calendar
    day = calendar.day(at_ms)
    month = calendar.month_of_day(day)
    _bring_up(ledger, at_ms, day, month, place)
    policy = place.chosen.policy
    kind, first_month = place.facility.kind, first_whole_month(ledger, calendar)
    outflow = outflow_of(ledger.months, policy, kind)
    gone = 0.0 if policy.window == "complete_months" else days_gone(policy, at_ms, day, calendar)
    consumption = cpm(ledger, kind, place.chosen, month, first_month, scale, days_gone=gone)
    month_days = policy.month_days or days_in_month(month)
    official = valid_on(place.official, day)
    # Of what was never counted nobody knows whether it is missed: it may be there for an order alone.
    missed = None if ledger.on_hand is None else official
    needed = is_needed(ledger, policy, kind, consumption.value, month, first_month, missed)
    silent = needed and tells_nothing(consumption)
    instead = stand_in(ledger, kind, place.chosen, month, first_month, scale, official) if silent else None
    a_month = consumption.value if instead is None else instead.cpm
    daily_use = (a_month or 0.0) / month_days
    usable = None if ledger.on_hand is None else max(0, ledger.on_hand) / scale
    sheets = needed and ledger.sheet_at is not None
    untold = untold_use(ledger, day, _reckoning(place, first_month, scale)) if sheets else NOTHING_UNTOLD
    left = None if usable is None else max(0.0, usable - untold.pieces)
    lots = lots_left(ledger, day, scale, untold.pieces) if ledger.lots else ()
    due = tuple(line for line in ledger.orders.values() if line.outstanding > 0)
    lead_time = lead_time_of(ledger, place)
    # Who waits longer for an order than projections look must still be told in time to give it.
    horizon_days = max(rules.horizon_days, lead_time.days)
    plan = place.plan if place.is_planned(day) else None
    done = min(used_today / scale, daily_use) if plan is None else done_of(plan, day, used_today / scale)
    seen = observe(ledger, outflow, at_ms, month, scale, calendar, lots)
    waits = NOBODY_WAITS if place.plan is None else waiting(place.plan, ledger, day, seen.unmet, scale, calendar)
    needed = needed or waits.pieces > 0 or (plan is not None and planned_from(plan, day, horizon_days) > done)
    projection = Projection(None, None, 0.0)
    arrivals = [(on - day, line.outstanding / scale) for line in due if (on := line.arrives_on(day)) is not None]
    use_known = a_month is not None
    before_plan = None if use_known or plan is None else use_so_far(ledger, outflow, day, scale, calendar)
    use = use_from(plan, day, daily_use, done, before_plan)
    if left is not None:
        projection = project(left, use, lots, arrivals, horizon_days)
    cover_days = months = at_risk = None
    short_in = projection.days_with_due
    if plan is None and left is not None:
        cover_days, months = days_of_stock(left, daily_use), months_of_stock(left, a_month)
    elif plan is not None and left is not None:
        cover_days = lasts_for(left, use)
        months = None if cover_days is None else cover_days / month_days
        changes = sorted([*arrivals, *unused_at_expiry(lots, use)])
        short_in = None if short_in is None else first_without(left, use, changes, horizon_days, scale)
        at_risk = treatments_at_risk(plan, day, left, use, after_those(waits, changes), lead_time.days, scale)
    heard_day = None if (heard := heard_at(ledger)) is None else calendar.day(heard)
    window_ends = first_day(month) if policy.window == "complete_months" else day
    return Assessment(
        at_ms=at_ms,
        day=day,
        month=month,
        scale=scale,
        on_hand=ledger.on_hand,
        usable=usable,
        needed=needed,
        cpm=consumption,
        daily_use=daily_use,
        cover_days=cover_days,
        due=due,
        projection=projection,
        status=status_of(
            usable,
            months,
            short_in,
            place.levels,
            lead_time.days,
            use_known=use_known,
            planned=plan is not None,
        ),
        lead_time=lead_time,
        planned=None if plan is None else planned_from(plan, day) - done,
        observed=seen,
        use=use,
        months=months,
        month_days=month_days,
        instead=instead,
        by_month=use_by_month(ledger, outflow, month, first_month, scale) if place.official else (),
        planned_until=None if plan is None else plan.last_day,
        treatments_at_risk=with_those(waits, at_risk),
        plan_short_in=None if plan is None else short_in,
        heard_day=heard_day,
        horizon_days=horizon_days,
        unheard_days=0 if heard_day is None else _unheard_days(heard_day, day, window_ends, plan, daily_use),
        untold=untold,
        outflow=outflow,
        waits=waits,
        planned_month=None if plan is None else planned_month(plan, ledger, day, month, daily_use, before_plan, done),
    )
