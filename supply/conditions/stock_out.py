"""`stock_out` (desabasto): nothing usable on hand of an item that is in use here."""

from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.due import Delivery, delivery
from supply.finding import NOT_APPLICABLE, Finding, Rule, severity_for
from supply.language import Language, Sentences
from supply.rules import AlertTiming


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters at usable = 0; leaves when the stock covers `leave_days` days of what is used, or planned.

    An item that is not needed here is not out (`supply.need`).
    """
    if assessment.usable is None or not assessment.needed:
        return NOT_APPLICABLE
    covered = assessment.cover_days is None or assessment.cover_days >= timing.leave_days
    over = assessment.usable > 0 and covered
    return Finding(assessment.usable <= 0, over, severity_for("critical", place.item.ven))


def keep(_assessment: Assessment, _place: Place, _timing: AlertTiming, is_open: bool, bounds: Bounds) -> None:
    """Something is on hand."""
    if is_open:
        bounds.never()
    else:
        bounds.stock_above(0)


def explain(assessment: Assessment, _place: Place, language: Language) -> str:
    """The sentence of the alert."""
    return (
        f"{language.cover(assessment)}{language.expiring(assessment)}; {language.consumption(assessment)}; "
        f"{language.due(assessment)}{language.treatments(assessment)}."
    )


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
        return _EMPTY[delivery(assessment)]
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
    silences=frozenset({"shortage", "low_stock", "surplus", "expiry_risk"}),
    asks=frozenset({"order_more", "borrow"}),
)
