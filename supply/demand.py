"""What a position will use: planned pieces by date where a plan is known, else the CPM, in pieces a day.

Source: a demand that is known is planned with as it is, an independent one from past consumption: MSH, Managing Access
to Medicines and Health Technologies (2012), chapter 23; docs/decisions/projection.md says what is decided here.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from schemas.catalogue import DemandProfile

Use = Sequence[tuple[int, float]]
"""(days from today, pieces a day from then on), the first from today on, rising."""

Span = tuple[int, int, float]
"""(first day, last day, pieces a day)"""


class Plan(NamedTuple):
    """The planned use of a position; between its first and its last day nothing else is used. `treatments` has a number
    for each span, or none at all where the plan counts no treatments."""

    spans: list[Span]
    ends: list[int]
    treatments: tuple[int, ...] = ()

    @property
    def first_day(self) -> int:
        """The first planned day."""
        return self.spans[0][0]

    @property
    def last_day(self) -> int:
        """The last planned day."""
        return self.ends[-1]


def plan_of(profile: DemandProfile) -> Plan:
    """A profile as days.

    Raises:
        ValueError: a span that ends before it begins, or two that share a day.
    """
    spans: list[Span] = []
    in_order = sorted(profile.planned, key=lambda each: each.on)
    for planned in in_order:
        first, last = planned.on.toordinal(), (planned.until or planned.on).toordinal()
        if last < first:
            raise ValueError(f"the planned use from {planned.on} ends before it begins, on {planned.until}")
        if spans and spans[-1][1] >= first:
            raise ValueError(f"the planned use from {planned.on} begins before the one before it has ended")
        spans.append((first, last, planned.pieces / (last - first + 1)))
    treatments: tuple[int, ...] = ()
    if any(planned.treatments is not None for planned in in_order):
        treatments = tuple([planned.treatments or 0 for planned in in_order])
    return Plan(spans, [last for _, last, _ in spans], treatments)


def use_from(plan: Plan | None, day: int, daily_use: float, done: float = 0.0, before_plan: float | None = None) -> Use:
    """The use from a day on: the CPM's (`daily_use`, pieces a day) before and after the plan, and inside it what is
    planned, which on days without an entry is nothing. `done` (`done_of`) is used already, and not once more.
    `before_plan`: the use before it begins, where that is another than the CPM's."""
    if plan is None or plan.last_day < day:
        return [(0, daily_use - done), (1, daily_use)] if done > 0 else [(0, daily_use)]
    use: list[tuple[int, float]] = []
    at = 0
    first_span = bisect_left(plan.ends, day)
    if first_span == 0 and plan.first_day > day:
        use.append((0, daily_use if before_plan is None else before_plan))
        at = plan.first_day - day
    for first, last, rate in plan.spans[first_span:] if first_span else plan.spans:
        start = first - day
        if start > at:
            use.append((at, 0.0))
        use.append((start if start > 0 else 0, rate))
        at = last - day + 1
    use.append((at, daily_use))
    if done > 0:
        rate = use[0][1]
        use[:1] = [(0, rate - done)] if use[1][0] == 1 else [(0, rate - done), (1, rate)]
    return use


def done_of(plan: Plan, day: int, used: float) -> float:
    """The pieces planned for a day that are used already, by what was used on it. More than was planned is no part of
    the days after it."""
    number = bisect_left(plan.ends, day)
    if number == len(plan.spans) or plan.spans[number][0] > day:
        return 0.0
    return min(used, plan.spans[number][2])


def first_use_after(plan: Plan, day: int, until: int, daily_use: float) -> int | None:
    """The first day after one and before another on which something was foretold to be used: by the CPM until the plan
    begins, then by the plan; `None` where nothing was."""
    if daily_use > 0 and day + 1 < min(plan.first_day, until):
        return day + 1
    for first, last, rate in plan.spans:
        if last > day and rate > 0:
            used_on = max(first, day + 1)
            return used_on if used_on < until else None
    return None


def next_use(use: Use) -> tuple[int, float] | None:
    """The first day from today on that uses something, and how much; `None` where none does."""
    return next((each for each in use if each[1] > 0), None)


def used_within(use: Use, days: float) -> float:
    """The pieces used in so many days from today on."""
    pieces = 0.0
    for number, (start, rate) in enumerate(use):
        end = use[number + 1][0] if number + 1 < len(use) else days
        if start >= days:
            break
        pieces += rate * (min(end, days) - start)
    return pieces


def lasts_for(pieces: float, use: Use) -> float | None:
    """The days for which so many pieces last; `None` when they are never used up."""
    for number, (start, rate) in enumerate(use):
        if number + 1 < len(use):
            within = rate * (use[number + 1][0] - start)
            if pieces > within:
                pieces -= within
                continue
        return start + pieces / rate if rate > 0 else None
    return None


def planned_from(plan: Plan, day: int, horizon_days: int | None = None) -> float:
    """The pieces planned from a day on, within a number of days after it unless there is no such limit."""
    end = plan.last_day if horizon_days is None else day + horizon_days
    pieces = 0.0
    for number in range(bisect_left(plan.ends, day), len(plan.spans)):
        first, last, rate = plan.spans[number]
        if first > end:
            break
        pieces += rate * (min(last, end) - max(first, day) + 1)
    return pieces
