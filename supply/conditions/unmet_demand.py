"""`unmet_demand` (demanda no surtida): pieces were prescribed and not filled, this month or the last."""

from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.calendar import first_day
from supply.catalogue import valid_on
from supply.finding import NOT_APPLICABLE, Finding, Rule, severity_for
from supply.language import Language, Sentences, date_of
from supply.rules import AlertTiming

GRAVE_SHARE = 0.25
"""A quarter of a month's use not filled: a patient in four at one visit, or all of a week."""
SERIOUS_SHARE = 0.05
NOT_FEW_PIECES = 3.0
"""Where no use is known, fewer may be a slip of the pen or one patient."""


def _month_of_use(assessment: Assessment, place: Place) -> float:
    """The pieces of a month's use: the CPM or what stands in for it, else the registered one; 0 where none knows of
    any."""
    if assessment.instead is not None:
        return assessment.instead.cpm
    return assessment.cpm.value or valid_on(place.official, assessment.day) or 0.0


def _is_grave(assessment: Assessment, place: Place) -> bool:
    """Whether much of what was asked for was not filled. Where no use is known that is all of it: without stock in any
    month of the window from the first piece on."""
    unmet, use = assessment.observed.unmet, _month_of_use(assessment, place)
    if use > 0:
        return unmet >= use * GRAVE_SHARE
    return unmet >= NOT_FEW_PIECES or assessment.cpm.inputs.state == "uncorrected"


def _can_be_filled_now(assessment: Assessment) -> bool:
    """Whether as much is in stock as was not filled."""
    return assessment.left >= assessment.observed.unmet


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters at `enter_pieces` not filled in the running and the last month; leaves below `leave_factor` times that,
    when two months began without any.

    Critical from a quarter of a month's use on, where the stock would not fill it today, else high; high from a
    twentieth on and where no use is known, else medium.
    """
    unmet, use = assessment.observed.unmet, _month_of_use(assessment, place)
    if unmet <= 0:
        return NOT_APPLICABLE
    if _is_grave(assessment, place):
        severity = severity_for("high" if _can_be_filled_now(assessment) else "critical", place.item.ven)
    else:
        severity = severity_for("high" if unmet >= use * SERIOUS_SHARE else "medium", place.item.ven)
    return Finding(unmet >= timing.enter_pieces, unmet < timing.enter_pieces * timing.leave_factor, severity)


def keep(assessment: Assessment, place: Place, _timing: AlertTiming, is_open: bool, bounds: Bounds) -> None:
    """Unmet demand, a sheet and the end of a month end the calm by themselves. What is open gets worse or better with
    the stock that would fill it, and with another registered CPM."""
    if not is_open:
        return
    if not assessment.cpm.value:
        for from_day, _ in place.official:
            if from_day > assessment.day:
                bounds.until(from_day)
    if _can_be_filled_now(assessment):
        bounds.stock_above(assessment.observed.unmet)
    else:
        bounds.stock_up_to(assessment.observed.unmet)


def explain(assessment: Assessment, _place: Place, language: Language) -> str:
    """The sentence of the alert."""
    told = language.say(
        "Ninguna pieza sin surtir registrada este mes y el anterior", "No unfilled piece recorded this month and last"
    )
    heard = assessment.heard_day
    if heard is not None and heard < first_day(assessment.month - 1):
        told = language.say(
            f"Sin registros de la clave desde el {date_of(heard)}: no se sabe si todo se surte",
            f"Nothing recorded of the item since {date_of(heard)}: whether all is filled is not known",
        )
    if assessment.observed.unmet > 0:
        unmet = language.pieces(assessment.observed.unmet)
        told = language.say(f"Sin surtir {unmet} este mes y el anterior", f"{unmet} not filled this month and last")
    return f"{told}; {language.standing(assessment)}."


def advise(_assessment: Assessment, _place: Place, _finding: Finding) -> Sentences:
    """What to do."""
    return Sentences(
        "Localice a los pacientes sin surtir y, si no hay existencia para ellos, pida un traspaso.",
        "Find the patients who went without and, where there is no stock for them, ask for a transfer.",
    )


RULE = Rule(
    "unmet_demand",
    Sentences("Demanda no surtida", "Unmet demand"),
    AlertTiming(enter_pieces=1.0),
    judge,
    keep,
    explain,
    advise,
    silences=frozenset({"surplus"}),
    asks=frozenset({"borrow"}),
)
