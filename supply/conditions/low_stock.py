"""`low_stock` (existencia baja): fewer months of stock than the minimum."""

from supply.assessment import Assessment, Place
from supply.cover import months_of_stock
from supply.finding import NOT_APPLICABLE, Finding, Rule, consumption_phrase, due_phrase, pieces, severity_for
from supply.rules import AlertTiming


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters when stock / CPM < minimum months; leaves at `leave_factor` times the minimum."""
    if assessment.usable is None or (months := months_of_stock(assessment.usable, assessment.cpm.value)) is None:
        return NOT_APPLICABLE
    severity = severity_for("medium", place.item.ven)
    if assessment.usable <= 0:
        return Finding(holds=False, over=False, severity=severity)  # that is a stock-out
    minimum = place.levels.min_months
    return Finding(months < minimum, months >= minimum * timing.leave_factor, severity)


def explain(assessment: Assessment, place: Place) -> str:
    """The sentence of the alert."""
    months = months_of_stock(assessment.usable or 0, assessment.cpm.value) or 0
    return (
        f"Existencia de {pieces(assessment.usable or 0)}, {months:.1f} meses; el mínimo es "
        f"{place.levels.min_months:g}; "
        f"{consumption_phrase(assessment)}; {due_phrase(assessment)}."
    )


RULE = Rule("low_stock", judge, explain)
