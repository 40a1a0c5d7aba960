"""What alerts say in Spanish: quantities with units, dates, what is coming. `supply.english` says it in English."""

from supply.assessment import Assessment
from supply.due import first_deadline, first_due, outstanding, split_due
from supply.finding import date_of, last_told, number
from supply.language import Language


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
    """What can be handed out, and of when that is where it is no news."""
    if assessment.usable is None:
        return "Existencia nunca contada"
    held = f"Existencia de {pieces(assessment.usable)}" if assessment.usable > 0 else "Sin existencia"
    told = last_told(assessment)
    return held if told is None else f"{held} según el último registro, del {told}"


def cover(assessment: Assessment) -> str:
    """What can be handed out and how long that lasts; without a CPM nobody knows."""
    lasts = assessment.cover_days
    if not assessment.usable or lasts is None:
        return stock(assessment)
    return f"{stock(assessment)}, para {days(int(lasts)) if lasts >= 1 else 'menos de 1 día'}"


def due(assessment: Assessment) -> str:
    """What is coming, the next arrival first; what has not come on its day, and what is late, are named as such."""
    coming, awaited, late = split_due(assessment)
    parts = []
    if coming:
        total = pieces(outstanding(coming, assessment.scale))
        parts.append(f"por llegar {total}, lo próximo el {date_of(first_due(coming))}")
    if awaited:
        total = pieces(outstanding(awaited, assessment.scale))
        until = date_of(first_deadline(awaited))
        parts.append(f"sin llegar aún {total} con fecha del {date_of(first_due(awaited))} y plazo hasta el {until}")
    if late:
        parts.append(f"{pieces(outstanding(late, assessment.scale))} con arribo vencido")
    return "; ".join(parts) if parts else "nada por llegar"


def standing(assessment: Assessment) -> str:
    """Stock, use and what is coming, inside a sentence."""
    return f"{stock(assessment).lower()}; {consumption(assessment)}; {due(assessment)}"


SPANISH = Language(pieces, days, a_month, stock, due)
