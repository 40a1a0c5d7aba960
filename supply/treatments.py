"""Planned treatments that the stock does not reach: the patients affected, where a plan says how many there are.

A plan names nobody, so two treatments of one patient count as two.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable

from supply.demand import Plan
from supply.projection import Change

DUST_TREATMENTS = 1e-9
"""What sums of parts of spans may be off by, far below a treatment."""


def treatments_between(plan: Plan, first_day: int, last_day: int) -> int:
    """The treatments planned from a day to another, both included; of a span over several days the part that its days
    there are, rounded up."""
    told = 0.0
    for number in range(bisect_left(plan.ends, first_day), len(plan.spans)):
        first, last, _ = plan.spans[number]
        if first > last_day:
            break
        days = min(last, last_day) - max(first, first_day) + 1
        told += plan.treatments[number] * days / (last - first + 1)
    return math.ceil(told - DUST_TREATMENTS)


def treatments_at_risk(
    plan: Plan, day: int, days_until_out: int | None, lead_time_days: int, arrivals: Iterable[Change]
) -> int | None:
    """The treatments planned from the stock-out on until pieces can come: what is due next after it, or what would be
    ordered today, whichever is sooner. `None` where the plan counts no treatments.

    | out in | lead time | next arrival in | treatments of the days |
    |---|---|---|---|
    | 5 days | 15 days | | 5 to 15 |
    | 5 days | 15 days | 9 days | 5 to 8 |
    | 20 days | 15 days | | none: an order is there before |
    """
    if not plan.treatments:
        return None
    if days_until_out is None:
        return 0
    out_on, ends_on = day + days_until_out, day + lead_time_days
    for in_days, _ in arrivals:
        if in_days > days_until_out:
            ends_on = min(ends_on, day + in_days - 1)
    return treatments_between(plan, out_on, ends_on) if out_on <= ends_on else 0
