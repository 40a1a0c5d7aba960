"""What the indicators of stock look at of a position, today or at the end of a month."""

from typing import NamedTuple

from schemas.positions import DueArrival, Number
from supply.indicators.figure import LeftOut


class Stock(NamedTuple):
    """A position's stock as published. `usable`, `target` in pieces, `cover_days` in days: null where not known.
    `needed`: the item is used or asked for here (`supply.need`). `unknown`: why `usable` is null where it is. `untold`:
    pieces of `usable` that must have been used since the count (`supply.untold`); of the end of a month they are not
    known."""

    usable: Number | None
    target: int | None
    cover_days: float | None
    needed: bool
    due: tuple[DueArrival, ...] = ()
    unknown: LeftOut = "never_counted"
    untold: Number = 0
