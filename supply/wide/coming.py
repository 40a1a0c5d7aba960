"""What is still to come of an item to the places that are short of it, and what to ask of who buys it."""

import datetime as dt
from collections.abc import Sequence
from typing import Final, NamedTuple

from schemas.positions import Status
from schemas.rekeyed import StockNote
from supply.language import ENGLISH, SPANISH, Sentences, agreeing
from supply.wide.rule import counted

_IN_WANT: Final[tuple[Status, ...]] = ("out", "critical")
"""A place whose delivery has come is short until its alert is over, and waits for no other."""


class Coming(NamedTuple):
    """The pieces `due` in `due_in` of the `short` places, the first on `next_on`, and those `late` in `late_in`; what
    is late is not among those due. `all_told`: each has told what is to come; `nothing`: each that nothing is, and one
    has not just got it."""

    short: int
    due: float
    due_in: int
    next_on: dt.date | None
    late: float
    late_in: int
    all_told: bool
    nothing: bool


def coming_to(short: Sequence[StockNote]) -> Coming:
    """What is still to come to places."""
    told = [note for note in short if note.due_quantity is not None]
    due = [pieces for note in told if (pieces := (note.due_quantity or 0) - note.late_quantity) > 0]
    late = [note.late_quantity for note in told if note.late_quantity > 0]
    all_told = len(told) == len(short)
    return Coming(
        short=len(short),
        due=round(sum(due), 3),
        due_in=len(due),
        next_on=min([note.next_due_on for note in told if note.next_due_on is not None], default=None),
        late=round(sum(late), 3),
        late_in=len(late),
        all_told=all_told,
        nothing=all_told and not due and not late and any(note.status in _IN_WANT for note in short),
    )


def telling(coming: Coming, day: int) -> Sentences:
    """The sentence on a day, with the blank behind it; empty where nobody knows whether anything is due."""
    if coming.due and coming.next_on is not None:
        due, late = _due(coming, coming.next_on, day), _late_too(coming)
        return Sentences(f"{due.es}{late.es}. ", f"{due.en}{late.en}. ")
    if coming.late:
        pieces, where = ENGLISH.pieces(coming.late), _of_the_short(coming.late_in, coming.short)
        es = ", y nada más por llegar" if coming.all_told else ""
        en = ", and nothing else is due" if coming.all_told else ""
        return Sentences(
            f"{SPANISH.pieces(coming.late)} con arribo vencido en {where.es}{es}. ",
            f"{pieces} {agreeing(coming.late, 'is', 'are')} past the deadline in {where.en}{en}. ",
        )
    if coming.nothing:
        return Sentences(
            "Nada por llegar a las unidades con faltante. ", "Nothing is due in the facilities short of it. "
        )
    return Sentences("", "")


def _due(coming: Coming, next_on: dt.date, day: int) -> Sentences:
    where = _of_the_short(coming.due_in, coming.short)
    es, en = f"lo próximo el {next_on}", f"the next on {next_on}"
    if next_on.toordinal() < day:
        es, en = f"lo primero con fecha del {next_on} y sin llegar aún", f"the first since {next_on} and not come yet"
    return Sentences(
        f"Por llegar {SPANISH.pieces(coming.due)} a {where.es}, {es}",
        f"{ENGLISH.pieces(coming.due)} {agreeing(coming.due, 'is', 'are')} due in {where.en}, {en}",
    )


def _late_too(coming: Coming) -> Sentences:
    if not coming.late:
        return Sentences("", "")
    return Sentences(
        f"; {SPANISH.pieces(coming.late)} con arribo vencido en {counted(coming.late_in, 'unidad', 'unidades')}",
        f"; {ENGLISH.pieces(coming.late)} past the deadline in {counted(coming.late_in, 'facility', 'facilities')}",
    )


def _of_the_short(places: int, short: int) -> Sentences:
    return Sentences(
        f"{places:,} de {counted(short, 'unidad', 'unidades')} con faltante",
        f"{places:,} of {counted(short, 'facility', 'facilities')} short of it",
    )


def asking(coming: Coming) -> Sentences:
    """What the advice adds: to ask for what is due sooner, for what is late at all; empty where nothing is to come."""
    if coming.due and coming.late:
        return Sentences(
            "; adelante las entregas por llegar y reclame las vencidas",
            "; bring forward what is due and claim the late deliveries",
        )
    if coming.due:
        return Sentences("; adelante las entregas por llegar", "; bring forward what is due")
    if coming.late:
        return Sentences("; reclame las entregas vencidas", "; claim the late deliveries")
    return Sentences("", "")
