"""Use that only a count tells: what it finds missing where nothing was recorded as leaving, in the smallest unit.

Where a place counts and records nothing of what leaves, or has ceased to, the gaps of its counts are its use. They are
spread evenly over the days since the latest count or recorded outflow (`MonthRecord.by_counts`), and a later count that
finds more takes them back: a miscount and its correction leave nothing (docs/decisions/cpm.md).
"""

from typing import Final

from supply.by_day import note_by_count, take_back_by_counts
from supply.calendar import DAY_MS, LocalCalendar, first_day
from supply.ledger_state import Ledger
from supply.months import month_record

RECORDED_WITHIN_MS: Final = 31 * DAY_MS
"""An item that is used once a month leaves as seldom as that: until then a gap is a gap, and waits."""
MONTHS_BACK: Final = 12
"""As far as every position keeps months, whatever its policy: nobody looks at what was used before."""


def is_told_by_counts(ledger: Ledger, at: int, calendar: LocalCalendar) -> bool:
    """Whether what a count at an instant finds missing was used: neither sheets come nor single movements."""
    if ledger.sheet_at is not None:
        return False
    return at - _used_at(ledger, calendar) > RECORDED_WITHIN_MS


def _used_at(ledger: Ledger, calendar: LocalCalendar) -> int:
    """When something last left, or the item was first here. State of a release that did not keep it knows the month."""
    if ledger.used_at is not None:
        return ledger.used_at
    months = [month for month, record in ledger.months.items() if record.dispensed or record.issued]
    return calendar.midnight(first_day(max(months) + 1)) if months else ledger.here_from or 0


def take_count(ledger: Ledger, at: int, gap: int, seen: int, calendar: LocalCalendar) -> None:
    """Note what the gap of a count that is about to become the latest one says of use. `seen`: pieces that it found
    past their date or in quarantine and that were not known to be: they are missing from the book and not used."""
    since, used_at = ledger.counted_at or 0, _used_at(ledger, calendar)
    if used_at > since:
        # Movements are recorded again: what counts found missing before was no use.
        since, ledger.missing = used_at, 0
    if gap >= 0:
        waiting = min(gap, ledger.missing)
        ledger.missing -= waiting
        if ledger.told_by_counts:
            _take_back(ledger, at, gap - waiting, calendar)
        return
    missing = ledger.missing + max(0, -gap - seen)
    if not is_told_by_counts(ledger, at, calendar):
        ledger.missing = missing
    elif missing:
        if ledger.missing:
            # They have waited since the first count after it.
            since, ledger.missing = used_at, 0
        ledger.told_by_counts = True
        # Two counts at one instant have no time between them.
        _spread(ledger, min(since, at - 1), at, missing, calendar)


def _spread(ledger: Ledger, since: int, at: int, pieces: int, calendar: LocalCalendar) -> None:
    length = at - since
    oldest = max(ledger.oldest_month, calendar.month(at) - MONTHS_BACK)
    first = max(calendar.day(since), first_day(oldest))
    told = pieces * max(0, calendar.midnight(first) - since) // length
    for day in range(first, calendar.day(at) + 1):
        by_then = pieces * (min(at, calendar.midnight(day + 1)) - since) // length
        if by_then > told:
            month_record(ledger, calendar.month_of_day(day)).by_counts += by_then - told
            if ledger.days is not None:
                note_by_count(ledger.days, day, by_then - told, calendar)
            told = by_then


def _take_back(ledger: Ledger, at: int, amount: int, calendar: LocalCalendar) -> None:
    oldest = calendar.month(at) - MONTHS_BACK
    told = [month for month, record in ledger.months.items() if record.by_counts and month >= oldest]
    for month in sorted(told, reverse=True):
        amount -= _take_off(ledger, month, amount)


def tell_late(ledger: Ledger, month: int, amount: int) -> None:
    """Pieces that left in a month, before the latest count, as is told only now: a count has found them missing."""
    ledger.missing = max(0, ledger.missing - (amount - _take_off(ledger, month, amount)))


def _take_off(ledger: Ledger, month: int, amount: int) -> int:
    """Take pieces off those that counts told of a month, as many as there are."""
    record = ledger.months.get(month)
    if record is None or not record.by_counts:
        return 0
    taken = min(amount, record.by_counts)
    record.by_counts -= taken
    if ledger.days is not None:
        take_back_by_counts(ledger.days, month, taken)
    return taken
