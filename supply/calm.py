"""When a position need not be evaluated, and when it must be looked at again.

An evaluation that would tell people nothing new is skipped. Conditions narrow the bounds within which they would say
nothing new (`Rule.keep`), and a position is calm while it stays inside them. Beside that only the calendar changes
what is published: a month begins, an arrival becomes late, a lot expires, a time of an open alert runs out.
"""

from schemas.alerts import SEVERITIES
from supply.assessment import Assessment, Place
from supply.bounds import UNBOUNDED, Bounds
from supply.calendar import first_day
from supply.conditions import RULES
from supply.cpm_window import consumption_of, happened
from supply.finding import timing_of
from supply.ledger_state import Ledger
from supply.lifecycle import may_change_at
from supply.outflow import outflow_of
from supply.position import Position
from supply.rules import Rules
from supply.sheets import share_untold


def settle_down(position: Position, ledger: Ledger, assessment: Assessment, place: Place, rules: Rules) -> Bounds:
    """Note, after an evaluation, the bounds within which the position is calm."""
    bounds = _bounds(position, ledger, assessment, place, rules)
    position.turns_at = place.calendar.midnight(bounds.until_day)
    # A CPM of the running month or a rolling window changes with every piece and day.
    lasting = place.chosen.policy.window == "complete_months" and not bounds.restless
    until_ms = position.turns_at if lasting else 0
    position.calm.begin(bounds, assessment.month, assessment.lead_time.days, until_ms, assessment.outflow)
    if position.alerts and not is_inside(position, ledger):
        # Where the stock comes back inside, an open alert gets milder: that is news, and no calm.
        position.calm.end()
    return bounds


def _bounds(position: Position, ledger: Ledger, assessment: Assessment, place: Place, rules: Rules) -> Bounds:
    bounds = Bounds(assessment.scale, assessment.day, assessment.horizon_days, first_day(assessment.month + 1))
    if place.is_planned(assessment.day):
        # What is planned next changes from day to day.
        bounds.never()
    if assessment.untold.goes_on:
        # Less is left every day without any event.
        bounds.never()
        bounds.until(assessment.day + 1)
    if place.chosen.policy.window != "complete_months" and _moves_by_itself(ledger, assessment, place):
        # What is published must be what a peer's user finds today.
        bounds.never()
        bounds.until(assessment.day + 1)
    if ledger.lots:
        bounds.until(ledger.lots[0][0] + 1)
    for line in assessment.due:
        if line.latest_day >= assessment.day:
            bounds.until(line.latest_day + 1)
    if not place.watched:
        return bounds
    alerts = position.alerts
    if alerts:
        calendar = place.calendar
        for rule in RULES:
            alert = alerts.get(rule.condition)
            if alert is not None:
                timing = timing_of(rule, rules)
                rule.keep(assessment, place, timing, True, bounds)
                if bounds.restless:
                    # Looked at tomorrow whatever the others say.
                    return bounds
                changes_at = may_change_at(alert, timing, rules.repeat_days[SEVERITIES[alert.severity]])
                if changes_at is not None:
                    bounds.until(calendar.day(calendar.next_midnight(changes_at - 1)))
    for rule in RULES:
        if rule.condition not in alerts:
            rule.keep(assessment, place, timing_of(rule, rules), False, bounds)
    return bounds


def _moves_by_itself(ledger: Ledger, assessment: Assessment, place: Place) -> bool:
    """Whether a figure over days changes with the days alone: as long as anything happened in the months that the
    window reaches, or reached yesterday."""
    # Sixty months of 31 days reach two months further back than sixty of the calendar.
    oldest = assessment.month - place.chosen.policy.window_months - 2
    return any(month >= oldest and happened(record) for month, record in ledger.months.items())


def is_calm(position: Position, ledger: Ledger, at_ms: int) -> bool:
    """Whether no condition can say anything new at an instant, so that the evaluation may be skipped."""
    calm = position.calm
    if at_ms >= calm.until or not is_inside(position, ledger):
        return False
    calendar = position.place.calendar
    if ledger.sheet_at is not None and share_untold(ledger.months, calm.outflow, calendar.month(at_ms)) > 0:
        # What is not told of is used day by day, and a return may be what makes sheets the custom once more.
        return False
    record = ledger.months.get(calm.month)
    if record is None:
        return True
    outflow, place = calm.outflow, position.place
    # What counts as use changes with a piece that leaves the other way, and with nothing else before the month is over.
    other_way = record.issued if outflow == "dispensed" else record.dispensed
    if other_way and outflow_of(ledger.months, place.chosen.policy, place.facility.kind) != outflow:
        return False
    return calm.used_below == UNBOUNDED or consumption_of(record, outflow) < calm.used_below


def is_inside(position: Position, ledger: Ledger) -> bool:
    """Whether the stock keeps to its bounds."""
    return ledger.on_hand is None or position.calm.above < ledger.on_hand <= position.calm.up_to


def next_look(position: Position, ledger: Ledger, at_ms: int, place: Place) -> int:
    """The local midnight at which to look again after an evaluation.

    Without new entries only the calendar, what is due and lots can change a judgement; an open alert whose condition
    may change any day, a planned use and a figure over days are looked at daily.
    """
    calendar = place.calendar
    calm = is_calm(position, ledger, at_ms)
    planned = place.plan is not None and place.is_planned(calendar.day(at_ms))
    if not calm and (position.alerts or ledger.lots or ledger.orders or planned):
        return calendar.next_midnight(at_ms)
    following = position.calm.until if calm else position.turns_at
    if following <= at_ms:
        following = calendar.next_month(at_ms)
    upcoming = position.first_entry_from(at_ms)
    return following if upcoming is None else min(following, calendar.next_midnight(upcoming))


def turns_on(assessment: Assessment) -> bool:
    """Whether the calendar alone changes what is published that day: a month begins, or an arrival is late."""
    day = assessment.day
    return day == first_day(assessment.month) or any(line.latest_day == day - 1 for line in assessment.due)
