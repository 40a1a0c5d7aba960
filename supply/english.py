"""What alerts say in English: quantities with units, dates, what is coming. `supply.spanish` says it in Spanish."""

from supply.assessment import Assessment
from supply.due import first_deadline, first_due, outstanding, split_due
from supply.finding import date_of, last_told, number
from supply.language import Language


def pieces(quantity: float) -> str:
    """A quantity in words: `1 piece`, `1,250 pieces`."""
    shown = number(quantity)
    return f"{shown} piece" if shown == "1" else f"{shown} pieces"


def days(count: int) -> str:
    """A number of days in words: `1 day`, `15 days`."""
    return f"{count} day" if count == 1 else f"{count} days"


def a_month(quantity: float) -> str:
    """A use in words: `90.0 pieces a month`."""
    return f"{quantity:,.1f} pieces a month"


def consumption(assessment: Assessment) -> str:
    """The CPM, or that there is none."""
    if assessment.cpm.value is None:
        return "no CPM for want of data"
    return f"CPM {a_month(assessment.cpm.value)}"


def stock(assessment: Assessment) -> str:
    """What can be handed out, and of when that is where it is no news."""
    if assessment.usable is None:
        return "Stock never counted"
    held = f"Stock of {pieces(assessment.usable)}" if assessment.usable > 0 else "No stock"
    told = last_told(assessment)
    return held if told is None else f"{held} as last recorded on {told}"


def cover(assessment: Assessment) -> str:
    """What can be handed out and how long that lasts; without a CPM nobody knows."""
    lasts = assessment.cover_days
    if not assessment.usable or lasts is None:
        return stock(assessment)
    return f"{stock(assessment)}, for {days(int(lasts)) if lasts >= 1 else 'less than 1 day'}"


def due(assessment: Assessment) -> str:
    """What is coming, the next arrival first; what has not come on its day, and what is late, are named as such."""
    coming, awaited, late = split_due(assessment)
    parts = []
    if coming:
        total = pieces(outstanding(coming, assessment.scale))
        parts.append(f"{total} due, the next on {date_of(first_due(coming))}")
    if awaited:
        total = pieces(outstanding(awaited, assessment.scale))
        until = date_of(first_deadline(awaited))
        parts.append(f"{total}, due on {date_of(first_due(awaited))}, not come yet, deadline {until}")
    if late:
        parts.append(f"{pieces(outstanding(late, assessment.scale))} past the deadline")
    return "; ".join(parts) if parts else "nothing due"


def standing(assessment: Assessment) -> str:
    """Stock, use and what is coming, inside a sentence."""
    return f"{stock(assessment).lower()}; {consumption(assessment)}; {due(assessment)}"


ENGLISH = Language(pieces, days, a_month, stock, due)
