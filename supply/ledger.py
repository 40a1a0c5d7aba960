"""The ledger of one position: entries applied in the order of their time.

On hand = latest count + movements after it. Because entries are applied in order (see `supply.position`, which keeps
what may still be overtaken apart), each step is a plain update. Amounts are in the item's smallest unit.
"""

from supply import entries, order_book
from supply.by_day import note_day
from supply.calendar import LocalCalendar
from supply.entries import Entry
from supply.ledger_state import Ledger
from supply.month_ends import close_months
from supply.months import forget_months, month_record, report
from supply.shelf import adjust, count, expire, go_without, move, receive


def apply(ledger: Ledger, entry: Entry, calendar: LocalCalendar) -> None:
    """Apply the next entry; entries come in their sorted order."""
    at, kind, _, amount, detail = entry
    if at >= ledger.closes_at:
        close_months(ledger, at, calendar)
    if ledger.here_from is None and kind in entries.SHOWS_STOCK and amount > 0:
        ledger.here_from = at
    ledger.last_at = at
    if kind in entries.TELLS_OF_SHELF:
        ledger.heard_at = at
    if ledger.lots:
        expire(ledger, calendar.day(at), calendar)
    if kind == entries.DISPENSED:
        month_record(ledger, calendar.month(at)).dispensed += amount
        ledger.used_at = at
        move(ledger, at, -amount, calendar)
    elif kind == entries.ISSUED:
        record = month_record(ledger, calendar.month(at))
        record.issued += amount
        record.transferred += 0 if detail is None else amount
        ledger.used_at = at
        move(ledger, at, -amount, calendar)
    elif kind == entries.RETURNED:
        month_record(ledger, calendar.month(at)).returned += amount
        move(ledger, at, amount, calendar)
    elif kind == entries.COUNTED:
        count(ledger, at, amount, detail, calendar)
    elif kind == entries.ADJUSTED:
        adjust(ledger, at, amount, detail, calendar)
    elif kind == entries.RECEIVED:
        receive(ledger, at, amount, detail, calendar)
        if detail[0] is not None:
            order_book.receive(ledger, calendar.day(at), detail[1], detail[0])
    elif kind == entries.UNMET:
        go_without(ledger, at, amount, calendar)
    elif kind == entries.REPORTED:
        report(ledger, at, amount, detail)
    elif kind == entries.SCHEDULED:
        order_book.schedule(ledger, calendar.day(at), amount, detail)
    else:
        order_book.cancel(ledger, calendar.day(at), amount, detail)
    if ledger.days is not None:
        note_day(ledger.days, entry, calendar)


def forget(ledger: Ledger, oldest_month: int, day: int) -> None:
    """Drop months before `oldest_month` and order lines that are long over by `day`."""
    forget_months(ledger, oldest_month)
    if ledger.orders:
        order_book.put_away(ledger, day)
    if ledger.orders_by_month and min(ledger.orders_by_month) < oldest_month:
        ledger.orders_by_month = {
            month: each for month, each in ledger.orders_by_month.items() if month >= oldest_month
        }
