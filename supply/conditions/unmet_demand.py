"""`unmet_demand` (demanda no surtida): pieces were prescribed and not filled, this month or the last."""

from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.finding import NOT_APPLICABLE, Finding, Rule, severity_for
from supply.language import Language, Sentences
from supply.rules import AlertTiming

GRAVE_SHARE = 0.25
"""A quarter of a month's use not filled: a patient in four at one visit, or all of a week."""
SERIOUS_SHARE = 0.05


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters at `enter_pieces` not filled in the running and the last month; leaves below `leave_factor` times that,
    when two months began without any.

    Critical from a quarter of a month's use on, high from a twentieth on and where no use is known, else medium.
    """
    unmet, use = assessment.observed.unmet, assessment.cpm.value
    if unmet <= 0:
        return NOT_APPLICABLE
    if use is None or use <= 0:
        severity = severity_for("high", place.item.ven)
    elif unmet >= use * GRAVE_SHARE:
        severity = severity_for("critical", place.item.ven)
    else:
        severity = severity_for("high" if unmet >= use * SERIOUS_SHARE else "medium", place.item.ven)
    return Finding(unmet >= timing.enter_pieces, unmet < timing.enter_pieces * timing.leave_factor, severity)


def keep(_assessment: Assessment, _place: Place, _timing: AlertTiming, _is_open: bool, _bounds: Bounds) -> None:
    """Nothing: unmet demand, a sheet and the end of a month end the calm by themselves."""


def explain(assessment: Assessment, _place: Place, language: Language) -> str:
    """The sentence of the alert."""
    told = language.say("Todo surtido este mes y el anterior", "All filled this month and last")
    if assessment.observed.unmet > 0:
        unmet = language.pieces(assessment.observed.unmet)
        told = language.say(f"Sin surtir {unmet} este mes y el anterior", f"{unmet} not filled this month and last")
    return f"{told}; {language.standing(assessment)}."


RULE = Rule(
    "unmet_demand",
    Sentences("Demanda no surtida", "Unmet demand"),
    AlertTiming(enter_pieces=1.0),
    judge,
    keep,
    explain,
    Sentences(
        "Localice a los pacientes sin surtir y pida para ellos un traspaso.",
        "Find the patients who went without, and ask for a transfer for them.",
    ),
    silences=frozenset({"surplus"}),
)
