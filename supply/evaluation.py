"""The evaluation of a position at an instant: assess it, follow its alerts, say when to look again."""

from schemas.alerts import Alert
from supply.assessment import Assessment, Place, assess
from supply.calendar import instant
from supply.conditions import RULES
from supply.finding import NOT_APPLICABLE, Rule
from supply.ledger import Ledger
from supply.lifecycle import Transition, alert_number, fingerprint_of, follow
from supply.position import Position
from supply.rules import Rules
from supply.views import facts_of

SUPERSEDED_REASON = "Sustituida por una alerta más grave de la misma clave y unidad."
CLEARED_REASON = "La condición dejó de cumplirse: {}"


def evaluate(
    position: Position, ledger: Ledger, at_ms: int, place: Place, rules: Rules
) -> tuple[Assessment, list[Alert]]:
    """Judge a position whose entries up to `at_ms` are applied in `ledger`, and follow its alerts.

    Returns the assessment and the transitions to publish. The position is calm until the next month when its
    stock lies so high that only entries that reset the calm could make a condition hold.
    """
    assessment = assess(ledger, at_ms, position.scale, place, rules)
    alerts: list[Alert] = []
    if place.watched and (assessment.usable is not None or position.alerts):
        silenced = False
        for rule in RULES:
            timing = rules.timings[rule.condition]
            finding = NOT_APPLICABLE if assessment.usable is None else rule.judge(assessment, place, timing)
            alert, transition = follow(position.alerts.get(rule.condition), finding, at_ms, timing, silenced=silenced)
            if alert is None:
                position.alerts.pop(rule.condition, None)
            else:
                position.alerts[rule.condition] = alert
                silenced = silenced or alert.firing
            if transition is not None:
                alerts.append(_alert(rule, transition, ledger, assessment, place))
    position.evaluated_at = at_ms
    position.calm_until = place.calendar.next_month(at_ms)
    position.calm_above = _calm_above(assessment, ledger, place)
    return assessment, alerts


def is_calm(position: Position, ledger: Ledger, at_ms: int) -> bool:
    """Whether no condition can hold at an instant, so that the evaluation may be skipped."""
    return (
        at_ms < position.calm_until
        and not position.alerts
        and (ledger.on_hand is None or position.calm_above < 0 or ledger.on_hand > position.calm_above)
    )


def next_look(position: Position, ledger: Ledger, at_ms: int, place: Place) -> int:
    """The local midnight at which to look again after an evaluation.

    Without new entries only a month's end, what is due and lots can change a judgement; an open alert is looked
    at daily.
    """
    calendar = place.calendar
    if position.alerts or ((ledger.lots or ledger.orders) and not is_calm(position, ledger, at_ms)):
        return calendar.next_midnight(at_ms)
    following = calendar.next_month(at_ms)
    upcoming = position.first_entry_from(at_ms)
    return following if upcoming is None else min(following, calendar.next_midnight(upcoming))


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
    if transition.superseded:
        reason = SUPERSEDED_REASON
    elif transition.state == "resolved":
        reason = CLEARED_REASON.format(reason)
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
    )
