"""What is foreseen of the use of the running month where a plan is known: what was used is compared with it."""

from bisect import bisect_left
from typing import Final, NamedTuple

from supply.calendar import first_day
from supply.cpm_window import days_out_of
from supply.demand import Plan, use_from, used_within
from supply.ledger_state import Ledger
from supply.waiting import WAITS_FOR_DAYS

MOVED_BY_DAYS: Final = 7
"""A treatment is given some days before or after its date, which may be in another month."""


class PlannedMonth(NamedTuple):
    """Pieces by the plan, and before and after it by the CPM: `so_far`, of the month's days that are over and what was
    used of today's; `at_most`, of the whole month and of the treatments that may have been moved into it."""

    so_far: float
    at_most: float


def planned_month(
    plan: Plan, ledger: Ledger, day: int, month: int, daily_use: float, before_plan: float | None, done: float
) -> PlannedMonth | None:
    """The running month as it was foreseen; `None` as long as no day of the plan is over.

    Args:
        daily_use: pieces a day by the CPM; `before_plan` instead of it before the plan, where it is not `None`.
        done: what was used today of what is planned for today.
    """
    if plan.first_day >= day:
        return None
    begins, ends = first_day(month), first_day(month + 1)
    last = ledger.months.get(month - 1)
    use = use_from(plan, begins, daily_use, before_plan=before_plan)
    # What was planned last month may have waited for a shelf that was empty.
    was_out = last is not None and days_out_of(last) > 0
    moved_from = begins - (WAITS_FOR_DAYS if was_out else MOVED_BY_DAYS)
    at_most = used_within(use, ends - begins)
    for number in range(bisect_left(plan.ends, moved_from), len(plan.spans)):
        first, until, rate = plan.spans[number]
        if first >= ends + MOVED_BY_DAYS:
            break
        if first == until and not begins <= first < ends:
            at_most += rate
    return PlannedMonth(used_within(use, day - begins) + done, at_most)
