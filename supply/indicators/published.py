"""A position's months as they were published, told again in the terms of the rules.

The CPM of an earlier month and the need for an item are asked of the functions that the engine asks, over the months as
they stand now: what came late is in them, so a forecast may differ from the CPM that was published at the time.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import msgspec

from schemas.positions import CpmInputs, MonthTotals
from supply.calendar import days_in_month, month_named
from supply.cpm import cpm
from supply.cpm_policy import CpmPolicy, Outflows
from supply.cpm_window import window
from supply.indicators.month_use import MonthUse
from supply.ledger_state import Ledger, MonthRecord
from supply.need import is_needed
from supply.policy_choice import Chosen

SCALE: Final = 1000
"""Smallest units a piece: no item has more than three places after the point."""
NEVER: Final = 12 * 10_000
"""A month after all others."""
_WHAT_COUNTS: Final = Outflows(hospital="dispensed", warehouse="dispensed", mixing_centre="dispensed")
"""A published month says what counts as consumption: that is all the ledger told again knows of it."""


class PublishedMonths:
    """A position's known months and the policy that its CPM was computed by.

    A month without a record was one on the shelf in which nothing was used, from the first whole month here on. Which
    one that was is not published: the first month that the CPM used was whole, and so is every one after the first
    known, which may have been a part of a month. Nothing is told of a month before, unless it came as a sheet.
    """

    def __init__(self, months: Iterable[MonthTotals], inputs: CpmInputs) -> None:
        known = {month_named(each.month): each for each in months}
        records = {
            number: MonthRecord(
                dispensed=round(each.consumption * SCALE),
                unmet=round(each.unmet * SCALE),
                days_out=each.days_out,
                reported=round(each.consumption * SCALE) if each.reported else -1,
            )
            for number, each in known.items()
        }
        used = inputs.months_used if inputs.before_first == "left_out" else ()
        self._first_whole = min([month + 1 for month in known] + [month_named(each) for each in used], default=NEVER)
        self._ledger = Ledger(months=records, here_from=0 if self._first_whole < NEVER else None)
        self._policy = _policy_of(inputs)

    def needed(self, cpm_value: float | None, running_month: int) -> bool:
        """Whether the item is used or asked for here, as of a month (`supply.need`)."""
        return is_needed(self._ledger, self._policy, "hospital", cpm_value, running_month, self._first_whole)

    def forecast(self, month: int) -> float | None:
        """What the last CPM before a month foretold for it, in pieces.

        A CPM over months as they are foretells a month; one over days (a rolling window, or the calendar's days)
        foretells use a day, so that a longer month needs more.
        """
        policy = self._policy
        asked, days_gone = (month, 1) if policy.window == "complete_months" else (month - 1, days_in_month(month - 1))
        figure = cpm(
            self._ledger, "hospital", Chosen(policy), asked, self._first_whole, SCALE, days_gone=days_gone
        ).value
        if figure is None or policy.month_days is None:
            return figure
        by_the_day = policy.window == "rolling" or policy.window_days == "calendar"
        return figure * days_in_month(month) / policy.month_days if by_the_day else figure

    def use(self, month: int, days: int | None = None) -> MonthUse | None:
        """A month of the position, of which so many days have been (all of them unless given); `None` where nothing is
        known of it."""
        found, _ = window(self._ledger, "dispensed", _one_month(self._policy), month + 1, self._first_whole)
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
