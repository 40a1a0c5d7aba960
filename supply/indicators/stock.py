"""What the indicators of the present stock look at of a position."""

from typing import NamedTuple

from schemas.positions import DueArrival, Number


class Stock(NamedTuple):
    """A position's stock as published. `usable`, `target` in pieces, `cover_days` in days: null where not known.
    `needed`: the item is used or asked for here (`supply.need`)."""

    usable: Number | None
    target: int | None
    cover_days: float | None
    needed: bool
    due: tuple[DueArrival, ...] = ()
