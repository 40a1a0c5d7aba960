"""The evaluation of a position at an instant: assess it, follow its alerts, say how long it may stay as it is."""

from typing import NamedTuple

from schemas.alerts import SEVERITIES, Alert, Condition
from supply.assessing import assess
from supply.assessment import Assessment, Place
from supply.calm import is_inside, settle_down, turns_on
from supply.conditions import IN_TURN
from supply.finding import NOT_APPLICABLE, Finding, Rule, timing_of
from supply.language import ENGLISH, SPANISH, Language, Sentences
from supply.ledger_state import Ledger
from supply.lifecycle import Ending, follow, remembered
from supply.notice import About, notice
from supply.position import Position
from supply.rules import AlertTiming, Rules
from supply.used_today import used_today
from supply.views import facts_of

ENDINGS: dict[Ending, Sentences] = {
    "cleared": Sentences("La condición dejó de cumplirse: {told}", "The condition is over: {told}"),
    "superseded": Sentences(
        "La sustituye la alerta «{by}» de la misma clave y unidad, que dice qué hacer. {told}",
        "The alert «{by}» of the same item and facility stands in for it, and says what to do. {told}",
    ),
    "unwatched": Sentences(
        "La clave dejó de vigilarse en esta unidad.", "The item is not watched at this facility any more."
    ),
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
    used = used_today(position.pending, ledger, at_ms, place) if position.pending else 0
    assessment = assess(ledger, at_ms, position.scale, place, rules, used)
    alerts = _follow_all(position, ledger, assessment, place, rules) if place.watched or position.alerts else []
    position.looked_at = at_ms
    bounds = settle_down(position, ledger, assessment, place, rules)
    turned = ledger.expired != expired or turns_on(assessment)
    quiet = not (alerts or turned or bounds.restless) and is_inside(position, ledger)
    return Evaluation(assessment, alerts, quiet)


def _follow_all(position: Position, ledger: Ledger, assessment: Assessment, place: Place, rules: Rules) -> list[Alert]:
    told: list[Alert] = []
    at_ms, alerts, resolved = assessment.at_ms, position.alerts, position.resolved
    silenced: dict[Condition, Rule] = {}
    for rule in IN_TURN:
        condition = rule.condition
        alert = alerts.get(condition)
        overruled: Ending | None = None
        if not place.watched:
            overruled = "unwatched"
        elif condition in silenced:
            overruled = "superseded"
        timing = timing_of(rule, rules)
        finding = NOT_APPLICABLE if overruled is not None else rule.judge(assessment, place, timing)
        if alert is None and not finding.holds and condition not in resolved:
            continue
        earlier = resolved.pop(condition, None)
        repeat_days = 0.0 if alert is None else rules.repeat_days[SEVERITIES[alert.severity]]
        alert, transition = follow(
            alert, finding, at_ms, timing, overruled=overruled, earlier=earlier, repeat_days=repeat_days
        )
        if alert is None:
            alerts.pop(condition, None)
        else:
            alerts[condition] = alert
            if alert.firing:
                for each in rule.silences:
                    silenced.setdefault(each, rule)
        earlier = remembered(earlier, transition, at_ms, timing)
        if earlier is not None:
            resolved[condition] = earlier
        if transition is not None:
            ending = transition.ending
            if ending == "superseded" and _is_over(rule.judge(assessment, place, timing)):
                # It gives way, and would have ended anyway: its reader asks why it is over.
                ending = "cleared"
            by = silenced.get(condition, rule).title
            said = Sentences(
                *[
                    language.say(*ENDINGS[ending]).format(
                        by=language.say(*by),
                        told=_why_ended(rule, ending, assessment, ledger, place, timing, language),
                    )
                    if transition.state == "resolved"
                    else _told(rule, finding, assessment, place, language)
                    for language in (SPANISH, ENGLISH)
                ]
            )
            about = About(condition, place.facility.facility, place.item.item)
            told.append(notice(about, transition, at_ms, said, facts=facts_of(ledger, assessment, place)))
    return told


def _told(rule: Rule, finding: Finding, assessment: Assessment, place: Place, language: Language) -> str:
    return f"{rule.explain(assessment, place, language)} {language.say(*rule.advise(assessment, place, finding))}"


def _is_over(finding: Finding) -> bool:
    return finding.over and not finding.frozen


def _why_ended(
    rule: Rule,
    ending: Ending,
    assessment: Assessment,
    ledger: Ledger,
    place: Place,
    timing: AlertTiming,
    language: Language,
) -> str:
    if rule.ended is None or ending != "cleared":
        return rule.explain(assessment, place, language)
    return rule.ended(assessment, ledger, place, timing, language)
