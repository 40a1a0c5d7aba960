"""`late_arrival` (arribo vencido): an order line is past its deadline, or its expected day where it has none."""

from supply import english, spanish
from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.finding import NOT_APPLICABLE, URGENT_DAYS, Finding, Rule, Wording, date_of, severity_for
from supply.orders import OrderLine
from supply.rules import AlertTiming


def days_late(assessment: Assessment) -> int:
    """Local days since the latest day of the line that is late longest; 0 when none is late."""
    late = 0
    for line in assessment.due:
        late = max(late, assessment.day - line.latest_day)
    return late


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters when a line is `enter_days` late; leaves when none is late any more: come, cancelled or rescheduled.

    Its severity is that of the days the stock lasts without what is due: critical within a week, high within the lead
    time, else medium.
    """
    late = days_late(assessment)
    if late <= 0:
        return NOT_APPLICABLE
    lasts = assessment.projection.days_without_due
    if lasts is not None and lasts <= URGENT_DAYS and assessment.needed:
        severity = severity_for("critical", place.item.ven)
    elif lasts is not None and lasts <= assessment.lead_time.days and assessment.needed:
        severity = severity_for("high", place.item.ven)
    else:
        severity = severity_for("medium", place.item.ven)
    return Finding(late >= timing.enter_days, over=False, severity=severity)


def keep(assessment: Assessment, place: Place, timing: AlertTiming, is_open: bool, bounds: Bounds) -> None:
    """No line gets that late; while one is, the stock without what is due lasts the lead time even if every known lot
    goes to waste, so that it gets no worse. What happens to orders meanwhile ends the calm by itself."""
    if is_open:
        lots = sum([pieces for _, pieces in assessment.observed.lots])
        bounds.stock_above(assessment.daily_use * (place.levels.lead_time_days + 1) + lots)
        return
    for line in assessment.due:
        bounds.until(line.latest_day + max(1, int(timing.enter_days)))


def _late_longest(assessment: Assessment) -> tuple[OrderLine | None, float, int]:
    """The line that is late longest, all pieces late, and of how many lines."""
    late = [line for line in assessment.due if line.latest_day < assessment.day]
    pieces = sum([line.outstanding for line in late]) / assessment.scale
    return min(late, key=lambda line: (line.latest_day, line.order), default=None), pieces, len(late)


def explain(assessment: Assessment, _place: Place) -> str:
    """The sentence of the alert in Spanish."""
    first, pieces, lines = _late_longest(assessment)
    if first is None:
        return f"Ningún arribo vencido; {spanish.stock(assessment).lower()}; {spanish.due(assessment)}."
    ago = spanish.days(days_late(assessment))
    late = f"El pedido {first.order} debió llegar el {date_of(first.latest_day)}, hace {ago}"
    others = "" if lines == 1 else f" (en {lines} renglones)"
    of = "" if first.supplier is None else f", de {first.supplier}"
    missing = f"faltan {spanish.pieces(pieces)}{others}"
    return f"{late}{of}; {missing}; {spanish.stock(assessment).lower()}; {_lasts_in_spanish(assessment)}."


def explain_in_english(assessment: Assessment, _place: Place) -> str:
    """The same in English."""
    first, pieces, lines = _late_longest(assessment)
    if first is None:
        return f"No arrival is late; {english.stock(assessment).lower()}; {english.due(assessment)}."
    ago = english.days(days_late(assessment))
    late = f"Order {first.order} should have come by {date_of(first.latest_day)}, {ago} ago"
    others = "" if lines == 1 else f" (on {lines} lines)"
    of = "" if first.supplier is None else f", from {first.supplier}"
    missing = f"{english.pieces(pieces)} missing{others}"
    return f"{late}{of}; {missing}; {english.stock(assessment).lower()}; {_lasts_in_english(assessment)}."


def _lasts_in_spanish(assessment: Assessment) -> str:
    days = assessment.projection.days_without_due
    if assessment.usable is None or days is None:
        return "sin ello no se prevé que se agote"
    return "sin ello se agota hoy" if days == 0 else f"sin ello se agota el {date_of(assessment.day + days)}"


def _lasts_in_english(assessment: Assessment) -> str:
    days = assessment.projection.days_without_due
    if assessment.usable is None or days is None:
        return "no stock-out is projected without it"
    return (
        "without it the stock runs out today"
        if days == 0
        else f"without it runs out on {date_of(assessment.day + days)}"
    )


RULE = Rule(
    "late_arrival",
    judge,
    keep,
    Wording(explain, "Reclame al proveedor una fecha nueva y regístrela, o cancele el renglón."),
    Wording(explain_in_english, "Claim a new date from the supplier and record it, or cancel the line."),
)
