"""`stock_out` (desabasto): nothing usable on hand of an item that is in use here."""

from supply.assessment import Assessment, Place
from supply.bounds import Bounds
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
        f"{language.cover(assessment)}; {language.consumption(assessment)}; "
        f"{language.due(assessment)}{language.treatments(assessment)}."
    )


RULE = Rule(
    "stock_out",
    Sentences("Desabasto", "Stock-out"),
    AlertTiming(leave_days=3.0),
    judge,
    keep,
    explain,
    Sentences(
        "Pida hoy un traspaso de otra unidad y adelante la entrega o compre de urgencia.",
        "Ask for a transfer from another facility today, and bring the delivery forward or buy urgently.",
    ),
    easing=Sentences(
        "Llegó algo, pero no alcanza: surta primero lo más urgente y adelante el resto de la entrega.",
        "Something has come, but not enough: serve what is most urgent first, and bring the rest forward.",
    ),
    # A surplus that is gone in a day is not offered for another day.
    silences=frozenset({"shortage", "low_stock", "surplus"}),
)
