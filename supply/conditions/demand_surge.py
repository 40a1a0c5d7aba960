"""`demand_surge` (alza de consumo): this month's pace is far above the CPM. Source: design section 5; `supply.pace`."""

import math

from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.calendar import days_in_month, first_day
from supply.finding import NOT_APPLICABLE, Finding, Rule, severity_for
from supply.language import Language, Sentences, date_of
from supply.pace import pace
from supply.rules import AlertTiming

TOLD_FROM_SHARE = 0.25
"""A week of the month: before that one large issue makes a large pace."""
MORE_THAN_A_MONTH = 1.25
"""Where the use of a month leaves in one issue, that issue is no surge; a quarter more than a month's use is."""
END_TOLD_WITHIN_DAYS = 366
"""Nobody acts today on an end that is further away."""


def _surge_from(cpm: float, share_gone: float, above: float, pieces: float) -> float:
    """What must have been used by a share of the month for a pace of `1 + above` times the CPM, and no less than a
    quarter more than a whole month and than `pieces` more than the CPM says by then."""
    return max(cpm * share_gone * (1.0 + above), cpm * MORE_THAN_A_MONTH, cpm * share_gone + pieces)


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters when the pace is `enter_share` above the CPM and a quarter more than a month's use is gone already, and
    `enter_pieces` more than by now; leaves when the pace is below `leave_share`. Before a quarter of the month is gone
    nothing begins or ends.

    High when the stock would not last the lead time at that pace, else medium.
    """
    seen, cpm = assessment.observed, assessment.cpm.value
    if cpm is None or cpm <= 0:
        return NOT_APPLICABLE
    if seen.share_gone < TOLD_FROM_SHARE:
        return Finding(holds=False, over=False, severity=severity_for("medium", place.item.ven))
    holds = seen.used >= _surge_from(cpm, seen.share_gone, timing.enter_share, timing.enter_pieces)
    if not holds and seen.used < cpm * seen.share_gone * (1.0 + timing.leave_share):
        return NOT_APPLICABLE
    rate = (pace(seen.used, seen.share_gone) or 0.0) / days_in_month(assessment.month)
    short = assessment.usable is not None and assessment.usable <= rate * assessment.lead_time.days
    return Finding(holds, over=False, severity=severity_for("high" if short else "medium", place.item.ven))


def keep(assessment: Assessment, _place: Place, timing: AlertTiming, is_open: bool, bounds: Bounds) -> None:
    """Less is used this month than a surge would take by now, or by its first quarter. Before that an alert stays."""
    cpm, seen = assessment.cpm.value, assessment.observed
    young = seen.share_gone < TOLD_FROM_SHARE
    if is_open:
        if not young or cpm is None or cpm <= 0:
            bounds.never()
            return
    elif cpm is None or cpm <= 0:
        return
    enters = _surge_from(cpm, max(TOLD_FROM_SHARE, seen.share_gone), timing.enter_share, timing.enter_pieces)
    if young and (is_open or seen.used >= enters):
        bounds.until(first_day(assessment.month) + math.ceil(days_in_month(assessment.month) * TOLD_FROM_SHARE))
    else:
        bounds.use_below(enters)


def _ends_at_pace(assessment: Assessment) -> int | None:
    """The day on which the stock ends at this pace, without what is due; `None` when there is none any more, or the end
    is too far away to act on."""
    found = pace(assessment.observed.used, assessment.observed.share_gone)
    if not assessment.usable or not found:
        return None
    days = int(assessment.usable * days_in_month(assessment.month) / found)
    return assessment.day + days if days <= END_TOLD_WITHIN_DAYS else None


def explain(assessment: Assessment, _place: Place, language: Language) -> str:
    """The sentence of the alert."""
    seen, ends = assessment.observed, _ends_at_pace(assessment)
    used = language.pieces(seen.used)
    at_pace = language.a_month(pace(seen.used, seen.share_gone) or 0.0)
    told = language.say(f"Van {used} este mes, ritmo de {at_pace}", f"{used} used this month, a pace of {at_pace}")
    if ends is not None:
        told += f"; {language.say('a ese ritmo se agota el', 'at that pace it runs out on')} {date_of(ends)}"
    return f"{told}; {language.standing(assessment)}."


RULE = Rule(
    "demand_surge",
    Sentences("Alza de consumo", "Surge in demand"),
    # Twice the use: half as much again comes by chance where a dozen patients make a month.
    AlertTiming(hold_days=1.0, clear_days=1.0, enter_share=1.0, leave_share=0.5, enter_pieces=3.0),
    judge,
    keep,
    explain,
    Sentences(
        "Confirme si hay más pacientes y, si es así, aumente el próximo pedido.",
        "Find out whether there are more patients and, if so, raise the next order.",
    ),
    silences=frozenset({"surplus"}),
)
