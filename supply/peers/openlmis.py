"""OpenLMIS 3: requisition figures and days out of stock. Sources: openlmis-requisition `LineItemFieldsCalculator`,
openlmis-stockmanagement `StockCardAggregate` and `Year360Utils`, and their tests."""

import datetime as dt
from collections.abc import Mapping, Sequence

from supply.cpm import corrected
from supply.cpm_presets import OPENLMIS
from supply.peers.averages import mean_of
from supply.replenishment import order_up_to, whole

MONTH_DAYS = 30
DAY = dt.timedelta(days=1)


def adjusted_consumption(
    consumed: int | None,
    stockout_days: int | None = None,
    months: int = 1,
    additional: int | None = None,
    *,
    additional_enabled: bool = True,
) -> float | None:
    """`roundup(C x 30 M / (30 M - X))`, plus the additional quantity where the requisition has that column. What is not
    filled in is 0.

    Nothing consumed, or out throughout: the additional quantity is not added.
    """
    length, days_out = MONTH_DAYS * months, stockout_days or 0
    value = corrected(consumed or 0, length, days_out, OPENLMIS)
    added = additional or 0 if additional_enabled and consumed and days_out < length else 0
    return None if value is None else value + max(0, added)


def average_consumption(adjusted: Sequence[int]) -> float | None:
    """The mean of the periods' adjusted consumption, rounded up."""
    return mean_of(adjusted, OPENLMIS)


def max_stock(average: float, max_periods: float) -> float:
    """Average consumption x maximum periods of stock, rounded half up."""
    return whole(average * max_periods, "half_up")


def order_quantity(max_stock: float | None, stock_on_hand: float | None) -> float | None:
    """Maximum stock (or ideal stock amount) - stock on hand, never below zero; `None` without a level to fill to."""
    return None if max_stock is None else order_up_to(max_stock, stock_on_hand or 0)


def stockout_days_capped(days: int | None, months: int | None) -> int:
    """Days out of a period of months (one unless said): no more than it has, 0 where nothing is known."""
    return min(days or 0, MONTH_DAYS * (1 if months is None else months))


def stockout_days(soh_by_date: Mapping[dt.date, int], start: dt.date, end: dt.date) -> int:
    """Days out from `start` to `end`, both included, months counted as 30 days.

    Args:
        soh_by_date: stock at the end of the days on which it changed; a day that ends without stock is out.

    Three ways, as they have them: no change in between is judged by the stock before; nothing but zeros is out
    throughout; else the spans between a zero and the next change are added up. Where the stock before is not known it
    counts as zero.
    """
    before = max((day for day in soh_by_date if day < start), default=None)
    beginning = 0 if before is None else soh_by_date[before]
    within = [soh for day, soh in soh_by_date.items() if start <= day <= end]
    if not within and beginning > 0:
        return 0
    if not within or (sum(within) == 0 and beginning == 0):
        return days_of_360(start, end + DAY)
    return sum(
        days_of_360(max(begin, start), min(until, end + DAY))
        for begin, until in _spans_out(soh_by_date, end)
        if begin <= end and until >= start
    )


def _spans_out(soh_by_date: Mapping[dt.date, int], end: dt.date) -> list[tuple[dt.date, dt.date]]:
    """From each day that ends without stock to the day of the next change, or past the end."""
    days = sorted(soh_by_date)
    return [
        (day, following) for day, following in zip(days, [*days[1:], end + DAY], strict=True) if soh_by_date[day] <= 0
    ]


def days_of_360(start: dt.date, until: dt.date) -> int:
    """Days from one date to another in a year of 360 days, as accountants in the United States count them."""
    until_month, until_day = until.year * 12 + until.month, until.day
    if until_day > MONTH_DAYS and start.day < MONTH_DAYS:
        until_month, until_day = until_month + 1, 1
    months = until_month - (start.year * 12 + start.month)
    return months * MONTH_DAYS + min(until_day, MONTH_DAYS) - min(start.day, MONTH_DAYS)
