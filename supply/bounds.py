"""The bounds within which a position need not be judged again: no condition would say anything new."""

from collections.abc import Sequence
from typing import Final

UNBOUNDED: Final = 1 << 62


class Bounds:
    """What the stock, the month's use, counts and the day must keep to. Conditions narrow them, one after the other.

    Amounts are in `1/scale` of a piece, given in pieces. `horizon_days` is how far projections look. `until_day`: the
    first day after `day` on which to judge again whatever happened. `restless`: an alert is open whose condition may
    say something else any day, or the use is planned.
    """

    def __init__(self, scale: int, day: int, horizon_days: int, until_day: int) -> None:
        self.scale = scale
        self.day = day
        self.horizon_days = horizon_days
        self.until_day = until_day
        self.above = -UNBOUNDED
        self.up_to = UNBOUNDED
        self.used_below = UNBOUNDED
        self.gap_below = UNBOUNDED
        self.restless = False

    def stock_above(self, pieces: float) -> None:
        """The stock must stay above an amount."""
        self.above = max(self.above, int(pieces * self.scale) + 1)

    def stock_up_to(self, pieces: float) -> None:
        """The stock must not rise above an amount. A unit less is asked for, so that no rounding lets one pass."""
        self.up_to = min(self.up_to, int(pieces * self.scale) - 1)

    def stock_stays(self, above: float, up_to: float, on_hand: int | None) -> None:
        """The stock must stay above one amount and not rise above another. Where it is now, in `1/scale` of a piece, is
        inside, whatever rounding makes of them."""
        low, high = int(above * self.scale) + 1, int(up_to * self.scale) - 1
        if on_hand is not None:
            low, high = min(low, on_hand - 1), max(high, on_hand)
        self.above = max(self.above, low)
        self.up_to = min(self.up_to, high)

    def stock_lasts(self, days: int, daily_use: float, lots: Sequence[tuple[int, float]]) -> None:
        """The stock must last longer than so many days, even if all goes to waste that expires within them. `lots`:
        (days from today to the last usable day, pieces)."""
        until = self.until_day - self.day + days
        lost = sum([pieces for last_day, pieces in lots if last_day <= until])
        self.stock_above(daily_use * (days + 1) + lost)

    def use_below(self, pieces: float) -> None:
        """What was used in the running month must stay below an amount."""
        self.used_below = min(self.used_below, int(pieces * self.scale))

    def count_gap_below(self, pieces: float) -> None:
        """A count must not be that far from the book."""
        self.gap_below = min(self.gap_below, int(pieces * self.scale))

    def until(self, day: int) -> None:
        """Judge again on a day, tomorrow where it has been."""
        self.until_day = min(self.until_day, max(day, self.day + 1))

    def never(self) -> None:
        """Judge every day."""
        self.restless = True
