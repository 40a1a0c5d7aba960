"""`shortage` (riesgo de desabasto): the stock, with what is due, runs out before a new order could arrive."""

from supply import english, spanish
from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.finding import NOT_APPLICABLE, URGENT_DAYS, Finding, Rule, Wording, date_of, severity_for
from supply.rules import AlertTiming


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters when the projected stock-out lies within the lead time; leaves when it is `leave_days` beyond it."""
    if assessment.usable is None or (assessment.daily_use <= 0 and assessment.planned is None):
        return NOT_APPLICABLE
    if assessment.usable <= 0:
        # That is a stock-out; until it fires an open shortage stays, and gets no milder.
        return Finding(holds=False, over=False, severity=severity_for("critical", place.item.ven))
    days = assessment.projection.days_with_due
    lead_time = assessment.lead_time.days
    holds = days is not None and days <= lead_time
    over = days is None or days > lead_time + timing.leave_days
    urgent = days is not None and days <= URGENT_DAYS
    return Finding(holds, over, severity_for("critical" if urgent else "high", place.item.ven))


def keep(assessment: Assessment, _place: Place, _timing: AlertTiming, is_open: bool, bounds: Bounds) -> None:
    """More is on hand than the lead time uses, even if every known lot goes to waste. What is due is not counted on."""
    if is_open:
        bounds.never()
    else:
        lots = sum([pieces for _, pieces in assessment.observed.lots])
        bounds.stock_above(assessment.daily_use * (assessment.lead_time.days + 1) + lots)


def explain(assessment: Assessment, _place: Place) -> str:
    """The sentence of the alert in Spanish."""
    days = assessment.projection.days_with_due
    ends = "alcanza más allá del horizonte"
    if days is not None:
        ends = f"se agota el {date_of(assessment.day + days)}, {'hoy' if days == 0 else f'en {spanish.days(days)}'}"
    return (
        f"{spanish.stock(assessment)}, {ends}; surtir tarda {spanish.days(assessment.lead_time.days)}; "
        f"{spanish.consumption(assessment)}; {spanish.due(assessment)}."
    )


def explain_in_english(assessment: Assessment, _place: Place) -> str:
    """The same in English."""
    days = assessment.projection.days_with_due
    ends = "lasts beyond the horizon"
    if days is not None:
        ends = f"runs out on {date_of(assessment.day + days)}, {'today' if days == 0 else f'in {english.days(days)}'}"
    return (
        f"{english.stock(assessment)}, {ends}; supply takes {english.days(assessment.lead_time.days)}; "
        f"{english.consumption(assessment)}; {english.due(assessment)}."
    )


RULE = Rule(
    "shortage",
    judge,
    keep,
    Wording(explain, "Adelante la entrega o pida un traspaso que llegue antes de esa fecha."),
    Wording(explain_in_english, "Bring the delivery forward, or ask for a transfer that comes before that date."),
    # What is about to run out, for most of it is about to expire, is not offered to others.
    silences=frozenset({"low_stock", "surplus"}),
)
