"""`stock_out` (desabasto): nothing usable on hand of an item that is in use here."""

from supply.assessment import Assessment, Place
from supply.finding import NOT_APPLICABLE, Finding, Rule, consumption_phrase, due_phrase, pieces, severity_for
from supply.rules import AlertTiming


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters at usable = 0; leaves when the stock covers `leave_days` days.

    An item that is not needed here is not out (`supply.need`).
    """
    if assessment.usable is None or not assessment.needed:
        return NOT_APPLICABLE
    covered = assessment.cover_days is None or assessment.cover_days >= timing.leave_days
    over = assessment.usable > 0 and covered
    return Finding(assessment.usable <= 0, over, severity_for("critical", place.item.ven))


def explain(assessment: Assessment, _place: Place) -> str:
    """The sentence of the alert."""
    usable = assessment.usable or 0
    stock = f"Existencia de {pieces(usable)}" if usable > 0 else "Sin existencia"
    return f"{stock}; {consumption_phrase(assessment)}; {due_phrase(assessment)}."


RULE = Rule("stock_out", judge, explain)
