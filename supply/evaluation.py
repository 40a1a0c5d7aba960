"""The evaluation of a position at an instant: assess it, follow its alerts, say how long it may stay as it is."""

from typing import NamedTuple

from schemas.alerts import SEVERITIES, Alert, Condition
from supply.assessment import Assessment, Place, assess
from supply.calendar import instant
from supply.calm import is_inside, settle_down, turns_on
from supply.conditions import RULES
from supply.finding import NOT_APPLICABLE, Rule, Wording
from supply.ledger_state import Ledger
from supply.lifecycle import Ending, ResolvedAlert, Transition, alert_number, fingerprint_of, follow, is_remembered
from supply.position import Position
from supply.rules import AlertTiming, Rules
from supply.views import facts_of

ENDINGS_IN_SPANISH: dict[Ending, str] = {
    "cleared": "La condición dejó de cumplirse: {}",
    "superseded": "La sustituye otra alerta de la misma clave y unidad, que pesa más.",
    "unwatched": "La clave dejó de vigilarse en esta unidad.",
}
ENDINGS_IN_ENGLISH: dict[Ending, str] = {
    "cleared": "The condition is over: {}",
    "superseded": "Another alert of the same item and facility, which weighs more, stands in for it.",
    "unwatched": "The item is not watched at this facility any more.",
}


class Evaluation(NamedTuple):
    """An evaluated position and the transitions to publish. `quiet`: it tells people nothing that they do not know,
    so the position need not be published for it."""

    assessment: Assessment
    alerts: list[Alert]
    quiet: bool


def evaluate(position: Position, ledger: Ledger, at_ms: int, place: Place, rules: Rules) -> Evaluation:
    """Judge a position whose entries up to `at_ms` are applied in `ledger`, and follow its alerts.

    Afterwards the position is calm while it keeps to the bounds of `supply.calm`.
    """
    expired = ledger.expired
    assessment = assess(ledger, at_ms, position.scale, place, rules)
    alerts = _follow_all(position, ledger, assessment, place, rules) if place.watched or position.alerts else []
    position.looked_at = at_ms
    bounds = settle_down(position, ledger, assessment, place, rules)
    turned = ledger.expired != expired or turns_on(assessment)
    quiet = not (alerts or turned or bounds.restless) and is_inside(position, ledger)
    return Evaluation(assessment, alerts, quiet)


def _follow_all(position: Position, ledger: Ledger, assessment: Assessment, place: Place, rules: Rules) -> list[Alert]:
    told: list[Alert] = []
    at_ms, alerts = assessment.at_ms, position.alerts
    silenced: set[Condition] = set()
    for rule in RULES:
        condition = rule.condition
        alert = alerts.get(condition)
        overruled: Ending | None = None
        if not place.watched:
            overruled = "unwatched"
        elif condition in silenced:
            overruled = "superseded"
        timing = rules.timings[condition]
        finding = NOT_APPLICABLE if overruled is not None else rule.judge(assessment, place, timing)
        if alert is None and not finding.holds:
            continue
        earlier = position.resolved.get(condition)
        repeat_days = 0.0 if alert is None else rules.repeat_days[SEVERITIES[alert.severity]]
        alert, transition = follow(
            alert, finding, at_ms, timing, overruled=overruled, earlier=earlier, repeat_days=repeat_days
        )
        if alert is None:
            alerts.pop(condition, None)
        else:
            alerts[condition] = alert
            if alert.firing:
                silenced |= rule.silences
        if transition is not None:
            if transition.state == "resolved":
                position.resolved[condition] = ResolvedAlert(transition.since_ms, transition.sequence, at_ms)
            else:
                position.resolved.pop(condition, None)
            told.append(_alert(rule, transition, ledger, assessment, place, timing))
    if position.resolved:
        position.resolved = {
            condition: earlier
            for condition, earlier in position.resolved.items()
            if is_remembered(earlier, at_ms, rules.timings[condition])
        }
    return told


def _alert(
    rule: Rule, transition: Transition, ledger: Ledger, assessment: Assessment, place: Place, timing: AlertTiming
) -> Alert:
    facility, item = place.facility.facility, place.item.item
    fingerprint = fingerprint_of(rule.condition, facility, item)
    if transition.state == "resolved":
        reason = ENDINGS_IN_SPANISH[transition.ending].format(_end(rule.spanish, assessment, place, timing))
        reason_en = ENDINGS_IN_ENGLISH[transition.ending].format(_end(rule.english, assessment, place, timing))
    else:
        reason = f"{rule.spanish.explain(assessment, place)} {rule.spanish.advice}"
        reason_en = f"{rule.english.explain(assessment, place)} {rule.english.advice}"
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
        reason_en=reason_en,
        facts=facts_of(ledger, assessment, place),
        repeat=transition.repeat,
    )


def _end(wording: Wording, assessment: Assessment, place: Place, timing: AlertTiming) -> str:
    if wording.ended is None:
        return wording.explain(assessment, place)
    return wording.ended(assessment, place, timing)
