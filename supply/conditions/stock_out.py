"""`stock_out` (desabasto): nothing usable on hand of an item that is in use here."""

from supply.assessment import Assessment, Place
from supply.finding import NOT_APPLICABLE, Finding, Rule, consumption_phrase, due_phrase, severity_for
from supply.rules import AlertTiming


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters at usable = 0; leaves when the stock covers `leave_days` days.

    An item never in stock and never used here, or whose CPM is truly 0, is not out: nobody needs it here.
    """
    if assessment.usable is None:
        return NOT_APPLICABLE
    unused = assessment.cpm.value == 0 and assessment.cpm.inputs.state == "ok"
    holds = assessment.usable <= 0 and assessment.in_use and not unused
    covered = assessment.cover_days is None or assessment.cover_days >= timing.leave_days
    over = unused or (assessment.usable > 0 and covered)
    return Finding(holds, over, severity_for("critical", place.item.ven))


def explain(assessment: Assessment, _place: Place) -> str:
    """The sentence of the alert."""
    return f"Sin existencia; {consumption_phrase(assessment)}; {due_phrase(assessment)}."


RULE = Rule("stock_out", judge, explain)
