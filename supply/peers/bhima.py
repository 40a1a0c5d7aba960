"""BHIMA (third-culture-software/bhima): its default algorithm. Source: procedure `GetAMC` and its test
`test/integration-stock/depots.js`."""

from supply.cpm import average
from supply.cpm_presets import BHIMA
from supply.cpm_window import MonthConsumption
from supply.peers.averages import rounded


def amc_default(consumed: float, stock_days: float) -> float | None:
    """Consumption / days with stock x 30.5, to the cent. Without a day with stock it divides by one day."""
    days = stock_days or 1
    return rounded(average([MonthConsumption(0, consumed, 0, 0, share=days / (BHIMA.month_days or 1))], BHIMA)[0], 2)
