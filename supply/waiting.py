"""Planned uses that an empty shelf did not serve. They wait: treatments of oncology are put off, not given up, and what
comes is theirs before it is anybody else's."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, NamedTuple

from supply.calendar import LocalCalendar
from supply.demand import Plan
from supply.ledger_state import Ledger
from supply.projection import DUST_PIECES, Change
from supply.treatments import DUST_TREATMENTS

WAITS_FOR_DAYS: Final = 28
"""Cycles of treatment are of two to four weeks. Whoever missed a day longer ago has missed the next one as well, which
waits, or was helped elsewhere: the pieces of a shelf that stays empty must not add up for ever."""


class Waiting(NamedTuple):
    """The `pieces` that some went without since the day `since` (`None`: nobody did), and the planned `treatments`
    among them. `planned`: they are those of the plan; else more was asked for in vain than was planned."""

    pieces: float = 0.0
    since: int | None = None
    treatments: int = 0
    planned: bool = True


NOBODY_WAITS: Final = Waiting()


def waiting(plan: Plan, ledger: Ledger, day: int, unmet: float, scale: int, calendar: LocalCalendar) -> Waiting:
    """Who waits at the beginning of a day for a shelf to be filled: what was planned for the whole days before it on
    which nothing was there. Where more was asked for in vain since it is empty, that: the same patients are told of
    twice, by the plan and by the unmet demand.

    Args:
        plan: also one that is over.
        unmet: pieces asked for in vain this month and the last: no more of them is told of.
    """
    # A release that did not keep since when a shelf is empty left the first day whose stock is not written yet.
    empty_from = ledger.out_from if ledger.empty_from is None else ledger.empty_from
    if empty_from is None:
        return NOBODY_WAITS
    empty_on = calendar.day(empty_from)
    first_empty = empty_on if calendar.midnight(empty_on) == empty_from else empty_on + 1
    from_day = max(first_empty, day - WAITS_FOR_DAYS)
    since: int | None = None
    pieces = treatments = 0.0
    for number in range(bisect_left(plan.ends, from_day), len(plan.spans)):
        first, last, rate = plan.spans[number]
        if first >= day:
            break
        begins = max(first, from_day)
        days = min(last, day - 1) - begins + 1
        if rate > 0 and days > 0:
            since = begins if since is None else since
            pieces += rate * days
            if plan.treatments:
                treatments += plan.treatments[number] * days / (last - first + 1)
    missed = math.ceil(treatments - DUST_TREATMENTS)
    asked_for = min(ledger.unmet_since_empty / scale, unmet)
    if asked_for > pieces + DUST_PIECES:
        return Waiting(asked_for, empty_on, missed, planned=False)
    return NOBODY_WAITS if since is None else Waiting(pieces, since, missed)


def after_those(waits: Waiting, changes: Sequence[Change]) -> Sequence[Change]:
    """What comes to an empty shelf for others than those who wait: they are served first."""
    if not waits.pieces:
        return changes
    pieces = waits.pieces
    rest: list[Change] = []
    for in_days, coming in changes:
        given = min(coming, pieces)
        pieces -= given
        rest.append((in_days, coming - given))
    return rest


def with_those(waits: Waiting, at_risk: int | None) -> int | None:
    """The treatments at risk, and those that wait."""
    return (at_risk or 0) + waits.treatments if waits.treatments else at_risk
