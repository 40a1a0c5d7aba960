"""Orders: what is late of what is due, and what came complete and on time."""

from collections import Counter
from collections.abc import Iterable

from schemas.positions import DueArrival, OrderMonth
from supply.indicators.figure import Figure, LeftOut, share


def late_orders(due: Iterable[DueArrival]) -> Figure:
    """Order lines past their deadline (without one, their expected day) / order lines with pieces still to come; a
    share. A line counts once, whatever its pieces.

    Source: the complement of the on-time rate of USAID | DELIVER, Measuring Supply Chain Performance (2010), over
    what is open.
    """
    lines = late = 0
    for arrival in due:
        lines += 1
        late += arrival.late
    return share(late, lines, lines, Counter())


def complete(months: Iterable[OrderMonth]) -> Figure:
    """Order lines of which all that was asked came, whenever it did / order lines decided; a share.

    Source: in full, by order line, USAID | DELIVER, Measuring Supply Chain Performance (2010).
    """
    decided = whole = 0
    left_out: Counter[LeftOut] = Counter()
    for month in months:
        decided += month.decided
        whole += month.complete
        _leave_out(month, left_out)
    return share(whole, decided, decided, left_out)


def complete_on_time(months: Iterable[OrderMonth]) -> Figure:
    """Order lines that were whole by their deadline (without one, their expected day) / order lines decided; a share.

    | line | ordered | received | cancelled | deadline | whole on | on the 20th |
    |---|---|---|---|---|---|---|
    | 1 | 60 | 60 | 0 | the 10th | the 10th | complete and on time |
    | 2 | 60 | 60 | 0 | the 10th | the 11th | complete, late |
    | 3 | 60 | 40 | 0 | the 10th | | not complete |
    | 4 | 60 | 40 | 20 | the 10th | the 9th | complete and on time: no more is asked |
    | 5 | 60 | 0 | 60 | the 10th | | left out: nothing is asked any more |
    | 6 | 60 | 40 | 0 | the 20th | | left out: the rest may still come in time |
    | | | | | | | 2 of 4: 50 % |

    Goods that came without a schedule are no order. `supply.order_months` decides what a line was; a position publishes
    the counts by the month of the deadline.

    Source: on time and in full (OTIF) by order line, USAID | DELIVER, Measuring Supply Chain Performance (2010).
    """
    decided = good = 0
    left_out: Counter[LeftOut] = Counter()
    for month in months:
        decided += month.decided
        good += month.complete_on_time
        _leave_out(month, left_out)
    return share(good, decided, decided, left_out)


def _leave_out(month: OrderMonth, left_out: Counter[LeftOut]) -> None:
    if month.cancelled:
        left_out["cancelled"] += month.cancelled
    if month.not_over:
        left_out["not_over"] += month.not_over
