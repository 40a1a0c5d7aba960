"""`stock_out` (desabasto): nothing usable on hand of an item that is in use here."""

from typing import Final

from schemas.alerts import Severity
from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.catalogue import valid_on
from supply.due import Delivery, covering, delivery
from supply.finding import NOT_APPLICABLE, URGENT_DAYS, Finding, Rule, severity_for
from supply.language import Language, Sentences
from supply.ledger_state import Ledger
from supply.rules import AlertTiming

DAYS_TO_ORDER: Final = 31
"""An order that need not be given within the month is none of this month's."""


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters at usable = 0; leaves when the stock covers `leave_days` days of what is used, or planned.

    An item that is not needed here is not out (`supply.need`). Critical, but where a use is planned, nobody waits for
    an earlier one and none of it goes without before an order of today is there: then medium where an order covers the
    next planned use, or a month is left to give one; high where there is not, or no week to find another way should
    what is ordered not come.
    """
    if assessment.usable is None or not assessment.needed:
        return NOT_APPLICABLE
    covered = assessment.cover_days is None or assessment.cover_days >= timing.leave_days
    over = assessment.usable > 0 and covered and not assessment.fades
    return Finding(assessment.usable <= 0, over, severity_for(_worst(assessment), place.item.ven))


def _worst(assessment: Assessment) -> Severity:
    if not assessment.plan_is_safe:
        return "critical"
    covers = covering(assessment)
    if covers is not None:
        return "medium" if covers.used_on - assessment.day > URGENT_DAYS else "high"
    return "medium" if _may_wait(assessment) else "high"


def _may_wait(assessment: Assessment) -> bool:
    """Whether an order of a month from now would be there before anybody goes without."""
    short_in = assessment.short_in
    return short_in is None or short_in - assessment.lead_time.days > DAYS_TO_ORDER


def keep(_assessment: Assessment, _place: Place, _timing: AlertTiming, is_open: bool, bounds: Bounds) -> None:
    """Something is on hand."""
    if is_open:
        bounds.never()
    else:
        bounds.stock_above(0)


def explain(assessment: Assessment, _place: Place, language: Language) -> str:
    """The sentence of the alert."""
    return (
        f"{language.cover(assessment)}{language.expiring(assessment)}{language.aside(assessment)}; "
        f"{language.consumption(assessment)}; {language.due(assessment)}{language.waiting(assessment)}"
        f"{language.covered(assessment)}"
        f"{language.treatments(assessment)}."
    )


def _ended(assessment: Assessment, _ledger: Ledger, place: Place, _timing: AlertTiming, language: Language) -> str:
    """Why it is over: the shelf may be as empty as before, and missed by nobody."""
    told = explain(assessment, place, language)
    if assessment.needed:
        return told
    given_up = language.say(
        "La clave ya no se necesita en esta unidad, nada de ella se usó ni se pidió en meses",
        "The item is not needed at this facility any more, none of it was used or asked for in months",
    )
    if valid_on(place.official, assessment.day) is not None:
        given_up += language.say(" y su CPM registrado es 0", " and its registered CPM is 0")
    return f"{given_up}. {told}"


_EMPTY: dict[Delivery, Sentences] = {
    "coming": Sentences(
        "Pida hoy un traspaso de otra unidad y adelante la entrega o compre de urgencia.",
        "Ask for a transfer from another facility today, and bring the delivery forward or buy urgently.",
    ),
    "late": Sentences(
        "Pida hoy un traspaso de otra unidad y reclame la entrega vencida o compre de urgencia.",
        "Ask for a transfer from another facility today, and claim the late delivery or buy urgently.",
    ),
    "none": Sentences(
        "Pida hoy un traspaso de otra unidad o compre de urgencia.",
        "Ask for a transfer from another facility today, or buy urgently.",
    ),
}
_SAFE: dict[Delivery, Sentences] = {
    "coming": Sentences(
        "Asegure que llegue a tiempo para el próximo uso: confirme la fecha con el proveedor, o pida hoy lo que falta.",
        "See that it comes in time for the next use: confirm the date with the supplier, or order today what is "
        "missing.",
    ),
    "late": Sentences(
        "Reclame la entrega vencida, o pida hoy lo que falta para el próximo uso.",
        "Claim the late delivery, or order today what is missing for the next use.",
    ),
    "none": Sentences("Pida hoy lo que falta para el próximo uso.", "Order today what is missing for the next use."),
}
"""A use is planned, and nobody goes without before what is ordered today is there."""
_IN_TIME = Sentences(
    "No urge: programe el pedido a tiempo para el próximo uso.", "No haste: plan the order in time for the next use."
)
_NOT_ENOUGH = Sentences(
    "Llegó algo, pero no alcanza: surta primero lo más urgente y ",
    "Something has come, but not enough: serve what is most urgent first, and ",
)
_THE_REST: dict[Delivery, Sentences] = {
    "coming": Sentences("adelante el resto de la entrega.", "bring the rest forward."),
    "late": Sentences("reclame la entrega vencida.", "claim the late delivery."),
    "none": Sentences("pida un traspaso o compre de urgencia.", "ask for a transfer or buy urgently."),
}


def advise(assessment: Assessment, _place: Place, finding: Finding) -> Sentences:
    """What to do, by what is there and what is to come."""
    if finding.holds:
        coming = delivery(assessment)
        if not assessment.plan_is_safe:
            return _EMPTY[coming]
        return _IN_TIME if coming == "none" and _may_wait(assessment) else _SAFE[coming]
    rest = _THE_REST[delivery(assessment)]
    return Sentences(_NOT_ENOUGH.es + rest.es, _NOT_ENOUGH.en + rest.en)


RULE = Rule(
    "stock_out",
    Sentences("Desabasto", "Stock-out"),
    AlertTiming(leave_days=3.0),
    judge,
    keep,
    explain,
    advise,
    # A surplus that is gone in a day is not offered for another day, nor is what others here went without.
    ended=_ended,
    silences=frozenset({"shortage", "low_stock", "surplus", "expiry_risk"}),
    asks=frozenset({"order_more", "borrow"}),
)
