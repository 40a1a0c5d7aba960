"""`demand_surge` (alza de consumo): this month's pace is far above the CPM, or what was planned for its days so far.
Source: design section 5; `supply.pace`."""

import math

from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.calendar import days_in_month, first_day
from supply.demand import Use, used_within
from supply.expiring import NEAR_DAYS, TOLD_FROM_PIECES, losses_at, lost
from supply.finding import NOT_APPLICABLE, Finding, Rule, severity_for
from supply.language import Language, Sentences, agreeing, date_of
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


def _surge_from(assessment: Assessment, by_now: float, a_month: float, largest: float, timing: AlertTiming) -> float:
    """What must have been used for a pace of `1 + enter_share` times what was foreseen `by_now`, and no less than a
    quarter more than a whole month (two where use is what is issued), also the largest, and than `enter_pieces` more
    than by now."""
    orders = a_month * ORDERS_IN_A_MONTH if assessment.cpm.inputs.consumption == "issued" else a_month
    month = max(orders, largest) * MORE_THAN_A_MONTH
    return max(by_now * (1.0 + timing.enter_share), month, by_now + timing.enter_pieces)


def _is_young(assessment: Assessment) -> bool:
    return assessment.observed.share_gone < TOLD_FROM_SHARE


def _daily(assessment: Assessment) -> float:
    """Pieces a day at this month's pace."""
    seen = assessment.observed
    return (pace(seen.used, seen.share_gone) or 0.0) / days_in_month(assessment.month)


def _use(assessment: Assessment) -> Use:
    """The use at this month's pace, and what is planned where that is more."""
    daily = _daily(assessment)
    if assessment.planned_month is None:
        return [(0, daily)]
    return [(start, max(daily, rate)) for start, rate in assessment.use]


def _losses(assessment: Assessment) -> list[Change]:
    """What would expire unused at this pace, where it is enough to be told."""
    if not assessment.projection.expires_unused or _is_young(assessment):
        return []  # what is used by the CPM is used at more than that; and a month that has just begun shows no pace
    losses = losses_at(assessment, _use(assessment))
    return losses if lost(losses) >= TOLD_FROM_PIECES else []


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters when the pace is `enter_share` above the CPM and more is gone already than uneven months explain, and
    `enter_pieces` more than by now; leaves when the pace is below `leave_share`. Before a quarter of the month is gone
    nothing begins or ends, and there is nothing to remind of. After months without stock, what is used is no surge.

    While a plan runs, what it foresees of the month stands for the CPM, whatever was used in the months before: with
    less than `enter_pieces` more than that it is over.

    High when the stock would not last the lead time at that pace, or when pieces would even so be lost soon; else
    medium.
    """
    seen, cpm, foreseen = assessment.observed, assessment.observed_cpm, assessment.planned_month
    if foreseen is None and (cpm is None or cpm <= 0):
        return NOT_APPLICABLE
    if foreseen is not None and assessment.cpm.inputs.state == "uncorrected":
        return NOT_APPLICABLE
    if _is_young(assessment):
        return Finding(holds=False, over=False, severity=severity_for("medium", place.item.ven), frozen=True)
    # What only a count tells may have been lost, or used in the months before: `data_quality` says what is doubtful.
    recorded = seen.used - seen.by_counts
    if foreseen is None:
        a_month = cpm or 0.0
        by_now = a_month * seen.share_gone
        holds = recorded >= _surge_from(assessment, by_now, a_month, seen.largest, timing)
        over_below = by_now * (1.0 + timing.leave_share)
    else:
        by_now = foreseen.so_far
        holds = recorded >= _surge_from(assessment, by_now, foreseen.at_most, 0.0, timing)
        over_below = max(by_now * (1.0 + timing.leave_share), by_now + timing.enter_pieces)
    if not holds and recorded < over_below:
        return NOT_APPLICABLE
    needed = used_within(_use(assessment), assessment.lead_time.days)
    short = assessment.usable is not None and assessment.left <= needed
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
    by_now = cpm * max(TOLD_FROM_SHARE, seen.share_gone)
    enters = _surge_from(assessment, by_now, cpm, seen.largest, timing)
    if young and (is_open or seen.used >= enters):
        bounds.until(first_day(assessment.month) + math.ceil(days_in_month(assessment.month) * TOLD_FROM_SHARE))
    else:
        bounds.use_below(enters)


def _ends_at_pace(assessment: Assessment) -> int | None:
    """The day on which the stock ends at this pace, without what is due; `None` when there is none any more, or the end
    is too far away to act on."""
    if assessment.left <= 0 or not _daily(assessment):
        return None
    use = _use(assessment)
    days = days_until_out(assessment.left, use, losses_at(assessment, use), END_TOLD_WITHIN_DAYS)
    return None if days is None else assessment.day + days


def explain(assessment: Assessment, _place: Place, language: Language) -> str:
    """The sentence of the alert."""
    seen, ends = assessment.observed, _ends_at_pace(assessment)
    used = language.pieces(max(0.0, seen.used))  # more may come back than was handed out
    if _is_young(assessment):
        told = language.say(
            f"El mes acaba de empezar y van {used}: aún no muestra un ritmo",
            f"The month has just begun, {used} used: it shows no pace yet",
        )
        return f"{told}; {language.standing(assessment)}."
    at_pace = language.a_month(pace(seen.used, seen.share_gone) or 0.0)
    told = language.say(f"Van {used} este mes", f"{used} used this month")
    if assessment.planned_month is not None:
        so_far = round(assessment.planned_month.so_far, 1)
        by_now, would = language.pieces(so_far), agreeing(so_far, "iría", "irían")
        told += language.say(f" y según el plan {would} {by_now}", f" where the plan has {by_now} by now")
    told += f", {language.say('ritmo de', 'a pace of')} {at_pace}"
    if ends is not None:
        told += f"; {language.say('a ese ritmo se agota el', 'at that pace it runs out on')} {date_of(ends)}"
        if assessment.due:
            told += language.say(" sin contar lo que falta por llegar", ", not counting what is due")
    losses = _losses(assessment)
    if losses:
        expires = language.lost(lost(losses), assessment.day + losses[0][0] - 1)
        told += f"; {language.say('aun a ese ritmo', 'even at that pace')} {expires}"
    return f"{told}; {language.standing(assessment)}."


def advise(assessment: Assessment, _place: Place, _finding: Finding) -> Sentences:
    """What to do."""
    es = "Confirme si hay más pacientes y, si es así, aumente el próximo pedido"
    en = "Find out whether there are more patients and, if so, raise the next order"
    if assessment.planned_month is not None:
        es += " y corrija el plan"
        en += " and mend the plan"
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
