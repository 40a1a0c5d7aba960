"""Whether items are on the shelf: those with stock, and those out that somebody needs."""

from collections import Counter
from collections.abc import Iterable

from supply.indicators.figure import Figure, LeftOut, share
from supply.indicators.stock import Stock


def with_stock(stocks: Iterable[Stock]) -> Figure:
    """Positions with something usable / positions counted at least once; a share.

    Whether the item is needed does not matter here. A position never counted is left out. What must have been used
    since the count is a reckoning and empties no shelf, here as in the `stock_out` alert: the share of abasto and the
    cover tell of it.

    Source: availability on the day of the survey, WHO/HAI, Measuring medicine prices, availability, affordability
    and price components (2008).
    """
    left_out: Counter[LeftOut] = Counter()
    counted = some = 0
    for stock in stocks:
        if stock.usable is None:
            left_out[stock.unknown] += 1
        else:
            counted += 1
            some += stock.usable > 0
    return share(some, counted, counted, left_out)


def stock_out(stocks: Iterable[Stock]) -> Figure:
    """Positions with nothing usable / positions where the item is needed, at one instant; a share.

    | position | usable | needed | |
    |---|---|---|---|
    | 1 | 0 | yes | out |
    | 2 | 8 | yes | |
    | 3 | 0 | no | left out: an empty shelf that nobody misses |
    | 4 | not known | yes | left out |
    | | | | 1 of 2: 50 % |

    Source: the point-in-time stock-out rate of the Reproductive Health Supplies Coalition's Harmonized Suite of
    Indicators to Measure Stockouts (2015): among the places that are meant to have the item.
    """
    left_out: Counter[LeftOut] = Counter()
    needed = out = 0
    for stock in stocks:
        if stock.usable is None:
            left_out[stock.unknown] += 1
        elif not stock.needed:
            left_out["not_needed"] += 1
        else:
            needed += 1
            out += stock.usable <= 0
    return share(out, needed, needed, left_out)
