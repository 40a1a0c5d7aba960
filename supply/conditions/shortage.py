"""`shortage` (riesgo de desabasto): the stock, with what is due, runs out before a new order could arrive."""

from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.due import Delivery, delivery
from supply.finding import NOT_APPLICABLE, URGENT_DAYS, Finding, Rule, severity_for
from supply.language import Language, Sentences, date_of
from supply.rules import AlertTiming


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters when the projected stock-out lies within the lead time; leaves when it is `leave_days` beyond it, but
    neither leaves nor gets milder for want of news. Where a use is planned, the first day of it that goes without
    counts: that the shelf is empty before hurts nobody.

    Critical within a week, or when treatments are planned for days that the stock does not reach; else high.
    """
    if assessment.usable is None or (assessment.daily_use <= 0 and assessment.planned is None):
        return NOT_APPLICABLE
    if assessment.usable <= 0:
        # That is a stock-out; until it fires an open shortage stays, and gets no milder.
        return Finding(holds=False, over=False, severity=severity_for("critical", place.item.ven))
    days = assessment.short_in
    lead_time = assessment.lead_time.days
    holds = days is not None and days <= lead_time
    over = (days is None or days > lead_time + timing.leave_days) and not assessment.fades
    urgent = bool(assessment.treatments_at_risk) or (days is not None and days <= URGENT_DAYS)
    severity = severity_for("critical" if urgent else "high", place.item.ven)
    return Finding(holds, over, severity, no_milder=assessment.fades)


def keep(assessment: Assessment, _place: Place, _timing: AlertTiming, is_open: bool, bounds: Bounds) -> None:
    """More is on hand than the lead time uses. What is due is not counted on."""
    if is_open:
        bounds.never()
    else:
        bounds.stock_lasts(assessment.lead_time.days, assessment.daily_use, assessment.observed.lots)


def explain(assessment: Assessment, _place: Place, language: Language) -> str:
    """The sentence of the alert."""
    takes = f"{language.say('surtir tarda', 'supply takes')} {language.days(assessment.lead_time.days)}"
    return (
        f"{language.stock(assessment)}, {_ends(assessment, language)}{language.expiring(assessment)}"
        f"{language.aside(assessment)}; {takes}; {language.consumption(assessment)}; {language.due(assessment)}"
        f"{language.treatments(assessment)}."
    )


def _ends(assessment: Assessment, language: Language) -> str:
    """When the stock runs out, and where a use is planned for later, the first that goes without."""
    out_in, days = assessment.projection.days_with_due, assessment.short_in
    if out_in is None:
        return language.say("alcanza más allá del horizonte", "lasts beyond the horizon")
    ends = f"{language.say('se agota el', 'runs out on')} {date_of(assessment.day + out_in)}"
    if days is None:
        safe = language.say("lo que falta por llegar cubre el uso planeado", "what is due covers the planned use")
        return f"{ends}; {safe}"
    if days != out_in:
        ends += language.say(" y no cubre el uso planeado para el", " and does not cover the use planned for")
        ends += f" {date_of(assessment.day + days)}"
    soon = language.say("hoy", "today") if days == 0 else f"{language.say('en', 'in')} {language.days(days)}"
    return f"{ends}, {soon}"


_ADVICE: dict[Delivery, Sentences] = {
    "coming": Sentences(
        "Adelante la entrega o pida un traspaso que llegue antes de esa fecha.",
        "Bring the delivery forward, or ask for a transfer that comes before that date.",
    ),
    "late": Sentences(
        "Reclame la entrega vencida o pida un traspaso que llegue antes de esa fecha.",
        "Claim the late delivery, or ask for a transfer that comes before that date.",
    ),
    "none": Sentences(
        "Pida un traspaso que llegue antes de esa fecha, o haga una compra urgente.",
        "Ask for a transfer that comes before that date, or buy urgently.",
    ),
}


_NO_NEWS = Sentences(
    "Confirme con la unidad la existencia y el consumo: sin registros recientes no se da por terminado.",
    "Confirm stock and use with the facility: without recent records it is not taken for over.",
)


def advise(assessment: Assessment, _place: Place, finding: Finding) -> Sentences:
    """What to do, by what is to come."""
    if not finding.holds and assessment.fades:
        return _NO_NEWS
    return _ADVICE[delivery(assessment)]


RULE = Rule(
    "shortage",
    Sentences("Riesgo de desabasto", "Risk of shortage"),
    AlertTiming(clear_days=1.0, leave_days=5.0),
    judge,
    keep,
    explain,
    advise,
    # What is about to run out, for most of it is about to expire, is not offered to others.
    silences=frozenset({"low_stock", "surplus"}),
    asks=frozenset({"order_more", "borrow"}),
)
