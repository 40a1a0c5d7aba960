"""What the indicators of a month look at of a position."""

from typing import NamedTuple


class MonthUse(NamedTuple):
    """A position in one month. `days` of it have been, `days_out` of them without stock; `used` is what counts as
    consumption, `forecast` the same as our CPM foretold it before the month (null: too little data), both in pieces.
    `needed`: the item was used or asked for here (`supply.need`)."""

    days: int
    days_out: int
    used: float
    forecast: float | None
    needed: bool
