"""A position's months as they were published, told again in the terms of the rules.

The CPM of an earlier month, the cover at its end and the need for an item are asked of the functions that the engine
asks, over the months as they stand now: what came late is in them, so a forecast may differ from the CPM that was
published at the time.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, cast

import msgspec

from schemas.positions import CpmInputs, MonthTotals
from supply.calendar import days_in_month, month_named
from supply.cover import days_of_stock
from supply.cpm import cpm
from supply.cpm_policy import CpmPolicy, Outflow, Outflows
from supply.cpm_window import happened, window
from supply.indicators.month_use import MonthUse
from supply.indicators.stock import Stock
from supply.ledger_state import Ledger, MonthRecord
from supply.need import is_needed
from supply.policy_choice import Chosen
from supply.replenishment import target_stock
from supply.sheets import moved_of

SCALE: Final = 1000
"""Smallest units a piece: no item has more than three places after the point."""
NEVER: Final = 12 * 10_000
"""A month after all others."""
_WHAT_COUNTS: Final = Outflows(hospital="dispensed", warehouse="dispensed", mixing_centre="dispensed")
"""A published month says what counts as consumption: that is all the ledger told again knows of it."""


class PublishedMonths:
    """A position's known months and the policy that its CPM was computed by.

    A month without a record was one on the shelf in which nothing was used, from the first whole month here on. Which
    one that was is not published: the first month that the CPM used was whole, and so is every one after the first in
    which something happened or was left at the end, which may have been a part of a month. Nothing is told of a month
    before, unless it came as a sheet.
    """

    def __init__(self, months: Iterable[MonthTotals], inputs: CpmInputs) -> None:
        known = {month_named(each.month): each for each in months}
        records = {number: _record(each, inputs) for number, each in known.items()}
        self._closings = {number: each.closing for number, each in known.items() if each.closing is not None}
        records = {number: record for number, record in records.items() if happened(record)}
        here = [*records, *(number for number, closing in self._closings.items() if closing > 0)]
        used = inputs.months_used if inputs.before_first == "left_out" else ()
        self._first_whole = min([month + 1 for month in here] + [month_named(each) for each in used], default=NEVER)
        self._ledger = Ledger(months=records, here_from=0 if self._first_whole < NEVER else None)
        self._policy = _policy_of(inputs)
        self._figures: dict[int, tuple[float | None, float]] = {}

    def needed(self, cpm_value: float | None, running_month: int, official: float | None = None) -> bool:
        """Whether the item is used or asked for here, as of a month (`supply.need`). `official`: the CPM registered
        today; that of earlier months is not known."""
        return is_needed(self._ledger, self._policy, "hospital", cpm_value, running_month, self._first_whole, official)

    def forecast(self, month: int) -> float | None:
        """What the last CPM before a month foretold for it, in pieces.

        A CPM over months as they are foretells a month; one over days (a rolling window, or the calendar's days)
        foretells use a day, so that a longer month needs more.
        """
        policy = self._policy
        figure, _ = self._before(month)
        if figure is None or policy.month_days is None:
            return figure
        by_the_day = policy.window == "rolling" or policy.window_days == "calendar"
        return figure * days_in_month(month) / policy.month_days if by_the_day else figure

    def _before(self, month: int) -> tuple[float | None, float]:
        """The last CPM before a month, and the days of a month by which it was divided into use a day."""
        known = self._figures.get(month)
        if known is not None:
            return known
        policy = self._policy
        asked, days_gone = (month, 1) if policy.window == "complete_months" else (month - 1, days_in_month(month - 1))
        figure = cpm(
            self._ledger, "hospital", Chosen(policy), asked, self._first_whole, SCALE, days_gone=days_gone
        ).value
        found = self._figures[month] = figure, policy.month_days or days_in_month(asked)
        return found

    def stock_at_end(self, month: int, target_months: float | None, *, counted: bool) -> Stock:
        """The stock at the end of a month that is over, beside the CPM, target and need of that instant.

        `counted`: the position was counted at some time. What was due then is not known.
        """
        closing = self._closings.get(month)
        if closing is None:
            return Stock(None, None, None, needed=False, unknown="end_not_known" if counted else "never_counted")
        figure, month_days = self._before(month + 1)
        return Stock(
            usable=closing,
            target=None if figure is None or target_months is None else target_stock(figure, target_months),
            cover_days=days_of_stock(closing, (figure or 0.0) / month_days),
            needed=self._needed_at_end(month, figure),
        )

    def _needed_at_end(self, month: int, figure: float | None) -> bool:
        if figure is not None and figure > 0:
            return True
        # Whoever used it afterwards was not known then.
        months = {number: record for number, record in self._ledger.months.items() if number <= month}
        known = Ledger(months=months, here_from=self._ledger.here_from if self._first_whole <= month + 1 else None)
        return is_needed(known, self._policy, "hospital", figure, month + 1, self._first_whole)

    def use(self, month: int, days: int | None = None) -> MonthUse | None:
        """A month of the position, of which so many days have been (all of them unless given); `None` where nothing is
        known of it."""
        found, _, _ = window(self._ledger, "dispensed", _one_month(self._policy), month + 1, self._first_whole)
        if not found:
            return None
        (only,) = found
        forecast = self.forecast(month)
        return MonthUse(
            days=only.days if days is None else days,
            days_out=int(only.days_out),
            used=(only.amount + only.unmet) / SCALE,
            forecast=forecast,
            needed=self.needed(forecast, month + 1),
        )


def _record(month: MonthTotals, inputs: CpmInputs) -> MonthRecord:
    """A month as the ledger told again keeps it. Of one that came as a sheet it is asked how much single movements told
    as well; transfers, which are not published, are taken for use there."""
    consumption = used = round(month.consumption * SCALE)
    if month.reported:
        moves = (round(each * SCALE) for each in (month.dispensed, month.issued, month.returned))
        used = moved_of(MonthRecord(*moves), cast("Outflow", inputs.consumption))
    return MonthRecord(
        dispensed=used,
        unmet=round(month.unmet * SCALE),
        days_out=month.days_out,
        reported=consumption if month.reported else -1,
    )


@lru_cache(maxsize=1024)
def _one_month(policy: CpmPolicy) -> CpmPolicy:
    """The same consumption, of one month only."""
    return CpmPolicy(name=policy.name, window_months=1, unmet_counts=policy.unmet_counts, outflows=_WHAT_COUNTS)


def _policy_of(inputs: CpmInputs) -> CpmPolicy:
    return _policy(
        name=inputs.policy,
        method=inputs.method,
        window_months=inputs.window_months,
        month_days=inputs.month_days,
        window=inputs.window,
        window_days=inputs.window_days,
        full_month_out=inputs.full_month_out,
        idle_months=inputs.idle_months,
        before_first=inputs.before_first,
        least_months=inputs.least_months,
        least_days=inputs.least_days,
        unmet_counts=inputs.unmet is not None,
        rounding=inputs.rounding,
    )


@lru_cache(maxsize=1024)
def _policy(**parameters: Any) -> CpmPolicy:
    """Made once for all positions that share it: a system has a handful."""
    return msgspec.convert({**parameters, "outflows": _WHAT_COUNTS}, CpmPolicy, from_attributes=True)
