"""What a condition says of a position at an instant."""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

from schemas.alerts import SEVERITIES, Condition, Severity
from schemas.catalogue import VenClass
from supply.assessment import Assessment, Place
from supply.rules import AlertTiming


class Finding(NamedTuple):
    """`holds`: the enter threshold is met. `over`: the leave threshold is met; between the two an open alert stays."""

    holds: bool
    over: bool
    severity: Severity


NOT_APPLICABLE = Finding(holds=False, over=True, severity="low")


class Rule(NamedTuple):
    """A condition that makes alerts.

    `judge` is a pure function of an assessed position; `explain` writes the sentence a coordinator reads, in Spanish.
    """

    condition: Condition
    judge: Callable[[Assessment, Place, AlertTiming], Finding]
    explain: Callable[[Assessment, Place], str]


_STEPS_MILDER: dict[VenClass | None, int] = {"V": 0, "E": 1, "N": 2, None: 1}


def severity_for(worst: Severity, ven: VenClass | None) -> Severity:
    """The severity for a vital item; a step milder for an essential or unclassified one, two for a non-essential."""
    return SEVERITIES[max(0, SEVERITIES.index(worst) - _STEPS_MILDER[ven])]


def pieces(quantity: float) -> str:
    """A quantity in words: `1 pieza`, `1,250 piezas`."""
    shown = f"{quantity:,.3f}".rstrip("0").rstrip(".")
    return f"{shown} pieza" if shown == "1" else f"{shown} piezas"


def days_phrase(days: int) -> str:
    """A number of days in words: `1 día`, `15 días`."""
    return f"{days} día" if days == 1 else f"{days} días"


def date_of(day: int) -> str:
    """A local day as `2026-05-03`."""
    return dt.date.fromordinal(day).isoformat()


def consumption_phrase(assessment: Assessment) -> str:
    """The CPM, or that there is none."""
    if assessment.cpm.value is None:
        return "sin CPM por falta de datos"
    return f"CPM {assessment.cpm.value:,.1f}"


def due_phrase(assessment: Assessment) -> str:
    """What is coming, the next arrival first; late ones are named as such."""
    coming = [line for line in assessment.due if line.latest_day >= assessment.day]
    late = [line for line in assessment.due if line.latest_day < assessment.day]
    parts = []
    if coming:
        first = min(coming, key=lambda line: line.expected_on)
        total = sum(line.outstanding for line in coming) / assessment.scale
        parts.append(f"por llegar {pieces(total)}, lo próximo el {date_of(first.expected_on)}")
    if late:
        total = sum(line.outstanding for line in late) / assessment.scale
        parts.append(f"{pieces(total)} con arribo vencido")
    return "; ".join(parts) if parts else "nada por llegar"
