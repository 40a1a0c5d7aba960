"""`low_stock` (existencia baja): fewer months of stock than the minimum."""

from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.finding import NOT_APPLICABLE, Finding, Rule, severity_for
from supply.language import Language, Sentences, beside
from supply.rules import AlertTiming


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters when stock / CPM < minimum months, or those of the planned use; leaves at `leave_factor` times the
    minimum, but not for a CPM that falls for want of news."""
    months = assessment.months
    if assessment.usable is None or months is None:
        return NOT_APPLICABLE
    severity = severity_for("medium", place.item.ven)
    if assessment.usable <= 0:
        return Finding(holds=False, over=False, severity=severity)  # that is a stock-out
    minimum = place.levels.min_months
    over = months >= minimum * timing.leave_factor and not assessment.fades
    return Finding(months < minimum, over, severity)


def keep(assessment: Assessment, place: Place, timing: AlertTiming, is_open: bool, bounds: Bounds) -> None:
    """The stock stays on its side of the minimum, and of where one that fires leaves."""
    minimum = assessment.daily_use * assessment.month_days * place.levels.min_months
    if not is_open:
        bounds.stock_above(minimum)
        return
    found = judge(assessment, place, timing)
    if found.holds:
        bounds.stock_stays(0.0, minimum, assessment.on_hand)
    elif found.over or assessment.fades or not assessment.usable:
        bounds.never()  # what fades may be over with whatever is heard of it
    else:
        bounds.stock_stays(minimum, minimum * timing.leave_factor, assessment.on_hand)


def explain(assessment: Assessment, place: Place, language: Language) -> str:
    """The sentence of the alert."""
    months = assessment.months or 0
    minimum = place.levels.min_months
    shown = beside(minimum, months)
    lasts = language.say(f"{shown} meses; el mínimo es {minimum:g}", f"{shown} months; the minimum is {minimum:g}")
    stock = f"{language.stock(assessment)}, {lasts}{language.expiring(assessment)}"
    return f"{stock}; {language.consumption(assessment)}; {language.due(assessment)}."


def advise(_assessment: Assessment, _place: Place, _finding: Finding) -> Sentences:
    """What to do."""
    return Sentences("Revise el pedido de este mes.", "Check this month's order.")


RULE = Rule(
    "low_stock",
    Sentences("Existencia baja", "Low stock"),
    AlertTiming(hold_days=1.0, clear_days=1.0, leave_factor=1.2),
    judge,
    keep,
    explain,
    advise,
    # A maximum that an item has of its own may lie near its minimum.
    silences=frozenset({"surplus"}),
    asks=frozenset({"order_more"}),
)
