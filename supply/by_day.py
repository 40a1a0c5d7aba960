"""What was used and when the shelf was empty day by day, for the policies that look back a number of days.

Peers with such a window keep every movement. Here a month lies in the window whole, but for the oldest, and of that one
the days tell what its part is. Every month becomes the oldest one day, so all days of the window are kept, as dense
lists of a byte or two a day; positions with any other policy keep none.
"""

import datetime as dt

from schemas.catalogue import FacilityKind
from supply.calendar import LocalCalendar, first_day, month_number
from supply.cpm_policy import CpmPolicy
from supply.entries import DISPENSED, ISSUED, RETURNED, UNMET, Entry
from supply.ledger_state import Days, DaysOfMonth, Ledger


def keep_days(
    ledger: Ledger, policy: CpmPolicy, kind: FacilityKind, settled_before: int, calendar: LocalCalendar
) -> None:
    """Keep days from now on where the policy looks back a number of them, and none where it does not.

    What is settled already is known by the month only: state of a release that kept no days, or a policy just chosen.
    """
    if policy.window != "rolling":
        ledger.days = None
        return
    outflow = policy.outflows.of(kind)
    days = ledger.days
    if days is not None and days.outflow == outflow and days.other_since >= 0:
        return
    since = calendar.day(calendar.next_midnight(settled_before - 1)) if ledger.months else 0
    if days is not None and days.outflow == outflow:
        days.other_since = since
    else:
        ledger.days = Days(outflow, since, other_since=since)


def note_day(days: Days, entry: Entry, calendar: LocalCalendar) -> None:
    """Add an entry to its day."""
    at, kind, _, amount, detail = entry
    other = False
    if kind == RETURNED:
        amount = -amount
    elif kind == DISPENSED:
        other = days.outflow == "issued"
    elif kind == ISSUED:
        other = days.outflow == "dispensed"
        if other and detail is not None:
            return
    elif kind != UNMET:
        return
    day = calendar.day(at)
    if day >= days.since:
        month = calendar.month_of_day(day)
        record, index = _days_of(days, month), day - first_day(month)
        _add(record.unmet if kind == UNMET else record.other if other else record.used, index, amount)
        if kind == RETURNED and days.outflow != "both":
            _add(record.other, index, amount)


def note_day_out(days: Days, day: int, month: int) -> None:
    """Note a day of a month without stock."""
    if day >= days.since:
        _days_of(days, month).out |= 1 << (day - first_day(month))


def note_by_count(days: Days, day: int, amount: int, calendar: LocalCalendar) -> None:
    """Add what a count tells of the use of a day."""
    if day >= days.since:
        month = calendar.month_of_day(day)
        _add(_days_of(days, month).by_counts, day - first_day(month), amount)


def take_back_by_counts(days: Days, month: int, amount: int) -> None:
    """Take pieces off what counts told of the days of a month, the last day first."""
    record = days.months.get(month)
    pieces: list[int] = [] if record is None else record.by_counts
    for index in range(len(pieces) - 1, -1, -1):
        taken = min(amount, pieces[index])
        pieces[index] -= taken
        amount -= taken


def since_day(days: Days, month: int, day: int, *, by_policy: bool) -> tuple[int, int, int]:
    """Consumption, unmet demand and days out of a month from one of its days on; consumption by the policy, or by what
    takes its place."""
    record = days.months.get(month)
    if record is None:
        return 0, 0, 0
    index = day - first_day(month)
    used = record.used if by_policy else record.other
    return (
        sum(used[index:]) + sum(record.by_counts[index:]),
        sum(record.unmet[index:]),
        (record.out >> index).bit_count(),
    )


def forget_days(days: Days, policy: CpmPolicy, today: int) -> None:
    """Drop the months that a window ending today, or yesterday, does not reach any more."""
    oldest = dt.date.fromordinal(max(1, today - policy.days_back))
    month = month_number(oldest.year, oldest.month)
    days.since = max(days.since, first_day(month))
    for gone in [number for number in days.months if number < month]:
        del days.months[gone]


def _add(pieces: list[int], index: int, amount: int) -> None:
    pieces.extend([0] * (index + 1 - len(pieces)))
    pieces[index] += amount


def _days_of(days: Days, month: int) -> DaysOfMonth:
    record = days.months.get(month)
    if record is None:
        record = days.months[month] = DaysOfMonth()
    return record
