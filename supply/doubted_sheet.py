"""A monthly sheet whose days out of stock cannot be, by the count of its month and the book."""

from typing import NamedTuple

from supply.calendar import DAY_MS, LocalCalendar, days_in_month
from supply.cpm_policy import Outflow
from supply.ledger_state import Ledger
from supply.month_ends import MINUTE_MS
from supply.sheets import moved_of


class DoubtedSheet(NamedTuple):
    """The sheet of a month that says it was out of stock on all its `days`, though a count in it and the book leave
    `left` (smallest units) at its end; `told_on` is the local day on which the latest sheet came."""

    month: int
    days: int
    left: int
    told_on: int


def doubted_sheet(ledger: Ledger, outflow: Outflow, running_month: int, calendar: LocalCalendar) -> DoubtedSheet | None:
    """The sheet of the last month that is over, where what it says of days out cannot be."""
    month = running_month - 1
    record = ledger.months.get(month)
    if ledger.sheet_at is None or record is None or record.reported < 0:
        return None
    days = days_in_month(month)
    if record.reported_out < days or record.days_out > 0 or record.closing is None:
        return None
    if ledger.here_from is None or calendar.month(ledger.here_from) >= month:
        # Of the days before it was first here the book keeps none as days out.
        return None
    left = record.closing - max(0, record.reported - moved_of(record, outflow))
    counted_in_it = record.count_age * MINUTE_MS <= days * DAY_MS
    return DoubtedSheet(month, days, left, calendar.day(ledger.sheet_at)) if counted_in_it and left > 0 else None
