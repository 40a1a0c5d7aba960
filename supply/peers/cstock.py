"""cStock (dimagi/logistics): consumption inferred from reports of stock and receipts.

Sources: `logistics/consumption.py`, `warehouse/runner.py` and their tests.

A report is (kind, pieces, when): `SOH` stock on hand, `REC` received.
"""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import msgspec

from supply.cpm import average
from supply.cpm_presets import CSTOCK
from supply.cpm_window import MonthConsumption
from supply.peers.averages import rounded

Kind = Literal["SOH", "REC"]
MONTH_DAYS = 30


class Told(NamedTuple):
    """A report with the balance after it."""

    kind: Kind
    quantity: float
    day: float
    balance: float


def _told(reports: Sequence[tuple[Kind, float, float]]) -> list[Told]:
    """By day, the earliest first; of one day in the order they came."""
    told: list[Told] = []
    balance = 0.0
    for kind, quantity, day in sorted(reports, key=lambda report: report[2]):
        balance = quantity if kind == "SOH" else balance + quantity
        told.append(Told(kind, quantity, day, balance))
    return told


def daily_consumption(
    reports: Sequence[tuple[Kind, float, float]],
    *,
    min_transactions: int = 2,
    min_days: int = 10,
    lookback_days: float | None = None,
    include_end_stockouts: bool = False,
) -> float | None:
    """Pieces a day over the periods between counts, to the cent; `None` for want of reports or days.

    `reports` tell days ago. A period that ends without stock is left out, and so is one that ends with more than there
    could be; of one that began before the look-back the share of its days enters.
    """
    if len(reports) < min_transactions:
        return None
    cutoff = -lookback_days if lookback_days else None
    periods: list[MonthConsumption] = []
    end: Told | None = None
    received = 0.0
    for told in reversed(_told([(kind, quantity, -days_ago) for kind, quantity, days_ago in reports])):
        if told.balance == 0 and not include_end_stockouts:
            end, received = None, 0.0
        elif told.kind == "REC":
            received += told.quantity
        else:
            if end is not None and told.balance + received >= end.balance:
                days = end.day - told.day
                inside = days if cutoff is None else min(days, max(0.0, end.day - cutoff))
                used = (told.balance + received - end.balance) * (inside / days if days else 1)
                periods.append(MonthConsumption(0, used, 0, 0, share=inside / MONTH_DAYS))
            if cutoff is not None and told.day < cutoff:
                break
            end, received = told, 0.0
    if not any(period.share for period in periods):
        return None
    value = average(periods, msgspec.structs.replace(CSTOCK, least_days=min_days))[0]
    return None if value is None else rounded(value / MONTH_DAYS, 2)


def monthly_split(reports: Sequence[tuple[Kind, float, dt.date]]) -> dict[str, list[float]]:
    """By month: pieces consumed, days with data, days out of stock; each step between two reports is spread evenly over
    its days. A step up without a receipt is no data; one that began without stock was out."""
    months: dict[str, list[float]] = {}
    told = _told([(kind, quantity, day.toordinal()) for kind, quantity, day in reports])
    for start, end in pairwise(told):
        fallen = start.balance - end.balance
        begin, until = int(start.day), int(end.day)
        for day in range(begin, max(until, begin + 1)):
            month = months.setdefault(dt.date.fromordinal(day).strftime("%Y-%m"), [0, 0, 0])
            if until > begin:
                month[0] += max(0.0, fallen) / (until - begin)
                month[1] += fallen >= 0 or end.kind == "REC"
                month[2] += start.balance == 0
    return {month: [rounded(consumed, 9) or 0, *days] for month, (consumed, *days) in months.items()}
