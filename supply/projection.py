"""How long the stock lasts: usable stock, minus daily use, lots leaving at expiry, plus due arrivals.

The daily walk of the design in closed form: between two days on which something arrives or expires the stock falls
in a straight line, so only those days are visited.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

DUST_PIECES = 1e-6
"""What sums of fractions are off by, far below the smallest quantity there is (three decimals)."""

Change = tuple[int, float]
"""(days from today, pieces that come or leave)"""


class Projection(NamedTuple):
    """Days from today until the stock-out (`None`: beyond the horizon), with and without what is due, and the pieces
    that pass their date unused within the horizon."""

    days_with_due: int | None
    days_without_due: int | None
    expires_unused: float


def _arrivals_first(change: Change) -> tuple[int, float]:
    return change[0], -change[1]


def unused_at_expiry(lots: Sequence[tuple[int, float]], daily_use: float) -> list[Change]:
    """What leaves the stock unused when lots expire, first expired first out.

    Args:
        lots: (days from today to the last usable day, pieces), by expiry.
        daily_use: pieces a day.
    """
    changes: list[Change] = []
    used = 0.0
    for last_day, pieces in lots:
        leaves_on = last_day + 1
        taken = min(pieces, max(0.0, daily_use * leaves_on - used))
        used += taken
        if pieces > taken:
            changes.append((leaves_on, taken - pieces))
    return changes


def days_until_out(usable: float, daily_use: float, changes: Sequence[Change], horizon_days: int) -> int | None:
    """Days from today to the first day that the stock cannot serve, within the horizon.

    Args:
        usable: pieces on hand now.
        daily_use: pieces a day.
        changes: what comes (above zero) or leaves, at the beginning of a day, by day.
    """
    if usable <= 0:
        return 0
    stock, today = usable, 0
    for day, pieces in changes:
        if day > horizon_days:
            break
        left = stock - daily_use * (day - today)
        if left < -DUST_PIECES:
            break
        stock, today = left + pieces, day
        if stock <= DUST_PIECES:
            return day
    if stock + DUST_PIECES >= daily_use * (horizon_days + 1 - today):
        return None
    days = today + math.floor((stock + DUST_PIECES) / daily_use)
    return days if days <= horizon_days else None


def project(
    usable: float,
    daily_use: float,
    lots: Sequence[tuple[int, float]],
    due: Sequence[Change],
    horizon_days: int,
) -> Projection:
    """The projected stock-out with and without what is due.

    Args:
        usable: pieces on hand now, never below zero.
        daily_use: pieces a day (CPM / month days).
        lots: (days from today to the last usable day, pieces), by expiry.
        due: (days from today, pieces), by day; late arrivals are not among them.
        horizon_days: how far to look.
    """
    leaving = unused_at_expiry(lots, daily_use) if lots else []
    without = days_until_out(usable, daily_use, leaving, horizon_days)
    wasted = 0.0 - sum(pieces for day, pieces in leaving if day <= horizon_days)
    if not due:
        return Projection(without, without, wasted)
    return Projection(
        days_until_out(usable, daily_use, sorted([*leaving, *due], key=_arrivals_first), horizon_days), without, wasted
    )


def stock_by_day(usable: float, daily_use: float, changes: Sequence[Change], days: int) -> list[float]:
    """The stock at the end of each of some days, the first of them day 0: never below zero, so that what comes after a
    stock-out is not owed to it.

    Args:
        usable: pieces at the beginning of day 0.
        daily_use: pieces a day.
        changes: what comes (above zero) or leaves, at the beginning of a day.
    """
    stock, path = usable, []
    for day in range(days):
        stock += sum(pieces for on, pieces in changes if on == day)
        stock = max(0.0, stock - daily_use)
        path.append(stock)
    return path
