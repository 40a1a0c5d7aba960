"""What alerts say in Spanish: quantities with units, dates, what is coming. `supply.english` says it in English."""

from supply.assessment import Assessment
from supply.finding import date_of, number, split_due


def pieces(quantity: float) -> str:
    """A quantity in words: `1 pieza`, `1,250 piezas`."""
    shown = number(quantity)
    return f"{shown} pieza" if shown == "1" else f"{shown} piezas"


def days(count: int) -> str:
    """A number of days in words: `1 día`, `15 días`."""
    return f"{count} día" if count == 1 else f"{count} días"


def a_month(quantity: float) -> str:
    """A use in words: `90.0 piezas al mes`."""
    return f"{quantity:,.1f} piezas al mes"


def consumption(assessment: Assessment) -> str:
    """The CPM, or that there is none."""
    if assessment.cpm.value is None:
        return "sin CPM por falta de datos"
    return f"CPM {a_month(assessment.cpm.value)}"


def stock(assessment: Assessment) -> str:
    """What can be handed out."""
    if assessment.usable is None:
        return "Existencia nunca contada"
    return f"Existencia de {pieces(assessment.usable)}" if assessment.usable > 0 else "Sin existencia"


def due(assessment: Assessment) -> str:
    """What is coming, the next arrival first; late ones are named as such."""
    coming, late = split_due(assessment)
    parts = []
    if coming:
        first = min(coming, key=lambda line: line.expected_on)
        total = sum(line.outstanding for line in coming) / assessment.scale
        parts.append(f"por llegar {pieces(total)}, lo próximo el {date_of(first.expected_on)}")
    if late:
        total = sum(line.outstanding for line in late) / assessment.scale
        parts.append(f"{pieces(total)} con arribo vencido")
    return "; ".join(parts) if parts else "nada por llegar"


def standing(assessment: Assessment) -> str:
    """Stock, use and what is coming, inside a sentence."""
    return f"{stock(assessment).lower()}; {consumption(assessment)}; {due(assessment)}"
