"""How far our own CPM was off: what it foretold for a month against what was then used in it.

F = forecast, A = used, both in pieces:

| position | F | A | F - A | off by |
|---|---|---|---|---|
| 1 | 100 | 80 | 20 | 25 % |
| 2 | 30 | 40 | -10 | 25 % |
| 3 | 10 | 0 | 10 | no percentage |
| sum | 140 | 120 | 20 (off by 40 in all) | |

MAPE, the mean of the percentages: 25 % over two positions. WAPE, the weighted one: 40 / 120 = 33 %.
Bias: 20 / 120 = 17 % too much.

Left out: a position without a CPM before the month; one that was out of stock on some day, because what was not there
could not be used; one of which nothing was foretold and nothing used. A month in which more came back than left used
nothing.

Source: MAPE, and why it has no value at A = 0: Hyndman and Koehler, Another look at measures of forecast accuracy,
International Journal of Forecasting 22 (2006); the weighted one: Kolassa and Schütz, Advantages of the MAD/Mean ratio
over the MAPE, Foresight 6 (2007); forecast accuracy in public health: USAID | DELIVER, Measuring Supply Chain
Performance (2010).
"""

from collections import Counter
from collections.abc import Iterable

from supply.indicators.figure import Figure, LeftOut, quotient
from supply.indicators.month_use import MonthUse

Pair = tuple[float, float]
"""Forecast and used."""


def mean_absolute_percentage_error(uses: Iterable[MonthUse]) -> Figure:
    """Mean of |F - A| / A over the positions that used something: each counts the same, however little it uses. A share
    that may be above 1."""
    pairs, left_out = _comparable(uses)
    errors = [abs(forecast - used) / used for forecast, used in pairs if used > 0]
    if len(errors) < len(pairs):
        left_out["not_used"] += len(pairs) - len(errors)
    return quotient(sum(errors), len(errors), len(errors), left_out)


def weighted_absolute_percentage_error(uses: Iterable[MonthUse]) -> Figure:
    """Sum of |F - A| / sum of A: each piece counts the same. A share that may be above 1."""
    pairs, left_out = _comparable(uses)
    off = sum(abs(forecast - used) for forecast, used in pairs)
    return _of_used(off, pairs, left_out)


def bias(uses: Iterable[MonthUse]) -> Figure:
    """Sum of F - A / sum of A: above 0 when the CPM is too high, below when it is too low. The one figure that may be
    negative."""
    pairs, left_out = _comparable(uses)
    off = sum(forecast - used for forecast, used in pairs)
    return _of_used(off, pairs, left_out)


def _of_used(off: float, pairs: list[Pair], left_out: Counter[LeftOut]) -> Figure:
    used = sum(used for _, used in pairs)
    figure = quotient(off, used, len(pairs), left_out)
    if pairs and figure.value is None:
        left_out["not_used"] += len(pairs)
        return quotient(0, 0, 0, left_out)
    return figure


def _comparable(uses: Iterable[MonthUse]) -> tuple[list[Pair], Counter[LeftOut]]:
    pairs: list[Pair] = []
    left_out: Counter[LeftOut] = Counter()
    for use in uses:
        used = max(0.0, use.used)
        if use.forecast is None:
            left_out["no_forecast"] += 1
        elif use.days_out > 0:
            left_out["out_of_stock"] += 1
        elif use.forecast == 0 and used == 0:
            left_out["not_used"] += 1
        else:
            pairs.append((use.forecast, used))
    return pairs, left_out
