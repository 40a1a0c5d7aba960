"""`shortage` (riesgo de desabasto): the stock, with what is due, runs out before a new order could arrive."""

from supply.assessment import Assessment, Place
from supply.finding import (
    NOT_APPLICABLE,
    Finding,
    Rule,
    consumption_phrase,
    date_of,
    days_phrase,
    due_phrase,
    pieces,
    severity_for,
)
from supply.rules import AlertTiming

URGENT_DAYS = 7
"""A transfer between facilities takes about a week to arrange: less than that is as bad as being out."""


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters when the projected stock-out lies within the lead time; leaves when it is `leave_days` beyond it."""
    if assessment.usable is None or assessment.daily_use <= 0:
        return NOT_APPLICABLE
    if assessment.usable <= 0:
        # That is a stock-out; until it fires an open shortage stays, and gets no milder.
        return Finding(holds=False, over=False, severity=severity_for("critical", place.item.ven))
    days = assessment.projection.days_with_due
    lead_time = place.levels.lead_time_days
    holds = days is not None and days <= lead_time
    over = days is None or days > lead_time + timing.leave_days
    urgent = days is not None and days <= URGENT_DAYS
    return Finding(holds, over, severity_for("critical" if urgent else "high", place.item.ven))


def explain(assessment: Assessment, place: Place) -> str:
    """The sentence of the alert."""
    days = assessment.projection.days_with_due
    ends = "alcanza más allá del horizonte"
    if days is not None:
        ends = f"se agota el {date_of(assessment.day + days)}, {'hoy' if days == 0 else f'en {days_phrase(days)}'}"
    return (
        f"Existencia de {pieces(assessment.usable or 0)}, {ends}; surtir tarda "
        f"{days_phrase(place.levels.lead_time_days)}; {consumption_phrase(assessment)}; {due_phrase(assessment)}."
    )


RULE = Rule("shortage", judge, explain)
