"""Planned treatments that the stock does not reach: the patients affected, where a plan says how many there are.

A plan names nobody, so two treatments of one patient count as two.
"""

import math
from collections.abc import Iterable

from supply.demand import Plan, Use
from supply.projection import Change, less_than_half

DUST_TREATMENTS = 1e-6
"""What sums of parts of treatments may be off by, far below a treatment: as much as those of pieces
(`supply.projection.DUST_PIECES`)."""


def treatments_at_risk(
    plan: Plan, day: int, stock: float, use: Use, changes: Iterable[Change], lead_time_days: int, scale: int
) -> int | None:
    """The planned treatments from a day on, until what would be ordered today is there, for which the stock and what
    comes meanwhile are not enough. What is there is used piece by piece, so where it is enough for nine treatments of
    ten on a day, one goes without; parts of treatments are added up, and the sum rounded up. What is not used because
    it was missing is not used later. What a planned use finds is whole pieces, for all that was used before it.
    `None` where the plan counts no treatments.

    With 1 treatment of 10 pieces on each day, and a lead time of 15 days:

    | stock | next arrival | at risk |
    |---|---|---|
    | 50 | | 11: those of the days 5 to 15 |
    | 55 | | 11: 10.5, rounded up |
    | 50 | 30 pieces in 9 days | 8: not those of the days 9 to 11 |
    | 0 | 160 pieces today | 0 |

    Args:
        stock: pieces usable now.
        use: pieces a day from each day on, without what was used of the plan today.
        changes: what comes (above zero) or leaves, at the beginning of a day.
        scale: smallest quantities a piece.
    """
    if not plan.treatments:
        return None
    moved: dict[int, float] = {}
    for in_days, pieces in changes:
        moved[in_days] = moved.get(in_days, 0.0) + pieces
    a_piece = _treatments_a_piece(plan, day, lead_time_days)
    missed = 0.0
    for number, (first, rate) in enumerate(use):
        until = use[number + 1][0] if number + 1 < len(use) else lead_time_days + 1
        for in_days in range(first, min(until, lead_time_days + 1)):
            stock = max(0.0, stock + moved.get(in_days, 0.0))
            if in_days == first and in_days in a_piece:
                stock = math.floor((stock + less_than_half(scale)) * scale) / scale
            served = min(stock, rate)
            stock -= served
            missed += a_piece.get(in_days, 0.0) * (rate - served)
    return math.ceil(missed - DUST_TREATMENTS)


def _treatments_a_piece(plan: Plan, day: int, lead_time_days: int) -> dict[int, float]:
    """How much of a treatment a piece is, by days from a day on."""
    found: dict[int, float] = {}
    for (first, last, rate), treatments in zip(plan.spans, plan.treatments, strict=True):
        if treatments and rate > 0:
            for each in range(max(first, day), min(last, day + lead_time_days) + 1):
                found[each - day] = treatments / (rate * (last - first + 1))
    return found
