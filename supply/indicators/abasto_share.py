"""% abasto: how much of what should be there is there."""

from collections import Counter
from collections.abc import Iterable

from supply.indicators.figure import Figure, LeftOut, share
from supply.indicators.stock import Stock


def abasto_share(stocks: Iterable[Stock]) -> Figure:
    """Sum of min(left, target) / sum of target, in pieces; a share, 1 when every target is met.

    `left` is what is usable without what must have been used since the count (`supply.untold`), as in the cover.
    Each row is capped at its own target, so that a surplus here does not hide a lack there:

    | row | left | target | min |
    |---|---|---|---|
    | 1 | 40 | 100 | 40 |
    | 2 | 500 | 100 | 100 |
    | 3 | 0 | 50 | 0 |
    | sum | | 250 | 140: 56 % |

    A position never counted is left out, and so is one without a target: its CPM is not known, or 0. An item that was
    out for the whole window has a CPM of 0; `stock_out` tells of it.

    Source: the % de abasto of Mexico's public sector, with the target of IMSS-Bienestar Baja California,
    ceil(CPM x 3) (`supply.replenishment`).
    """
    left_out: Counter[LeftOut] = Counter()
    pieces: float = 0
    target: float = 0
    counted = 0
    for stock in stocks:
        if stock.usable is None:
            left_out[stock.unknown] += 1
        elif not stock.target:
            left_out["no_target"] += 1
        else:
            counted += 1
            pieces += min(max(0, stock.usable - stock.untold), stock.target)
            target += stock.target
    return share(pieces, target, counted, left_out)
