"""`demand_surge` (alza de consumo): this month's pace is far above the CPM. Source: design section 5; `supply.pace`."""

import math

from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.calendar import days_in_month, first_day
from supply.expiring import NEAR_DAYS, TOLD_FROM_PIECES, losses_at, lost
from supply.finding import NOT_APPLICABLE, Finding, Rule, severity_for
from supply.language import Language, Sentences, date_of
from supply.pace import pace
from supply.projection import Change, days_until_out
from supply.rules import AlertTiming

TOLD_FROM_SHARE = 0.25
"""A week of the month: before that one large issue makes a large pace."""
MORE_THAN_A_MONTH = 1.25
"""Where the use of a month leaves in one issue, that issue is no surge; a quarter more than a month's use is. And where
that of two leaves every other month, that is a month's use."""
ORDERS_IN_A_MONTH = 2.0
"""What is issued leaves when others order it, for a month or so each time: two orders in one month are the calendar's
doing, and the next month has none."""
END_TOLD_WITHIN_DAYS = 366
"""Nobody acts today on an end that is further away."""


def _surge_from(assessment: Assessment, cpm: float, share_gone: float, timing: AlertTiming) -> float:
    """What must have been used by a share of the month for a pace of `1 + enter_share` times the CPM, and no less than
    a quarter more than a whole month (two where use is what is issued), also the largest, and than `enter_pieces` more
    than the CPM says by then."""
    by_now = cpm * share_gone
    orders = cpm * ORDERS_IN_A_MONTH if assessment.cpm.inputs.consumption == "issued" else cpm
    month = max(orders, assessment.observed.largest) * MORE_THAN_A_MONTH
    return max(by_now * (1.0 + timing.enter_share), month, by_now + timing.enter_pieces)


def _is_young(assessment: Assessment) -> bool:
    return assessment.observed.share_gone < TOLD_FROM_SHARE


def _daily(assessment: Assessment) -> float:
    """Pieces a day at this month's pace."""
    seen = assessment.observed
    return (pace(seen.used, seen.share_gone) or 0.0) / days_in_month(assessment.month)


def _losses(assessment: Assessment) -> list[Change]:
    """What would expire unused at this pace, where it is enough to be told."""
    if not assessment.projection.expires_unused or _is_young(assessment):
        return []  # what is used by the CPM is used at more than that; and a month that has just begun shows no pace
    losses = losses_at(assessment, [(0, _daily(assessment))])
    return losses if lost(losses) >= TOLD_FROM_PIECES else []


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters when the pace is `enter_share` above the CPM and more is gone already than uneven months explain, and
    `enter_pieces` more than by now; leaves when the pace is below `leave_share`. Before a quarter of the month is gone
    nothing begins or ends, and there is nothing to remind of. After months without stock, what is used is no surge; nor
    is it while a plan says what will be.

    High when the stock would not last the lead time at that pace, or when pieces would even so be lost soon; else
    medium.
    """
    seen, cpm = assessment.observed, assessment.observed_cpm
    if cpm is None or cpm <= 0 or assessment.planned is not None:
        return NOT_APPLICABLE
    if _is_young(assessment):
        return Finding(holds=False, over=False, severity=severity_for("medium", place.item.ven), frozen=True)
    holds = seen.used >= _surge_from(assessment, cpm, seen.share_gone, timing)
    if not holds and seen.used < cpm * seen.share_gone * (1.0 + timing.leave_share):
        return NOT_APPLICABLE
    short = assessment.usable is not None and assessment.left <= _daily(assessment) * assessment.lead_time.days
    losses = _losses(assessment)
    grave = short or (bool(losses) and losses[0][0] <= NEAR_DAYS)
    return Finding(holds, over=False, severity=severity_for("high" if grave else "medium", place.item.ven))


def keep(assessment: Assessment, _place: Place, timing: AlertTiming, is_open: bool, bounds: Bounds) -> None:
    """Less is used this month than a surge would take by now, or by its first quarter. Before that an alert stays."""
    cpm, seen, young = assessment.observed_cpm, assessment.observed, _is_young(assessment)
    if is_open:
        if not young or cpm is None or cpm <= 0:
            bounds.never()
            return
    elif cpm is None or cpm <= 0:
        return
    enters = _surge_from(assessment, cpm, max(TOLD_FROM_SHARE, seen.share_gone), timing)
    if young and (is_open or seen.used >= enters):
        bounds.until(first_day(assessment.month) + math.ceil(days_in_month(assessment.month) * TOLD_FROM_SHARE))
    else:
        bounds.use_below(enters)


def _ends_at_pace(assessment: Assessment) -> int | None:
    """The day on which the stock ends at this pace, without what is due; `None` when there is none any more, or the end
    is too far away to act on."""
    daily = _daily(assessment)
    if assessment.left <= 0 or not daily:
        return None
    use = [(0, daily)]
    days = days_until_out(assessment.left, use, losses_at(assessment, use), END_TOLD_WITHIN_DAYS)
    return None if days is None else assessment.day + days


def explain(assessment: Assessment, _place: Place, language: Language) -> str:
    """The sentence of the alert."""
    seen, ends = assessment.observed, _ends_at_pace(assessment)
    used = language.pieces(seen.used)
    if _is_young(assessment):
        told = language.say(
            f"El mes acaba de empezar y van {used}: aún no muestra un ritmo",
            f"The month has just begun, {used} used: it shows no pace yet",
        )
        return f"{told}; {language.standing(assessment)}."
    at_pace = language.a_month(pace(seen.used, seen.share_gone) or 0.0)
    told = language.say(f"Van {used} este mes, ritmo de {at_pace}", f"{used} used this month, a pace of {at_pace}")
    if ends is not None:
        told += f"; {language.say('a ese ritmo se agota el', 'at that pace it runs out on')} {date_of(ends)}"
    losses = _losses(assessment)
    if losses:
        expires = language.lost(lost(losses), assessment.day + losses[0][0])
        told += f"; {language.say('aun a ese ritmo', 'even at that pace')} {expires}"
    return f"{told}; {language.standing(assessment)}."


def advise(assessment: Assessment, _place: Place, _finding: Finding) -> Sentences:
    """What to do."""
    es = "Confirme si hay más pacientes y, si es así, aumente el próximo pedido"
    en = "Find out whether there are more patients and, if so, raise the next order"
    if _losses(assessment):
        es += "; ofrezca lo que aun así caducaría a una unidad que lo use antes"
        en += "; offer what would expire even so to a facility that will use it in time"
    return Sentences(f"{es}.", f"{en}.")


RULE = Rule(
    "demand_surge",
    Sentences("Alza de consumo", "Surge in demand"),
    # Twice the use: half as much again comes by chance where a dozen patients make a month.
    AlertTiming(hold_days=1.0, clear_days=1.0, enter_share=1.0, leave_share=0.5, enter_pieces=3.0),
    judge,
    keep,
    explain,
    advise,
    # What would expire by the use of the past may be used by then; what would not, this alert tells.
    silences=frozenset({"surplus", "expiry_risk"}),
    asks=frozenset({"order_more"}),
)
