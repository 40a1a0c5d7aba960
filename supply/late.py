"""Entries that come after the lateness window: what followed them is settled, and they can no longer be put in their
place."""

from typing import Final

from supply import entries, order_book
from supply.by_day import note_day
from supply.calendar import LocalCalendar
from supply.counted_use import tell_late
from supply.entries import Entry
from supply.ledger_state import Ledger
from supply.month_ends import close_months, move_month_ends
from supply.months import month_record, report
from supply.shelf import adjust, expire, move, receive

_MONTH_FIELD: Final = {
    entries.DISPENSED: "dispensed",
    entries.ISSUED: "issued",
    entries.RETURNED: "returned",
    entries.UNMET: "unmet",
}


def apply_late(ledger: Ledger, entry: Entry, now_ms: int, calendar: LocalCalendar) -> bool:
    """Apply an entry that comes when what followed it is settled up to `now_ms`: it can no longer be put in its
    place. Its month's consumption and its order are still told of it, and the stock as well when no count came
    after it: that moves now, and so does the stock at the end of its month and of those since, up to the next count.
    Days out of stock before now stay as they are.

    False when nothing of it can count: a count, and what was used in a month that the ledger has dropped. The whole
    month's figure travelled then, and this part alone would take its place.
    """
    at, kind, _, amount, detail = entry
    if kind == entries.COUNTED or _month_dropped(ledger, entry, calendar):
        return False
    if kind in entries.SHOWS_STOCK and amount > 0:
        ledger.here_from = at if ledger.here_from is None else min(at, ledger.here_from)
    if now_ms >= ledger.closes_at:
        close_months(ledger, now_ms, calendar)
    if ledger.lots:
        expire(ledger, calendar.day(now_ms), calendar)
    moves = ledger.counted_at is not None and at > ledger.counted_at
    if kind in _MONTH_FIELD:
        _use(ledger, entry, now_ms, calendar, moves=moves)
    elif kind == entries.ADJUSTED:
        # What expired is not in the ends of months.
        delta = 0 if detail == entries.EXPIRED else amount
        if moves:
            before = ledger.on_hand or 0
            adjust(ledger, now_ms, amount, detail, calendar)
            delta = (ledger.on_hand or 0) - before
        elif delta < 0:
            tell_late(ledger, calendar.month(at), -delta)
        move_month_ends(ledger, at, delta, [], calendar)
    elif kind == entries.REPORTED:
        if month_record(ledger, detail[0]).reported < 0:
            report(ledger, now_ms, amount, detail)
    elif kind == entries.RECEIVED:
        key, received, lots, aside = detail
        if moves:
            receive(ledger, now_ms, amount, (key, received, lots, aside), calendar)
        move_month_ends(ledger, at, amount, lots, calendar)
        if key is not None:
            order_book.receive(ledger, calendar.day(at), received, key)
    elif kind == entries.SCHEDULED:
        order_book.schedule_late(ledger, calendar.day(at), amount, detail)
    else:
        order_book.cancel(ledger, calendar.day(at), amount, detail)
    return True


def _use(ledger: Ledger, entry: Entry, now_ms: int, calendar: LocalCalendar, *, moves: bool) -> None:
    at, kind, _, amount, detail = entry
    if ledger.days is not None:
        note_day(ledger.days, entry, calendar)
    record, field = month_record(ledger, calendar.month(at)), _MONTH_FIELD[kind]
    setattr(record, field, getattr(record, field) + amount)
    if kind == entries.ISSUED and detail is not None:
        record.transferred += amount
    if kind == entries.UNMET:
        if ledger.empty_from is not None and at >= ledger.empty_from:
            ledger.unmet_since_empty += amount
    else:
        delta = amount if kind == entries.RETURNED else -amount
        if delta < 0:
            ledger.used_at = at if ledger.used_at is None else max(at, ledger.used_at)
            if not moves:
                tell_late(ledger, calendar.month(at), amount)
        if moves:
            move(ledger, now_ms, delta, calendar)
        move_month_ends(ledger, at, delta, [], calendar)


def _month_dropped(ledger: Ledger, entry: Entry, calendar: LocalCalendar) -> bool:
    at, kind, _, _, detail = entry
    if kind in _MONTH_FIELD:
        return calendar.month(at) < ledger.oldest_month
    return kind == entries.REPORTED and bool(detail[0] < ledger.oldest_month)
