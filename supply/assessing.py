"""Judging a position at an instant: CPM, cover, what is due, projection and status, each with its inputs."""

from supply.assessment import Assessment, Place
from supply.by_day import forget_days
from supply.calendar import LocalCalendar, days_in_month, first_day
from supply.catalogue import valid_on
from supply.cover import days_of_stock, months_of_stock
from supply.cpm import cpm
from supply.cpm_window import days_gone
from supply.demand import Plan, done_of, first_use_after, lasts_for, planned_from, use_from
from supply.lead_times import LEAST_DELIVERIES, LeadTime, observed
from supply.ledger import forget
from supply.ledger_state import Ledger
from supply.month_ends import close_months
from supply.need import is_needed
from supply.observed import heard_at, observe, use_by_month, use_so_far
from supply.order_book import known_deliveries
from supply.outflow import outflow_of
from supply.planned_month import planned_month
from supply.projection import Projection, first_without, project, unused_at_expiry
from supply.rules import Rules
from supply.shelf import accrue_days_out, expire
from supply.stand_in import stand_in, tells_nothing
from supply.status import status_of
from supply.treatments import treatments_at_risk
from supply.untold import NOTHING_UNTOLD, Reckoning, lots_left, untold_use
from supply.waiting import NOBODY_WAITS, after_those, waiting, with_those


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
