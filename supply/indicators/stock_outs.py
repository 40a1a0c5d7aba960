"""Stock-outs over a month: how many positions had one, how much of the time they were out, and how long each was.

| position | days | days out | needed |
|---|---|---|---|
| 1 | 31 | 0 | yes |
| 2 | 31 | 10 | yes |
| 3 | 31 | 31 | yes |
| 4 | 31 | 31 | no: left out |

Rate 2 of 3: 67 %. Share of days 41 of 93: 44 %. Mean length 41 / 2 = 20.5 days.

A day out is a whole local day with nothing usable after the item was first there (`supply.shelf`), or the reporter's
own figure. A position is left out where the item is not needed, and where nothing is known of the month.

Source: frequency and duration over time, Reproductive Health Supplies Coalition, Harmonized Suite of Indicators to
Measure Stockouts (2015); percentage of time out of stock, MSH, Managing Access to Medicines and Health Technologies
(2012).
"""

from collections import Counter
from collections.abc import Iterable

from supply.indicators.figure import Figure, LeftOut, quotient, share
from supply.indicators.month_use import MonthUse


def stock_out_rate(uses: Iterable[MonthUse]) -> Figure:
    """Positions with a day out / positions where the item was needed, in the month; a share."""
    needed, left_out = _needed(uses)
    out = sum(1 for use in needed if use.days_out > 0)
    return share(out, len(needed), len(needed), left_out)


def days_out_share(uses: Iterable[MonthUse]) -> Figure:
    """Days out / days of the month, over the positions where the item was needed; a share. A reporter's days out beyond
    the month's count as the whole month."""
    needed, left_out = _needed(uses)
    out = sum(min(use.days_out, use.days) for use in needed)
    return share(out, sum(use.days for use in needed), len(needed), left_out)


def mean_days_out(uses: Iterable[MonthUse]) -> Figure:
    """Days out / positions with a day out: how long an item that was out stayed out, in days of the month."""
    needed, left_out = _needed(uses)
    lengths = [min(use.days_out, use.days) for use in needed if use.days_out > 0]
    if len(lengths) < len(needed):
        left_out["never_out"] = len(needed) - len(lengths)
    return quotient(sum(lengths), len(lengths), len(lengths), left_out)


def _needed(uses: Iterable[MonthUse]) -> tuple[list[MonthUse], Counter[LeftOut]]:
    needed: list[MonthUse] = []
    left_out: Counter[LeftOut] = Counter()
    for use in uses:
        if use.needed:
            needed.append(use)
        else:
            left_out["not_needed"] += 1
    return needed, left_out
