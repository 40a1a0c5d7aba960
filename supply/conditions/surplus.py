"""`surplus` (excedente): more months of stock than the maximum; what is above it may be lent."""

import math

from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.demand import used_within
from supply.expiring import first_date, loss_told
from supply.finding import NOT_APPLICABLE, Finding, Rule
from supply.language import Language, Sentences, agreeing, beside, date_of, number
from supply.rules import AlertTiming

LEVEL_FACTOR = 1.12
"""From one level of what may be lent to the next. Others are told of it anew two levels on (`supply.rekeying`)."""


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters when stock / CPM, or the months of the planned use, > maximum months, by `enter_pieces` at least that may
    be lent; leaves at `leave_factor` times the maximum.

    What is above it for want of news neither enters nor leaves.

    Always low, whatever the VEN class: nobody goes without here. Without use there is no maximum to be above; what
    comes after months without stock is not offered to others before it is known what is used.
    """
    months = _months(assessment)
    if assessment.usable is None or months is None:
        return NOT_APPLICABLE
    if assessment.is_stale:
        return Finding(holds=False, over=False, severity="low")
    maximum = place.levels.max_months
    holds = months > maximum and above_maximum(assessment, place) >= timing.enter_pieces
    return Finding(holds, months <= maximum * timing.leave_factor, "low")


def keep(assessment: Assessment, place: Place, timing: AlertTiming, is_open: bool, bounds: Bounds) -> None:
    """The stock stays on its side of the maximum, and what may be lent about the same: others are told of it. What was
    never counted may be above the maximum at its first count."""
    use = assessment.observed_cpm
    if not use:
        if is_open:
            bounds.never()
        elif may_lend(assessment):
            _keep_level(assessment, place, 0.0, bounds)
        return
    maximum = use * place.levels.max_months
    if not is_open:
        bounds.stock_up_to(maximum)
        return
    found = judge(assessment, place, timing)
    if found.holds:
        _keep_level(assessment, place, maximum, bounds, least=timing.enter_pieces)
    elif found.over:
        bounds.never()
    else:
        bounds.stock_above(maximum * timing.leave_factor)
        bounds.stock_up_to(maximum)


def _keep_level(assessment: Assessment, place: Place, maximum: float, bounds: Bounds, *, least: float = 0.0) -> None:
    level = level_of(above_maximum(assessment, place))
    lent = max(least, LEVEL_FACTOR ** (level - 1)) if level else 0.0
    bounds.stock_stays(maximum + lent if level else 0.0, maximum + LEVEL_FACTOR**level, assessment.on_hand)


def _months(assessment: Assessment) -> float | None:
    """The months that the stock lasts, where it is known what is used."""
    if assessment.planned is None and assessment.observed_cpm is None:
        return None
    return assessment.months


def above_maximum(assessment: Assessment, place: Place) -> float:
    """Pieces above the maximum, parts of a piece included: what is not used within the maximum's months."""
    months = place.levels.max_months
    if assessment.planned is None:
        used = (assessment.cpm.value or 0.0) * months
    else:
        used = used_within(assessment.use, months * assessment.month_days)
    return max(0.0, assessment.left - used)


def level_of(lent: float) -> int:
    """The steps of `LEVEL_FACTOR` by which the pieces that may be lent are more than none."""
    return 1 + int(math.log(lent, LEVEL_FACTOR)) if lent >= 1 else 0


def may_lend(assessment: Assessment) -> bool:
    """Whether the stock is a surplus by a use that is known, or lies where nothing is used of it."""
    if assessment.is_stale:
        return False
    if assessment.status == "no_consumption":
        return assessment.observed_cpm is not None
    return assessment.status == "surplus" and _months(assessment) is not None


def may_be_lent(assessment: Assessment, place: Place) -> int:
    """Whole pieces above the maximum."""
    return int(above_maximum(assessment, place))


def explain(assessment: Assessment, place: Place, language: Language) -> str:
    """The sentence of the alert."""
    months = _months(assessment)
    if months is None:
        told = f"{language.stock(assessment)}; {language.no_use(assessment)}; "
        told += language.say("sin consumo no hay máximo que rebasar", "without use there is no maximum to be above")
        return f"{told}; {language.consumption(assessment)}; {language.due(assessment)}."
    maximum, lent = place.levels.max_months, may_be_lent(assessment, place)
    shown = beside(maximum, months)
    lasts = language.say(f"{shown} meses; el máximo es {maximum:g}", f"{shown} months; the maximum is {maximum:g}")
    return (
        f"{language.stock(assessment)}, {lasts}; {_lent(assessment, lent, language)}; "
        f"{language.consumption(assessment)}; {language.due(assessment)}."
    )


def _lent(assessment: Assessment, lent: int, language: Language) -> str:
    """What may be lent, and what of the stock is to be offered in any case because it would expire here."""
    pieces, unused = language.pieces(lent), loss_told(assessment)
    if not unused:
        if not lent:
            return language.say("nada para prestar", "nothing to lend")
        return language.say(f"para prestar: {pieces}", f"{pieces} may be lent")
    quantity, first = round(unused, 1), date_of(first_date(assessment))
    shown = number(quantity)
    expires = agreeing(quantity, f"{shown} que caducaría sin usarse", f"{shown} que caducarían sin usarse")
    en = f"{shown} that would expire unused from {first} on"
    es = f"{expires} desde el {first}"
    if not lent:
        return language.say(f"nada para prestar más que {es}", f"nothing to lend but {en}")
    if lent < unused:
        return language.say(f"para prestar: {pieces}, o hasta {es}", f"{pieces} may be lent, or up to {en}")
    return language.say(f"para prestar: {pieces}, primero {es}", f"{pieces} may be lent, first {en}")


def advise(assessment: Assessment, place: Place, finding: Finding) -> Sentences:
    """What to do. Where no more is above the maximum than would expire anyway, that is no reason to order less."""
    above, unused = above_maximum(assessment, place), loss_told(assessment)
    if unused and above <= unused:
        if not finding.holds:
            return Sentences(
                "Ya no pasa del máximo: ofrezca solo lo que caducaría.",
                "It is above the maximum no more: offer only what would expire.",
            )
        return Sentences(
            "Ofrezca lo que caducaría a una unidad que lo use antes: sin ello no hay excedente.",
            "Offer what would expire to a facility that will use it in time: without it there is no surplus.",
        )
    if not finding.holds:
        return Sentences(
            "Ya no pasa del máximo: no ofrezca más piezas y siga sin pedir hasta que baje.",
            "It is above the maximum no more: offer no more pieces, and order none until it has come down.",
        )
    if not assessment.due:
        return Sentences(
            "Ofrezca el excedente a unidades con faltante y no pida más hasta que baje.",
            "Offer the surplus to facilities that are short, and order none until it has come down.",
        )
    return Sentences(
        "Ofrezca el excedente a unidades con faltante y detenga los pedidos que faltan.",
        "Offer the surplus to facilities that are short, and hold what is on order.",
    )


RULE = Rule(
    "surplus",
    Sentences("Excedente", "Surplus"),
    # Nothing is lost in the week that it takes to see whether a large delivery is a surplus. Less than a whole piece
    # cannot be lent.
    AlertTiming(hold_days=7.0, clear_days=1.0, enter_pieces=1.0, leave_factor=0.9),
    judge,
    keep,
    explain,
    advise,
    # Nobody claims pieces that would be too many: what is late may stay where it is.
    silences=frozenset({"late_arrival"}),
    asks=frozenset({"order_less", "lend"}),
)
