"""Orders: what is late of what is due, and what came complete and on time."""

from collections import Counter
from collections.abc import Iterable

from schemas.positions import DueArrival
from supply.indicators.figure import Figure, LeftOut, share
from supply.orders import OrderLine


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


def complete_on_time(lines: Iterable[OrderLine], day: int) -> Figure:
    """Order lines that came whole by their deadline (without one, their expected day) / order lines that are decided
    by a day (`date.toordinal()`); a share.

    | line | ordered | received | cancelled | deadline | last told of | on the 20th |
    |---|---|---|---|---|---|---|
    | 1 | 60 | 60 | 0 | the 10th | the 10th | complete and on time |
    | 2 | 60 | 60 | 0 | the 10th | the 11th | complete, late |
    | 3 | 60 | 40 | 0 | the 10th | the 9th | on time, not complete |
    | 4 | 60 | 40 | 20 | the 10th | the 9th | complete and on time: no more is asked |
    | 5 | 60 | 0 | 60 | the 10th | the 9th | left out: nothing is asked any more |
    | 6 | 60 | 40 | 0 | the 20th | the 9th | left out: the rest may still come in time |
    | | | | | | | 2 of 4: 50 % |

    A line knows the last day on which something was told of it, not the day of each receipt: what came after it was
    whole makes it late. Goods that came without a schedule are no order. What a ledger holds enters; it forgets lines
    a month after they are over (`supply.orders`).

    Source: on time and in full (OTIF) by order line, USAID | DELIVER, Measuring Supply Chain Performance (2010).
    """
    left_out: Counter[LeftOut] = Counter()
    decided = good = 0
    for line in lines:
        if line.quantity <= 0:
            continue
        asked = line.received if line.closed else line.quantity - line.cancelled
        whole = line.received >= asked
        if asked <= 0:
            left_out["cancelled"] += 1
        elif not whole and line.latest_day >= day:
            left_out["not_over"] += 1
        else:
            decided += 1
            good += whole and line.last_day <= line.latest_day
    return share(good, decided, decided, left_out)
