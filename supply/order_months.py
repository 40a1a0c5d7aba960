"""What became of order lines, by the month of the day on which they should have been whole at the latest."""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from supply.calendar import month_number
from supply.ledger_state import Ledger, OrderCounts
from supply.orders import LOST_ORDER_DAYS_KEPT, OrderLine

MONTHS_KEPT: Final = 12
"""A year beside the running month, as lists of indicators by month show it."""


@lru_cache(maxsize=4096)
def _month_of(day: int) -> int:
    """The month of a day, also beyond the days that a calendar knows."""
    date = dt.date.fromordinal(day)
    return month_number(date.year, date.month)


def count(counts: dict[int, OrderCounts], line: OrderLine, day: int) -> None:
    """Count a line as it stands on a day.

    One that is whole or past its deadline is decided: complete when all that is asked came, on time when it was whole
    by its deadline. The others were cancelled before anything came, or are not over yet. Goods that came without a
    schedule are no order.
    """
    if line.quantity <= 0:
        return
    month = _month_of(line.latest_day)
    found = counts.get(month)
    if found is None:
        found = counts[month] = OrderCounts()
    if line.whole:
        found.decided += 1
        found.complete += 1
        # Lines of releases before the last one know the day of the last word on them, not of their receipts.
        if (line.received_on or line.last_day) <= line.latest_day:
            found.complete_on_time += 1
    elif line.asked <= 0:
        found.cancelled += 1
    elif line.latest_day < day:
        found.decided += 1
    else:
        found.not_over += 1


def lost_in(ledger: Ledger, day: int) -> int | None:
    """The month whose lines are put away on a day because their goods never came, where one of them was not whole."""
    month = _month_of(day - LOST_ORDER_DAYS_KEPT - 1)
    counts = ledger.orders_by_month.get(month)
    return month if counts is not None and counts.decided > counts.complete else None


def counts_of(ledger: Ledger, day: int, month: int) -> dict[int, OrderCounts]:
    """The lines of a ledger as they stand on a day, those put away included, by the month they were due in: none of the
    months before those kept."""
    counts: dict[int, OrderCounts] = {}
    lines: Iterable[OrderLine] = ledger.orders.values()
    for line in lines:
        count(counts, line, day)
    for number, over in ledger.orders_by_month.items():
        found = counts.get(number)
        if found is None:
            counts[number] = over
        else:
            found.decided += over.decided
            found.complete += over.complete
            found.complete_on_time += over.complete_on_time
            found.cancelled += over.cancelled
            found.not_over += over.not_over
    return {number: counts[number] for number in sorted(counts) if number >= month - MONTHS_KEPT}
