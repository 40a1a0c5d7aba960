"""Planned treatments that the stock does not reach: the patients affected, where a plan says how many there are.

A plan names nobody, so two treatments of one patient count as two.
"""

import math
from collections.abc import Iterable

from supply.demand import Plan
from supply.projection import Change

DUST_TREATMENTS = 1e-9
"""What sums of parts of spans may be off by, far below a treatment."""


def treatments_at_risk(
    plan: Plan,
    day: int,
    days_until_out: int | None,
    lead_time_days: int,
    arrivals: Iterable[Change],
    *,
    empty: bool = False,
) -> int | None:
    """The treatments planned from the stock-out on, until what would be ordered today is there, that what comes
    meanwhile does not reach either; parts of treatments are added up, and the sum rounded up. What is due on the day of
    the stock-out has not been enough, unless the shelf is `empty` today: then it has not come yet. `None` where the
    plan counts no treatments.

    With 1 treatment of 10 pieces on each day:

    | out in | lead time | next arrival | at risk |
    |---|---|---|---|
    | 5 days | 15 days | | 11: those of the days 5 to 15 |
    | 5 days | 15 days | 30 pieces in 9 days | 8: not those of the days 9 to 11 |
    | 5 days | 15 days | 1 piece in 6 days | 11: 10.9, rounded up |
    | 20 days | 15 days | | 0: an order is there before |
    """
    if not plan.treatments:
        return None
    if days_until_out is None:
        return 0
    coming: dict[int, float] = {}
    for in_days, pieces in arrivals:
        if in_days > days_until_out or empty:
            coming[in_days] = coming.get(in_days, 0.0) + pieces
    stock = missed = 0.0
    for number, (first, last, rate) in enumerate(plan.spans):
        treated = plan.treatments[number] / (last - first + 1)
        for in_days in range(max(first - day, days_until_out), min(last - day, lead_time_days) + 1):
            stock += sum([coming.pop(each) for each in list(coming) if each <= in_days])
            served = min(stock, rate)
            stock -= served
            missed += treated * (1 - served / rate) if rate > 0 else 0.0
    return math.ceil(missed - DUST_TREATMENTS)
