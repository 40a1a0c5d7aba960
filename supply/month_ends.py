"""The stock at the end of each month of one position, in the item's smallest unit."""

from typing import Final

from supply.calendar import DAY_MS, LocalCalendar, first_day
from supply.entries import LotEntry
from supply.ledger_state import Ledger
from supply.months import month_record
from supply.shelf import expire

MINUTE_MS: Final = 60_000
"""How exactly it is kept when a count was that a month's end rests on: milliseconds would take three times the room."""


def close_months(ledger: Ledger, at_ms: int, calendar: LocalCalendar) -> None:
    """Write the stock at the end of each local month that is over by an instant, before what comes at it is applied.

    The end of a month is the midnight that begins the next: lots whose last day is the month's are out.
    """
    month = calendar.month(at_ms)
    if ledger.closes_at > 0 and ledger.on_hand is not None:
        # Asked two days before its end, a month is the same one also when the facility's time zone was mended since.
        over = calendar.month(ledger.closes_at - 2 * DAY_MS)
        while over < month:
            expire(ledger, first_day(over + 1), calendar)
            record = month_record(ledger, over)
            record.closing = ledger.on_hand
            if ledger.counted_at is not None:
                record.count_age = (calendar.midnight(first_day(over + 1)) - ledger.counted_at) // MINUTE_MS
            over += 1
    ledger.closes_at = calendar.midnight(first_day(month + 1))


def move_month_ends(ledger: Ledger, at: int, delta: int, lots: list[LotEntry], calendar: LocalCalendar) -> None:
    """Move the stock at the end of the months since an instant by what came late, up to the first count after it; of
    `lots` received, those that expired by the end of a month were not usable any more."""
    month = calendar.month(at)
    for months in (ledger.months, ledger.rolled):
        for number, record in months.items():
            if number >= month and record.closing is not None:
                age = (calendar.midnight(first_day(number + 1)) - at) // MINUTE_MS
                if age < record.count_age:
                    record.closing += delta - sum(lot[1] for lot in lots if lot[0] < first_day(number + 1))
