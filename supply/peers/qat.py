"""Quantification Analytics Tool (FASP-QAT/fasp-core-ui): full demand, AMC, months of stock, suggested orders. Sources:
the formulas of `en.json`, `SupplyPlanCalculations.js` and `SupplyPlanComponent.js`."""

from collections.abc import Sequence

from supply.cover import months_of_stock
from supply.cpm import corrected
from supply.cpm_presets import QAT
from supply.peers.averages import mean_of, rounded
from supply.replenishment import half_up, order_up_to


def full_demand(actual: float, days: int, stockout_days: float = 0) -> float | None:
    """What a month would have used had it not been out on some of its days."""
    return corrected(actual, days, stockout_days, QAT)


def amc(full_demands: Sequence[float]) -> int | None:
    """The mean of the months' full demand, as shown: rounded half up."""
    value = mean_of(full_demands, QAT)
    return None if value is None else half_up(value)


def months_on_hand(ending: float, amc: float | None) -> float | None:
    """Ending balance / AMC, to two places."""
    return rounded(months_of_stock(ending, amc), 2)


def suggest_by_months(
    months: tuple[float, float, float], min_mos: float, max_mos: float, *, amc: float, ending: float, unmet: float = 0
) -> float:
    """The order that months of stock of this month and the two after it ask for; they are compared to one place."""
    if amc == 0:
        return 0
    now, first, second = (round(each, 1) for each in months)
    return _suggested((now, first, second), min_mos, (half_up(amc * min_mos), half_up(amc * max_mos)), ending - unmet)


def suggest_by_quantity(
    endings: tuple[float, float, float], min_qty: float, max_qty: float, *, unmet: float = 0
) -> float:
    """The same by ending balances, for what is planned in pieces."""
    levels = half_up(min_qty), half_up(max_qty)
    return _suggested(endings, min_qty, levels, endings[0] - unmet)


def _suggested(stocks: tuple[float, float, float], minimum: float, levels: tuple[float, float], ending: float) -> float:
    """Below the minimum in all three months: up to the maximum. Out now and well again by itself: up to the minimum."""
    now, first, second = stocks
    lasting = first < minimum and second < minimum
    if now == 0:
        return order_up_to(levels[1] if lasting else levels[0], ending)
    return order_up_to(levels[1], ending) if now < minimum and lasting else 0
