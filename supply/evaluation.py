"""The evaluation of a position at an instant: assess it, follow its alerts, say when to look again."""

from typing import NamedTuple

from schemas.alerts import SEVERITIES, Alert
from supply.assessment import Assessment, Place, assess
from supply.calendar import first_day, instant
from supply.conditions import RULES
from supply.finding import NOT_APPLICABLE, Rule
from supply.ledger import Ledger
from supply.lifecycle import Ending, ResolvedAlert, Transition, alert_number, fingerprint_of, follow, is_remembered
from supply.position import Position
from supply.rules import Rules
from supply.views import facts_of

ENDING_REASONS: dict[Ending, str] = {
    "cleared": "La condición dejó de cumplirse: {}",
    "superseded": "Sustituida por una alerta más grave de la misma clave y unidad.",
    "unwatched": "La clave dejó de vigilarse en esta unidad.",
}


class Evaluation(NamedTuple):
    """An evaluated position and the transitions to publish. `quiet`: it tells people nothing that they do not know,
    so the position need not be published for it."""

    assessment: Assessment
    alerts: list[Alert]
    quiet: bool


def evaluate(position: Position, ledger: Ledger, at_ms: int, place: Place, rules: Rules) -> Evaluation:
    """Judge a position whose entries up to `at_ms` are applied in `ledger`, and follow its alerts.

    Afterwards the position is calm while its stock lies so high that only entries that reset the calm, or the day
    `calm_until`, could make a condition hold or change what is published of it.
    """
    expired, alarmed = ledger.expired, bool(position.alerts)
    assessment = assess(ledger, at_ms, position.scale, place, rules)
    alerts = _follow_all(position, ledger, assessment, place, rules)
    turned = ledger.expired != expired or _turns_on(assessment)
    position.looked_at = at_ms
    position.calm_above = _calm_above(assessment, ledger, place)
    # A CPM of the running month or a rolling window changes with every piece and day.
    lasting = place.chosen.policy.window == "complete_months"
    position.calm_until = place.calendar.midnight(_next_turn(assessment, ledger)) if lasting else 0
    quiet = not (alarmed or position.alerts or turned) and _is_high(position, ledger)
    return Evaluation(assessment, alerts, quiet)


def _follow_all(position: Position, ledger: Ledger, assessment: Assessment, place: Place, rules: Rules) -> list[Alert]:
    if not (position.alerts or (place.watched and assessment.usable is not None)):
        return []
    alerts: list[Alert] = []
    overruled: Ending | None = None if place.watched else "unwatched"
    at_ms = assessment.at_ms
    for rule in RULES:
        timing = rules.timings[rule.condition]
        finding = NOT_APPLICABLE if assessment.usable is None else rule.judge(assessment, place, timing)
        alert = position.alerts.get(rule.condition)
        if alert is None and (overruled is not None or not finding.holds):
            continue
        earlier = position.resolved.get(rule.condition)
        repeat_days = 0.0 if alert is None else rules.repeat_days[SEVERITIES[alert.severity]]
        alert, transition = follow(
            alert, finding, at_ms, timing, overruled=overruled, earlier=earlier, repeat_days=repeat_days
        )
        if alert is None:
            position.alerts.pop(rule.condition, None)
        else:
            position.alerts[rule.condition] = alert
            if alert.firing:
                overruled = "superseded"
        if transition is not None:
            if transition.state == "resolved":
                position.resolved[rule.condition] = ResolvedAlert(transition.since_ms, transition.sequence, at_ms)
            else:
                position.resolved.pop(rule.condition, None)
            alerts.append(_alert(rule, transition, ledger, assessment, place))
    if position.resolved:
        position.resolved = {
            condition: earlier
            for condition, earlier in position.resolved.items()
            if is_remembered(earlier, at_ms, rules.timings[condition])
        }
    return alerts


def is_calm(position: Position, ledger: Ledger, at_ms: int) -> bool:
    """Whether no condition can hold at an instant, so that the evaluation may be skipped."""
    return at_ms < position.calm_until and not position.alerts and _is_high(position, ledger)


def _is_high(position: Position, ledger: Ledger) -> bool:
    return ledger.on_hand is None or position.calm_above < 0 or ledger.on_hand > position.calm_above


def next_look(position: Position, ledger: Ledger, at_ms: int, place: Place) -> int:
    """The local midnight at which to look again after an evaluation.

    Without new entries only a month's end, what is due and lots can change a judgement; an open alert is looked
    at daily.
    """
    calendar = place.calendar
    if position.alerts or ((ledger.lots or ledger.orders) and not is_calm(position, ledger, at_ms)):
        return calendar.next_midnight(at_ms)
    following = position.calm_until if position.calm_until > at_ms else calendar.next_month(at_ms)
    upcoming = position.first_entry_from(at_ms)
    return following if upcoming is None else min(following, calendar.next_midnight(upcoming))


def _turns_on(assessment: Assessment) -> bool:
    """Whether the calendar alone changes what is published that day: a month begins, or an arrival is late."""
    day = assessment.day
    return day == first_day(assessment.month) or any(line.latest_day == day - 1 for line in assessment.due)


def _next_turn(assessment: Assessment, ledger: Ledger) -> int:
    """The next day on which the calendar alone changes what is published: see `_turns_on`, or a lot expires."""
    day = first_day(assessment.month + 1)
    if ledger.lots:
        day = min(day, ledger.lots[0][0] + 1)
    for line in assessment.due:
        if line.latest_day >= assessment.day:
            day = min(day, line.latest_day + 1)
    return day


def _calm_above(assessment: Assessment, ledger: Ledger, place: Place) -> int:
    """The stock, in smallest units, above which no condition of `RULES` can hold before the month is over: more than
    the minimum, and more than the lead time uses, even if every known lot went to waste. Below zero: none ever can."""
    if not place.watched:
        return -1
    lead_time_use = assessment.daily_use * (place.levels.lead_time_days + 1)
    minimum = (assessment.cpm.value or 0.0) * place.levels.min_months
    lots = sum(amount for _, amount, _ in ledger.lots)
    return int(max(lead_time_use, minimum) * assessment.scale) + 1 + lots


def _alert(rule: Rule, transition: Transition, ledger: Ledger, assessment: Assessment, place: Place) -> Alert:
    facility, item = place.facility.facility, place.item.item
    fingerprint = fingerprint_of(rule.condition, facility, item)
    reason = rule.explain(assessment, place)
    if transition.state == "resolved":
        reason = ENDING_REASONS[transition.ending].format(reason)
    return Alert(
        alert=alert_number(fingerprint, transition.since_ms),
        fingerprint=fingerprint,
        condition=rule.condition,
        facility=facility,
        item=item,
        state=transition.state,
        severity=transition.severity,
        since=instant(transition.since_ms),
        at=instant(assessment.at_ms),
        sequence=transition.sequence,
        reason=reason,
        facts=facts_of(ledger, assessment, place),
        repeat=transition.repeat,
    )
