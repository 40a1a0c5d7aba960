"""Open mSupply (msupply-foundation/open-msupply): consumption, days out of stock, expiring stock, suggested orders.

Sources: `item_stats.rs`, `days_out_of_stock.rs`, `stock_evolution.rs`, `request_requisition/generate.rs`, the report
`expiring-items`, and their tests.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import msgspec

from supply.calendar import DAY_MS, LocalCalendar, calendar_of
from supply.cover import months_of_stock
from supply.cpm import average
from supply.cpm_presets import OPEN_MSUPPLY
from supply.cpm_window import MonthConsumption
from supply.entries import COUNTED, DISPENSED, RECEIVED, Entry
from supply.ledger import apply
from supply.ledger_state import Ledger
from supply.projection import stock_by_day, unused_at_expiry
from supply.replenishment import half_up, order_up_to, whole
from supply.shelf import accrue_days_out

DAYS_IN_MONTH = 365.25 / 12
FIRST_DAY = dt.date(2026, 1, 1).toordinal()
"""Days that are only numbered need a place in the calendar; any will do."""


def amc_of_events(
    events: Sequence[tuple[int, float]],
    lookback_months: float,
    *,
    days_in_month: float | None = None,
    period_end_days_ago: int = 0,
    days_out_of_stock: float = 0,
) -> float | None:
    """Pieces a month from (days ago, pieces) over the last `int(months x days of a month)` days; a month without a
    length has 365.25 / 12 days."""
    month_days = days_in_month or DAYS_IN_MONTH
    days = int(lookback_months * month_days)
    consumed = sum(pieces for ago, pieces in events if period_end_days_ago <= ago < period_end_days_ago + days)
    policy = msgspec.structs.replace(OPEN_MSUPPLY, month_days=month_days)
    return average([MonthConsumption(0, consumed, days_out_of_stock, days, share=lookback_months)], policy)[0]


def days_out_of_stock(movements: Sequence[tuple[int, int]], window_start_day: int, window_end_day: int) -> int:
    """Whole days without stock from one numbered day to another, both included, after movements of (day, pieces)."""
    calendar = calendar_of("UTC")
    entries = _entries(movements, calendar)
    return _days_out_before(window_end_day + 1, entries, calendar) - _days_out_before(
        window_start_day, entries, calendar
    )


def _entries(movements: Sequence[tuple[int, int]], calendar: LocalCalendar) -> list[Entry]:
    """Movements at noon of their days, after a count of nothing the day before the first."""
    first = min((day for day, _ in movements), default=0) - 1
    entries: list[Entry] = [(_midnight(first, calendar), COUNTED, 0, 0, None)]
    for number, (day, pieces) in enumerate(movements, 1):
        at = _midnight(day, calendar) + DAY_MS // 2
        if pieces > 0:
            entries.append((at, RECEIVED, number, pieces, (None, pieces, [], [])))
        elif pieces < 0:
            entries.append((at, DISPENSED, number, -pieces, None))
    return sorted(entries)


def _midnight(day: int, calendar: LocalCalendar) -> int:
    return calendar.midnight(FIRST_DAY + day)


def _days_out_before(day: int, entries: Sequence[Entry], calendar: LocalCalendar) -> int:
    ledger, until = Ledger(), _midnight(day, calendar)
    for entry in entries:
        if entry[0] < until:
            apply(ledger, entry, calendar)
    accrue_days_out(ledger, until, calendar)
    return sum(month.days_out for month in ledger.months.values())


def expected_usage(days: float | None, amc: float | None, total_stock: float | None) -> int | None:
    """Pieces that will be used of a lot before it expires in some days; `None` where there is nothing to say."""
    if not days or days < 0 or not amc or not total_stock:
        return None
    return half_up(total_stock - _unused(total_stock, amc, days))


def stock_at_risk(pack_size: float | None, packs: float | None, amc: float | None, days: float | None) -> int | None:
    """Pieces of a lot that will expire unused; without consumption only what has expired is at risk for sure."""
    total = (pack_size or 0) * (packs or 0)
    if not total or not days or (not amc and days > 0):
        return None
    return half_up(_unused(total, amc or 0.0, days))


def _unused(total: float, amc: float, days: float) -> float:
    """What a lot has left after some days (parts of days count): its whole life is one day of the rule's."""
    return -sum(pieces for _, pieces in unused_at_expiry([(0, total)], [(0, amc / DAYS_IN_MONTH * days)]))


LONGEST_PROJECTION_DAYS: Final = 3_653


def projection(soh: float, amc: float, delivery: float, delivery_day_index: int, days: int) -> list[float]:
    """The stock at the end of each of the next days, ten years of them at most."""
    if days > LONGEST_PROJECTION_DAYS:
        raise ValueError(f"days: {days} are more than {LONGEST_PROJECTION_DAYS}")
    return stock_by_day(soh, amc / DAYS_IN_MONTH, [(delivery_day_index, delivery)], days)


def suggested_quantity(amc: float, soh: float, min_mos: float, max_mos: float) -> float:
    """What is missing to the maximum, rounded up, once the stock is at the minimum or, without one, at the maximum."""
    months = months_of_stock(soh, amc)
    if months is None or not max_mos or months > (min_mos or max_mos):
        return 0
    return whole(order_up_to(amc * max_mos, soh), "up")
