"""CommCare Supply (dimagi/commcare-hq): consumption between two reports of stock. Source:
`casexml/apps/stock/consumption.py` and its test.

A transaction is (kind, pieces, days ago), in the order they happened.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from supply.cpm import average
from supply.cpm_presets import COMMCARE
from supply.cpm_window import MonthConsumption

Kind = Literal["stockonhand", "stockout", "consumption", "receipts"]
MONTH_DAYS = 30


class _Period:
    """From one count of stock to the next."""

    def __init__(self, stock: float, day: float) -> None:
        self.stock = stock
        self.day = day
        self.consumed = 0.0
        self.received = 0.0


def daily_consumption(
    transactions: Sequence[tuple[Kind, float, float]],
    *,
    window: float = 60,
    min_periods: int = 0,
    min_window: int = 0,
    exclude_invalid_periods: bool = False,
) -> float | None:
    """Pieces a day over the periods between counts within the window; `None` for want of periods or days.

    A stock-out ends a period that then does not count. Of a period that began before the window the share of its days
    within enters. `exclude_invalid_periods` leaves out those that end with more than there could be.
    """
    begin = -window
    periods: list[MonthConsumption] = []
    period: _Period | None = None
    for kind, quantity, days_ago in transactions:
        day = -days_ago
        if kind == "stockonhand":
            if period is not None and not (exclude_invalid_periods and period.stock + period.received < quantity):
                days = max(day, begin) - max(period.day, begin)
                if days > 0:
                    used = period.consumed * days / (day - period.day)
                    periods.append(MonthConsumption(0, used, 0, 0, share=days / MONTH_DAYS))
            period = _Period(quantity, day)
        elif kind == "stockout":
            period = None
        elif period is not None and kind == "consumption":
            period.consumed += quantity
        elif period is not None:
            period.received += quantity
    if len(periods) < min_periods:
        return None
    value = average(periods, msgspec.structs.replace(COMMCARE, least_days=min_window))[0]
    return None if value is None else value / MONTH_DAYS
