"""Averages and cover as several peers write them: plain means, MSH's formula, months of stock."""

from collections.abc import Sequence

import msgspec

from supply.cover import months_of_stock
from supply.cpm import average
from supply.cpm_policy import CpmPolicy
from supply.cpm_presets import MSH, UNCORRECTED
from supply.cpm_window import MonthConsumption

MONTH_DAYS = 30
"""Of a month that is known by its sum alone."""

WITHOUT_IDLE_MONTHS = msgspec.structs.replace(UNCORRECTED, name="without-idle-months", idle_months="left_out")


def mean_of(values: Sequence[float], policy: CpmPolicy) -> float | None:
    """The CPM of months without a day out; `None` without a month."""
    return average([MonthConsumption(0, value, 0, MONTH_DAYS) for value in values], policy)[0]


def plain_average(values: Sequence[float]) -> float | None:
    """The mean of all months, those without use as 0."""
    return mean_of(values, UNCORRECTED)


def nonzero_average(values: Sequence[float]) -> float | None:
    """The mean of the months with use: it doubles the figure of what is used every other month. Source: BHIMA's issue
    4327, where it was weighed and refused."""
    return mean_of(values, WITHOUT_IDLE_MONTHS)


def msh_adjusted_amc(consumed: float, months: float, stockout_days: float = 0) -> float | None:
    """MSH's `C / (M - out / 30.5)`, to the cent. Source: `supply.cpm_presets.MSH`."""
    period = MonthConsumption(0, consumed, stockout_days, 0, share=months)
    return rounded(average([period], MSH)[0], 2)


def months_on_hand(soh: float, amc: float | None) -> float | None:
    """Stock / AMC. Source: Open mSupply's manual, items."""
    return months_of_stock(soh, amc)


def rounded(value: float | None, places: int) -> float | None:
    """A figure as it is shown."""
    return None if value is None else round(value, places)
