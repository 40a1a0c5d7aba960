"""`late_arrival` (arribo vencido): an order line is past its deadline, or its expected day where it has none."""

from typing import NamedTuple

from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.due import outstanding, split_due
from supply.english import ENGLISH
from supply.finding import (
    NOT_APPLICABLE,
    URGENT_DAYS,
    Finding,
    Rule,
    Wording,
    date_of,
    severity_for,
)
from supply.language import Language
from supply.rules import AlertTiming
from supply.spanish import SPANISH


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


class _Phrases(NamedTuple):
    """`late` names the line that is late longest; then what is added where there is more to say."""

    nothing: str
    late: str
    supplier: str
    lines: str
    lasts: str
    ends_today: str
    ends: str


_IN_SPANISH = _Phrases(
    nothing="Ningún arribo vencido; {stock}; {due}.",
    late="El pedido {order} debió llegar el {deadline}, hace {ago}{supplier}; faltan {missing}{lines}; {stock}; "
    "{lasts}.",
    supplier=", de {}",
    lines=" (en {} renglones)",
    lasts="sin ello no se prevé que se agote",
    ends_today="sin ello se agota hoy",
    ends="sin ello se agota el {}",
)
_IN_ENGLISH = _Phrases(
    nothing="No arrival is late; {stock}; {due}.",
    late="Order {order} should have come by {deadline}, {ago} ago{supplier}; {missing} missing{lines}; {stock}; "
    "{lasts}.",
    supplier=", from {}",
    lines=" (on {} lines)",
    lasts="no stock-out is projected without it",
    ends_today="without it the stock runs out today",
    ends="without it the stock runs out on {}",
)


def explain(assessment: Assessment, _place: Place) -> str:
    """The sentence of the alert in Spanish."""
    return _explain(assessment, SPANISH, _IN_SPANISH)


def explain_in_english(assessment: Assessment, _place: Place) -> str:
    """The same in English."""
    return _explain(assessment, ENGLISH, _IN_ENGLISH)


def _explain(assessment: Assessment, language: Language, phrases: _Phrases) -> str:
    late, stock = split_due(assessment).late, language.stock(assessment).lower()
    if not late:
        return phrases.nothing.format(stock=stock, due=language.due(assessment))
    first = min(late, key=lambda line: (line.latest_day, line.order))
    return phrases.late.format(
        order=first.order,
        deadline=date_of(first.latest_day),
        ago=language.days(days_late(assessment)),
        supplier="" if first.supplier is None else phrases.supplier.format(first.supplier),
        missing=language.pieces(outstanding(late, assessment.scale)),
        lines="" if len(late) == 1 else phrases.lines.format(len(late)),
        stock=stock,
        lasts=_lasts(assessment, phrases),
    )


def _lasts(assessment: Assessment, phrases: _Phrases) -> str:
    days = assessment.projection.days_without_due
    if assessment.usable is None or days is None:
        return phrases.lasts
    return phrases.ends_today if days == 0 else phrases.ends.format(date_of(assessment.day + days))


RULE: Rule = Rule(
    "late_arrival",
    judge,
    keep,
    Wording(explain, "Reclame al proveedor una fecha nueva y regístrela, o cancele el renglón."),
    Wording(explain_in_english, "Claim a new date from the supplier and record it, or cancel the line."),
)
