"""The one status of a position.

| status | when (first that applies) |
|---|---|
| `unknown` | never counted, or no CPM for want of data |
| `out` | counted, and usable stock = 0 (also without a CPM) |
| `no_consumption` | CPM = 0 |
| `critical` | months of stock < critical, or projected out (with what is due) within the lead time |
| `low` | months of stock < min |
| `surplus` | months of stock > max |
| `adequate` | else: min and max included |
"""

from schemas.positions import Status
from supply.cover import months_of_stock
from supply.rules import StockLevels


def status_of(
    usable: float | None, cpm: float | None, days_until_out: int | None, levels: StockLevels, lead_time_days: int
) -> Status:
    """The status by usable pieces, CPM in pieces a month and projected days until the stock-out."""
    if usable is None:
        return "unknown"
    if usable <= 0:
        return "out"
    if cpm is None:
        return "unknown"
    months = months_of_stock(usable, cpm)
    if months is None:
        return "no_consumption"
    if months < levels.critical_months or (days_until_out is not None and days_until_out <= lead_time_days):
        return "critical"
    if months < levels.min_months:
        return "low"
    if months > levels.max_months:
        return "surplus"
    return "adequate"
