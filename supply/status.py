"""The one status of a position. Months of stock are those of the planned use where there is a plan.

| status | when (first that applies) |
|---|---|
| `unknown` | never counted |
| `out` | counted, and usable stock = 0 (also without a CPM) |
| `unknown` | neither a CPM, for want of data, nor a planned use |
| `adequate` | a planned use is covered to its end, and nothing is known of a use after it |
| `no_consumption` | nothing is used: CPM = 0, and nothing planned |
| `critical` | months of stock < critical, or projected out (short of a planned use) with what is due in the lead time |
| `low` | months of stock < min |
| `surplus` | months of stock > max |
| `adequate` | else: min and max included |
"""

from schemas.positions import Status
from supply.rules import StockLevels


def status_of(
    usable: float | None,
    months: float | None,
    days_until_short: int | None,
    levels: StockLevels,
    lead_time_days: int,
    *,
    use_known: bool,
    planned: bool = False,
) -> Status:
    """The status by usable pieces, the months they last (`None`: nothing is used, or, unless `use_known`, nobody knows
    what is) and projected days until the stock-out; `planned`: the months are those of a plan."""
    if usable is None:
        return "unknown"
    if usable <= 0:
        return "out"
    if months is None and planned:
        return "adequate"
    if months is None:
        return "no_consumption" if use_known else "unknown"
    if months < levels.critical_months or (days_until_short is not None and days_until_short <= lead_time_days):
        return "critical"
    if months < levels.min_months:
        return "low"
    if months > levels.max_months:
        return "surplus"
    return "adequate"
