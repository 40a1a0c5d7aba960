"""What monthly sheets leave of the gap at the latest count, once more and plainly: months by name, days by date.

The sheet of a month that is over must be found gone, of one that goes on any part of it, less what counts within the
month have found before. A count up to five days from a month's end is made at that end.
"""

import calendar
import datetime as dt
import itertools
from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tests.events import ZONE

LONGEST_MONTH_END = dt.timedelta(days=5)
SECOND = dt.timedelta(seconds=1)


class Gap(NamedTuple):
    """Counted - book at a count, and the count before it; `after_sheet`: a sheet had come by then."""

    since: dt.datetime
    at: dt.datetime
    pieces: float
    after_sheet: bool


def _begins(month: dt.date) -> dt.datetime:
    return dt.datetime(month.year, month.month, 1, tzinfo=ZoneInfo(ZONE))


def _next(month: dt.date) -> dt.date:
    return (month + dt.timedelta(days=31)).replace(day=1)


def _goes_on(at: dt.datetime) -> dt.date:
    local = at.astimezone(ZoneInfo(ZONE)).date()
    return (local + LONGEST_MONTH_END).replace(day=1)


def _has_begun(month: dt.date, at: dt.datetime) -> bool:
    return at.astimezone(ZoneInfo(ZONE)).date() >= month + LONGEST_MONTH_END


def _found_before(gaps: list[Gap]) -> float:
    found = 0.0
    for gap, following in itertools.pairwise(gaps):
        month = _goes_on(gap.at)
        if not following.after_sheet:
            found = 0
        elif _goes_on(gap.since) == month:
            found += gap.pieces
        elif _has_begun(month, gap.at):
            found = gap.pieces * ((gap.at - _begins(month)) // SECOND) // ((gap.at - gap.since) // SECOND)
        else:
            found = 0
    return found


class Told(NamedTuple):
    """What was told of months, by name: their sheets, single movements and days out."""

    sheets: Mapping[str, float]
    single: Mapping[str, float]
    days_out: Mapping[str, float]

    def is_told_singly(self, name: str) -> bool:
        """Whether movements stand in the place of sheets in a month without one."""
        earlier = sorted(month for month in self.sheets if month < name)
        later = {month: pieces for month, pieces in self.single.items() if month not in self.sheets}
        if not earlier:
            return True
        if max(self.sheets) < name and sum(later[month] > 0 for month in later if month > max(self.sheets)) >= 3:
            return True
        of_use = [month for month in earlier if self.sheets[month]]
        best = ([month for month in of_use if self._stock_share(month) >= 0.5] or of_use or earlier)[-1]
        sheet, single, share = self.sheets[best], self.single.get(best, 0), self._stock_share(best) or 1
        most = max([0, *(pieces for month, pieces in later.items() if best < month <= name)])
        if sheet:
            return single >= sheet or most - single / share >= (sheet - single) / share / 2
        return single > 0 or most > 0

    def _stock_share(self, name: str) -> float:
        year, month = map(int, name.split("-"))
        return 1 - self.days_out.get(name, 0) / calendar.monthrange(year, month)[1]


def left_of_the_last(gaps: list[Gap], told_of: Told) -> float | None:
    """The figure to show: `None` where there is no gap, or a sheet is awaited that may explain it."""
    sheets, single = told_of.sheets, told_of.single
    if not gaps:
        return None
    latest = gaps[-1]
    month = first = _goes_on(latest.since)
    running = _goes_on(latest.at)
    fewest = most = 0.0
    awaited = False
    while month <= running:
        name, told = f"{month:%Y-%m}", single.get(f"{month:%Y-%m}", 0)
        before = f"{month - dt.timedelta(days=1):%Y-%m}"
        if name in sheets:
            unsaid = sheets[name] - told
        elif before in sheets or (sheets and told == 0) or not told_of.is_told_singly(name):
            unsaid = max(0, max(sheets.values()) - told)
        else:
            unsaid = 0
        whole = month < running
        if whole or first == running or _has_begun(month, latest.at):
            silent = bool(sheets) and (told == 0 or not told_of.is_told_singly(name))
            awaited = awaited or (name not in sheets and (before in sheets or silent))
            if month == first:
                unsaid -= sorted((min(0, unsaid), -_found_before(gaps), max(0, unsaid)))[1]
            most += max(0, unsaid)
            fewest += unsaid if whole and name in sheets else min(0, unsaid)
        month = _next(month)
    missing = -latest.pieces
    if awaited and fewest < missing <= most:
        return None
    return latest.pieces + sorted((fewest, missing, most))[1]
