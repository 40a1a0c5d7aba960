"""How long the stock lasts: usable stock, minus daily use, lots leaving at expiry, plus due arrivals.

The daily walk of the design in closed form: between two days on which something arrives, expires or the use changes the
stock falls in a straight line, so only those days are visited.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from supply.demand import Use

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


def unused_at_expiry(lots: Sequence[tuple[int, float]], use: Use) -> list[Change]:
    """What leaves the stock unused when lots expire, first expired first out.

    Args:
        lots: (days from today to the last usable day, pieces), by expiry.
        use: pieces a day from each day on.
    """
    changes: list[Change] = []
    used = wanted = 0.0
    since, rate = use[0]
    following = 1
    for last_day, pieces in lots:
        leaves_on = last_day + 1
        while following < len(use) and use[following][0] < leaves_on:
            wanted += rate * (use[following][0] - since)
            since, rate = use[following]
            following += 1
        taken = min(pieces, max(0.0, wanted + rate * (leaves_on - since) - used))
        used += taken
        if pieces > taken:
            changes.append((leaves_on, taken - pieces))
    return changes


def days_until_out(
    usable: float,
    use: Use,
    changes: Sequence[Change],
    horizon_days: int,
    *,
    empty_is_out: bool = True,
    spare: float = DUST_PIECES,
) -> int | None:
    """Days from today to the first day that the stock cannot serve, or that begins with none, within the horizon.

    Args:
        usable: pieces on hand now.
        use: pieces a day from each day on.
        changes: what comes (above zero) or leaves, at the beginning of a day, by day.
        empty_is_out: also a day that begins with none and uses none. Where not, the day is the first that goes without.
        spare: pieces that may be missing without anybody going without.
    """
    if usable <= 0 and empty_is_out:
        return 0
    beyond = horizon_days + 1
    stock, today, rate = usable, 0, use[0][1]
    following, change = 1, 0
    use_on = use[1][0] if len(use) > 1 else beyond
    change_on = changes[0][0] if changes else beyond
    while today < beyond:
        while change_on <= today:
            stock += changes[change][1]
            change += 1
            change_on = changes[change][0] if change < len(changes) else beyond
        if stock <= DUST_PIECES and empty_is_out:
            return today
        if use_on <= today:
            rate = use[following][1]
            following += 1
            use_on = use[following][0] if following < len(use) else beyond
        day = use_on if use_on < change_on else change_on
        left = stock - rate * (day - today)
        if left < -spare:
            if stock < -spare:  # more leaves than is there: that is a shelf with nothing, and nobody yet without
                stock = 0.0
                continue
            days = today + math.floor((stock + spare) / rate)
            return days if days <= horizon_days else None
        stock, today = left, day
    return None


def less_than_half(scale: int) -> float:
    """The pieces that may be missing without anybody going without, `scale` smallest quantities a piece. The CPM takes
    parts of a piece from a stock, a hand takes whole ones: less than half of one missing is a part that was reckoned
    too much, from half on it is the last one."""
    return (0.5 - DUST_PIECES) / scale


def first_without(usable: float, use: Use, changes: Sequence[Change], horizon_days: int, scale: int) -> int | None:
    """Days from today to the first day on which somebody goes without; arguments as those of `days_until_out`."""
    return days_until_out(usable, use, changes, horizon_days, empty_is_out=False, spare=less_than_half(scale))


def project(
    usable: float,
    use: Use,
    lots: Sequence[tuple[int, float]],
    due: Sequence[Change],
    horizon_days: int,
) -> Projection:
    """The projected stock-out with and without what is due.

    Args:
        usable: pieces on hand now, never below zero.
        use: pieces a day from each day on (`supply.demand`).
        lots: (days from today to the last usable day, pieces), by expiry.
        due: (days from today, pieces), by day; late arrivals are not among them.
        horizon_days: how far to look.
    """
    leaving = unused_at_expiry(lots, use) if lots else []
    without = days_until_out(usable, use, leaving, horizon_days)
    wasted = 0.0 - sum(pieces for day, pieces in leaving if day <= horizon_days)
    if not due or without is None:  # what comes makes no earlier stock-out
        return Projection(without, without, wasted)
    return Projection(days_until_out(usable, use, sorted([*leaving, *due]), horizon_days), without, wasted)


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
