"""The gap between count and book that monthly sheets leave unexplained, in the item's smallest unit.

A sheet (`consumption.reported`) moves no stock: what it tells beyond single movements is missing from the book until a
count finds it gone. So a gap is compared with the sheets of the months that it covers, whenever they come.
"""

from typing import Final, NamedTuple

from supply.calendar import LocalCalendar, first_day
from supply.cpm_policy import Outflow
from supply.ledger_state import Ledger
from supply.sheets import come_as_sheets, moved_of, share_untold

MONTH_END_DAYS: Final = 5
"""A count in the last or first days of a month is the one that goes with the sheet: sheets are filled in from count to
count, and a month's end may fall on a long weekend."""


class SheetGap(NamedTuple):
    """`left`: counted - book, less what the sheets say was used; `None` while a sheet is awaited that may explain it.
    `last_month`: the last month that the gap covers and of which there is a sheet, or one is awaited. Single movements
    up to its end may change what is left."""

    left: int | None
    last_month: int | None = None


def remember(ledger: Ledger, gap: int, calendar: LocalCalendar) -> None:
    """Note the gap of a count that is about to become the latest one."""
    if ledger.sheet_at is not None:
        ledger.gap_before = _found_before(ledger, calendar)
    ledger.gap_since = ledger.counted_at
    ledger.count_gap = gap


def unexplained(ledger: Ledger, outflow: Outflow, calendar: LocalCalendar) -> SheetGap:
    """What sheets leave of the gap of the latest count.

    The sheet of a month between the two counts must be found gone whole, less what counts within the month have found
    before; of a month that goes on, any part of it. Where single movements say more than the sheet, both are believed.
    An awaited sheet may say anything up to the largest one.
    """
    gap, since, at = ledger.count_gap, ledger.gap_since, ledger.counted_at
    if ledger.sheet_at is None or gap is None or since is None or at is None:
        return SheetGap(gap)
    least = most = 0
    awaited = False
    last_month: int | None = None
    first, running = _open_month(since, calendar), _open_month(at, calendar)
    last = running if first == running or _is_within(at, running, calendar) else running - 1
    for month in range(first, last + 1):
        record = ledger.months.get(month)
        has_sheet = record is not None and record.reported >= 0
        if not has_sheet and not _is_awaited(ledger, month, outflow):
            continue
        last_month = month
        awaited = awaited or not has_sheet
        told = 0 if record is None else moved_of(record, outflow)
        total = record.reported if record is not None and has_sheet else max(told, _largest_sheet(ledger))
        rest = total - told
        if month == first:
            rest -= _within(-ledger.gap_before, min(0, rest), max(0, rest))
        most += max(0, rest)
        least += rest if has_sheet and month < running else min(0, rest)
    explained = _within(-gap, least, most)
    if awaited and least < explained == -gap:
        return SheetGap(None, last_month)
    return SheetGap(gap + explained, last_month)


def _found_before(ledger: Ledger, calendar: LocalCalendar) -> int:
    """What counts up to the latest one have found in the month that goes on at it."""
    since, at, gap = ledger.gap_since, ledger.counted_at, ledger.count_gap
    if since is None or at is None or gap is None:
        return 0
    running = _open_month(at, calendar)
    if _open_month(since, calendar) == running:
        return ledger.gap_before + gap
    if not _is_within(at, running, calendar):
        return 0
    # Nothing tells on which days of two months the pieces went: it is spread evenly.
    return gap * (at - calendar.midnight(first_day(running))) // (at - since)


def _open_month(at: int, calendar: LocalCalendar) -> int:
    """The first month that a count does not end."""
    day = calendar.day(at)
    month = calendar.month_of_day(day)
    return month + 1 if first_day(month + 1) - day <= MONTH_END_DAYS else month


def _is_within(at: int, month: int, calendar: LocalCalendar) -> bool:
    """Whether a count lies within a month, rather than where it begins."""
    return calendar.day(at) - first_day(month) >= MONTH_END_DAYS


def _is_awaited(ledger: Ledger, month: int, outflow: Outflow) -> bool:
    """Whether a month without a sheet is one whose use nobody has told whole: no single movements where sheets come, or
    too few to take their place, nor the sheet that follows the one of the month before."""
    before = ledger.months.get(month - 1)
    if before is not None and before.reported >= 0:
        return True
    record = ledger.months.get(month)
    if record is None or moved_of(record, outflow) == 0:
        return come_as_sheets(ledger.months)
    return share_untold(ledger.months, outflow, month) > 0


def _largest_sheet(ledger: Ledger) -> int:
    return max(record.reported for record in ledger.months.values())


def _within(amount: int, least: int, most: int) -> int:
    return max(least, min(amount, most))
