"""What is known of a position's calm: the bounds that its last evaluation noted, and what ends it before its time."""

from typing import Final

from supply import entries
from supply.assessing import lead_time_of
from supply.assessment import Place
from supply.bounds import Bounds
from supply.cpm_policy import Outflow
from supply.entries import Entry
from supply.ledger_state import Ledger

DISTURBS: Final = frozenset({entries.UNMET, entries.COUNTED})
"""Kinds that may end a calm and may carry no detail; all others that may do carry one. Issues carry one and end none:
it is asked every day what counts as use."""

_DISTURBS_ALWAYS: Final = frozenset({entries.ADJUSTED, entries.REPORTED, entries.UNMET})
"""Of adjustments those that get here: what is released."""

_ON_ORDERS: Final = frozenset({entries.SCHEDULED, entries.RECEIVED, entries.CANCELLED})
"""Kinds that may end a late arrival."""


class Calm:
    """While the stock is above `above` and not above `up_to`, less than `used_below` was used in `month` (smallest
    units), `outflow` is what counts as use and the instant is before `until`, no condition has anything new to say, so
    the evaluation of a midnight is skipped (`supply.calm`). A count that is `gap_below` off the book or more ends it,
    and so does a longer lead time than `lead_days`.
    """

    __slots__ = ("above", "gap_below", "lead_days", "month", "outflow", "until", "up_to", "used_below")

    def __init__(self) -> None:
        self.until = 0
        self.above = 0
        self.up_to = 0
        self.used_below = 0
        self.month = 0
        self.gap_below = 0
        self.lead_days = 0
        self.outflow: Outflow = "dispensed"

    def begin(self, bounds: Bounds, month: int, lead_days: int, until_ms: int, outflow: Outflow) -> None:
        """Note the bounds of an evaluation; `until_ms` 0 is no calm at all."""
        self.above = bounds.above
        self.up_to = bounds.up_to
        self.used_below = bounds.used_below
        self.gap_below = bounds.gap_below
        self.month = month
        self.lead_days = lead_days
        self.outflow = outflow
        self.until = until_ms

    def end(self) -> None:
        """Evaluate again at the next midnight, whatever the bounds say."""
        self.until = 0

    def disturb(self, entry: Entry, ledger: Ledger, place: Place, alerted: bool) -> None:
        """What an entry that was just applied means for the calm: a sheet changes the CPM, a count may be far from the
        book or from what sheets say, lots may go to waste, unmet demand is a condition, an arrival is published anew on
        the day it becomes late, and an order may tell of a longer lead time; while an alert is open (`alerted`) it may
        be one about an order. Movements and what is due cannot break a calm: it counts on nothing that is due, and the
        stock and the month's use are looked at every day."""
        kind, detail = entry[1], entry[4]
        if self.until == 0 or kind == entries.ISSUED or (kind == entries.ADJUSTED and detail != entries.RELEASED):
            return
        if kind == entries.COUNTED:
            gap = ledger.count_gap
            # Of what was never counted before, no condition knew the stock.
            off = gap is None or abs(gap) >= self.gap_below or ledger.sheet_at is not None
            # What a count tells of use, or takes back of it, may be of the months that the CPM looks at.
            if detail is not None or off or ledger.told_by_counts:
                self.until = 0
            return
        if kind in _DISTURBS_ALWAYS or (kind == entries.RECEIVED and detail[2]):
            self.until = 0
            return
        if alerted and kind in _ON_ORDERS:
            self.until = 0
        elif kind == entries.SCHEDULED:
            late_from = 1 + (detail[2] if detail[3] is None else detail[3])
            if late_from <= place.calendar.day(self.until):
                self.until = min(self.until, place.calendar.midnight(late_from))
        if lead_time_of(ledger, place).days > self.lead_days:
            self.until = 0
