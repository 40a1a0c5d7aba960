"""`late_arrival` (arribo vencido): an order line is past its deadline, or its expected day where it has none."""

from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.calendar import month_name
from supply.due import outstanding, split_due
from supply.finding import NOT_APPLICABLE, URGENT_DAYS, Finding, Rule, severity_for
from supply.language import Language, Sentences, agreeing, date_of
from supply.ledger_state import Ledger
from supply.order_months import lost_in
from supply.orders import LOST_ORDER_DAYS_KEPT
from supply.rules import AlertTiming


def days_late(assessment: Assessment) -> int:
    """Local days since the latest day of the line that is late longest; 0 when none is late."""
    late = 0
    for line in assessment.due:
        late = max(late, assessment.day - line.latest_day)
    return late


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters when a line is `enter_days` late; leaves when none is late any more: come, cancelled or rescheduled.

    Its severity is that of the days the stock lasts without what is late: critical within a week, high within the lead
    time, else medium.
    """
    late = days_late(assessment)
    if late <= 0:
        return NOT_APPLICABLE
    lasts = assessment.projection.days_with_due  # what is late is not counted on
    if lasts is not None and lasts <= URGENT_DAYS and assessment.needed:
        severity = severity_for("critical", place.item.ven)
    elif lasts is not None and lasts <= assessment.lead_time.days and assessment.needed:
        severity = severity_for("high", place.item.ven)
    else:
        severity = severity_for("medium", place.item.ven)
    return Finding(late >= timing.enter_days, over=False, severity=severity)


def keep(assessment: Assessment, _place: Place, timing: AlertTiming, is_open: bool, bounds: Bounds) -> None:
    """No line gets that late; while one is, it is not given up, and the stock without what is due lasts the lead time
    and the days that are urgent, so that it gets no worse. What happens to orders meanwhile, and a longer lead time,
    end the calm by themselves."""
    if is_open:
        days = max(URGENT_DAYS, assessment.lead_time.days)
        bounds.stock_lasts(days, assessment.daily_use, assessment.observed.lots)
        for line in assessment.due:
            bounds.until(line.latest_day + LOST_ORDER_DAYS_KEPT + 1)
        return
    for line in assessment.due:
        bounds.until(line.latest_day + max(1, int(timing.enter_days)))


def explain(assessment: Assessment, _place: Place, language: Language) -> str:
    """The sentence of the alert, of the line that is late longest."""
    late, stock = split_due(assessment).late, language.stock(assessment).lower()
    if not late:
        nothing = language.say("Ningún arribo vencido", "No arrival is late")
        return f"{nothing}; {stock}; {language.due(assessment)}."
    first = min(late, key=lambda line: (line.latest_day, line.order))
    order, deadline, ago = first.order, date_of(first.latest_day), language.days(days_late(assessment))
    told = language.say(
        f"El pedido {order} debió llegar el {deadline}, hace {ago}",
        f"Order {order} should have come by {deadline}, {ago} ago",
    )
    if first.supplier is not None:
        told += language.say(f", de {first.supplier}", f", from {first.supplier}")
    quantity = outstanding(late, assessment.scale)
    pieces = language.pieces(quantity)
    missing = language.say(f"{agreeing(quantity, 'falta', 'faltan')} {pieces}", f"{pieces} missing")
    if len(late) > 1:
        missing += language.say(f" (en {len(late)} renglones)", f" (on {len(late)} lines)")
    stock += language.expiring(assessment)
    besides = language.besides(assessment)
    lasts = _lasts(assessment, language, "sin lo vencido", "without what is late") if besides else ""
    return f"{told}; {missing}; {stock}{besides}{lasts or _lasts(assessment, language, 'sin ello', 'without it')}."


def _ended(assessment: Assessment, ledger: Ledger, place: Place, _timing: AlertTiming, language: Language) -> str:
    """Why it is over: what never came may have been given up."""
    told = explain(assessment, place, language)
    given_up = lost_in(ledger, assessment.day)
    if given_up is None:
        return told
    months = LOST_ORDER_DAYS_KEPT // 365 * 12
    return language.say(
        f"Lo que debió llegar en {month_name(given_up)} no llegó completo y después de {months} meses ya no se sigue. "
        f"{told}",
        f"What should have come in {month_name(given_up)} never came whole, and is not followed any longer after "
        f"{months} months. {told}",
    )


def _lasts(assessment: Assessment, language: Language, without_es: str, without_en: str) -> str:
    """Until when the stock lasts without what is late. What has run out already, or was never counted, tells no day."""
    if not assessment.usable:
        return ""
    days = assessment.projection.days_with_due
    if days is None:
        return language.say(f"; {without_es} no se prevé que se agote", f"; no stock-out is projected {without_en}")
    ends = language.say(f"; {without_es} se agota", f"; {without_en} the stock runs out")
    if days == 0:
        return f"{ends} {language.say('hoy', 'today')}"
    return f"{ends} {language.say('el', 'on')} {date_of(assessment.day + days)}"


def advise(_assessment: Assessment, _place: Place, _finding: Finding) -> Sentences:
    """What to do."""
    return Sentences(
        "Reclame al proveedor una fecha nueva y regístrela, o cancele el renglón.",
        "Claim a new date from the supplier and record it, or cancel the line.",
    )


RULE: Rule = Rule(
    "late_arrival",
    Sentences("Arribo vencido", "Late arrival"),
    # A receipt is often recorded the day after.
    AlertTiming(hold_days=1.0, enter_days=1.0),
    judge,
    keep,
    explain,
    advise,
    ended=_ended,
    asks=frozenset({"order_more"}),
)
