"""The ledger of one position: entries applied in the order of their time.

On hand = latest count + movements after it. Because entries are applied in order (see `supply.position`, which keeps
what may still be overtaken apart), each step is a plain update. Amounts are in the item's smallest unit.
"""

from typing import Final

from supply import entries, order_months, orders
from supply.calendar import DAY_MS, LocalCalendar, first_day
from supply.entries import Entry, LotEntry
from supply.lead_times import Delivery, with_lines
from supply.ledger_state import Ledger, MonthRecord

_SHOWS_STOCK: Final = frozenset(
    {entries.COUNTED, entries.RECEIVED, entries.DISPENSED, entries.ISSUED, entries.RETURNED, entries.ADJUSTED}
)
"""Kinds of entry that show, when their amount is above zero, that the item is on the shelf or was until then."""

MINUTE_MS: Final = 60_000
"""How exactly it is kept when a count was that a month's end rests on: milliseconds would take three times the room."""

_MONTH_FIELD: Final = {
    entries.DISPENSED: "dispensed",
    entries.ISSUED: "issued",
    entries.RETURNED: "returned",
    entries.UNMET: "unmet",
}


def apply(ledger: Ledger, entry: Entry, calendar: LocalCalendar) -> None:
    """Apply the next entry; entries come in their sorted order."""
    at, kind, _, amount, detail = entry
    if at >= ledger.closes_at:
        close_months(ledger, at, calendar)
    if ledger.here_from is None and kind in _SHOWS_STOCK and amount > 0:
        ledger.here_from = at
    ledger.last_at = at
    if ledger.lots:
        expire(ledger, calendar.day(at), calendar)
    if kind == entries.DISPENSED:
        month_record(ledger, calendar.month(at)).dispensed += amount
        _move(ledger, at, -amount, calendar)
    elif kind == entries.ISSUED:
        month_record(ledger, calendar.month(at)).issued += amount
        _move(ledger, at, -amount, calendar)
    elif kind == entries.RETURNED:
        month_record(ledger, calendar.month(at)).returned += amount
        _move(ledger, at, amount, calendar)
    elif kind == entries.COUNTED:
        _count(ledger, at, amount, detail, calendar)
    elif kind == entries.ADJUSTED:
        _adjust(ledger, at, amount, calendar, expired=detail)
    elif kind == entries.RECEIVED:
        _receive(ledger, at, amount, detail, calendar)
        if detail[0] is not None:
            _receive_order(ledger, calendar.day(at), detail)
    elif kind == entries.UNMET:
        month_record(ledger, calendar.month(at)).unmet += amount
    elif kind == entries.REPORTED:
        _report(ledger, amount, detail)
    elif kind == entries.SCHEDULED:
        day = calendar.day(at)
        _put_away(ledger, day)
        orders.schedule(ledger.orders, day, amount, detail)
    else:
        _cancel(ledger, calendar.day(at), amount, detail)


def apply_late(ledger: Ledger, entry: Entry, now_ms: int, calendar: LocalCalendar) -> bool:
    """Apply an entry that comes when what followed it is settled up to `now_ms`: it can no longer be put in its
    place. Its month's consumption and its order are still told of it, and the stock as well when no count came
    after it: that moves now, and so does the stock at the end of its month and of those since, up to the next count.
    Days out of stock before now stay as they are.

    False when nothing of it can count: a count.
    """
    at, kind, _, amount, detail = entry
    if kind == entries.COUNTED:
        return False
    if kind in _SHOWS_STOCK and amount > 0:
        ledger.here_from = at if ledger.here_from is None else min(at, ledger.here_from)
    if now_ms >= ledger.closes_at:
        close_months(ledger, now_ms, calendar)
    if ledger.lots:
        expire(ledger, calendar.day(now_ms), calendar)
    moves = ledger.counted_at is not None and at > ledger.counted_at
    if kind in _MONTH_FIELD:
        record, field = month_record(ledger, calendar.month(at)), _MONTH_FIELD[kind]
        setattr(record, field, getattr(record, field) + amount)
        if kind != entries.UNMET:
            delta = amount if kind == entries.RETURNED else -amount
            if moves:
                _move(ledger, now_ms, delta, calendar)
            _move_closings(ledger, at, delta, [], calendar)
    elif kind == entries.ADJUSTED:
        # What expired is not in the ends of months.
        delta = 0 if detail else amount
        if moves:
            before = ledger.on_hand or 0
            _adjust(ledger, now_ms, amount, calendar, expired=detail)
            delta = (ledger.on_hand or 0) - before
        _move_closings(ledger, at, delta, [], calendar)
    elif kind == entries.REPORTED:
        if month_record(ledger, detail[0]).reported < 0:
            _report(ledger, amount, detail)
    elif kind == entries.RECEIVED:
        key, received, lots = detail
        _receive(ledger, now_ms, amount if moves else 0, (key, received, lots if moves else []), calendar)
        _move_closings(ledger, at, amount, lots, calendar)
        if key is not None:
            _receive_order(ledger, calendar.day(at), detail)
    elif kind == entries.SCHEDULED:
        day = calendar.day(at)
        _put_away(ledger, day)
        orders.schedule_late(ledger.orders, day, amount, detail)
    else:
        _cancel(ledger, calendar.day(at), amount, detail)
    return True


def month_record(ledger: Ledger, month: int) -> MonthRecord:
    """The record of a month, made when it is the first entry there."""
    record = ledger.months.get(month)
    if record is None:
        record = ledger.months[month] = MonthRecord()
    return record


def expire(ledger: Ledger, day: int, calendar: LocalCalendar) -> None:
    """Take lots whose last day lies before `day` out of the usable stock, each at the midnight it expires."""
    while ledger.lots and ledger.lots[0][0] < day:
        last_day, amount, _ = ledger.lots.pop(0)
        ledger.expired += amount
        if ledger.on_hand is not None:
            _set(ledger, calendar.midnight(last_day + 1), ledger.on_hand - amount, calendar)


def accrue_days_out(ledger: Ledger, until_ms: int, calendar: LocalCalendar) -> None:
    """Write the whole local days out of stock before `until_ms` to their months.

    A day out is a whole local day with nothing on hand, after the item was first in stock here.
    """
    if ledger.out_from is None or ledger.here_from is None:
        return
    start = max(ledger.out_from, ledger.here_from)
    day = calendar.day(start)
    if calendar.midnight(day) != start:
        day += 1
    end = calendar.day(until_ms)
    while day < end:
        month_record(ledger, calendar.month_of_day(day)).days_out += 1
        day += 1
        ledger.out_from = calendar.midnight(day)


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


def _move_closings(ledger: Ledger, at: int, delta: int, lots: list[LotEntry], calendar: LocalCalendar) -> None:
    """Move the stock at the end of the months since an instant by what came late, up to the first count after it; of
    `lots` received, those that expired by the end of a month were not usable any more."""
    month = calendar.month(at)
    for months in (ledger.months, ledger.rolled):
        for number, record in months.items():
            if number >= month and record.closing is not None:
                age = (calendar.midnight(first_day(number + 1)) - at) // MINUTE_MS
                if age < record.count_age:
                    record.closing += delta - sum(lot[1] for lot in lots if lot[0] < first_day(number + 1))


def forget(ledger: Ledger, oldest_month: int, day: int) -> None:
    """Drop months before `oldest_month` and order lines that are long over by `day`."""
    if ledger.months and min(ledger.months) < oldest_month:
        for month in [month for month in ledger.months if month < oldest_month]:
            record = ledger.months.pop(month)
            if month >= ledger.oldest_month:
                ledger.rolled[month] = record
    ledger.oldest_month = max(ledger.oldest_month, oldest_month)
    if ledger.orders:
        _put_away(ledger, day)
    if ledger.orders_by_month and min(ledger.orders_by_month) < oldest_month:
        ledger.orders_by_month = {
            month: each for month, each in ledger.orders_by_month.items() if month >= oldest_month
        }


def known_deliveries(ledger: Ledger) -> list[Delivery]:
    """The newest deliveries, oldest first: those of lines put away, and of lines still held."""
    return with_lines(ledger.deliveries, ledger.orders.values()) if ledger.orders else ledger.deliveries


def _put_away(ledger: Ledger, day: int) -> None:
    """Drop order lines that are long over by a day; what they say of lead times and what became of them stays."""
    over = [line for line in ledger.orders.values() if line.over_by(day)]
    if over:
        ledger.deliveries = with_lines(ledger.deliveries, over)
        for line in over:
            order_months.count(ledger.orders_by_month, line, day)
        ledger.orders = {key: line for key, line in ledger.orders.items() if not line.over_by(day)}


def _set(ledger: Ledger, at: int, on_hand: int, calendar: LocalCalendar) -> None:
    if on_hand > 0:
        if ledger.out_from is not None:
            accrue_days_out(ledger, at, calendar)
            ledger.out_from = None
    elif ledger.out_from is None:
        ledger.out_from = at
    ledger.on_hand = on_hand


def _move(ledger: Ledger, at: int, delta: int, calendar: LocalCalendar) -> None:
    on_hand = ledger.on_hand
    if on_hand is None:
        return
    after = on_hand + delta
    if on_hand > 0 and after > 0:
        ledger.on_hand = after
    elif after > 0:
        _set(ledger, at, after, calendar)
    else:
        if delta < 0 and ledger.out_from is not None:
            # Something left a shelf that the book calls empty: that was no day out.
            accrue_days_out(ledger, at, calendar)
            ledger.out_from = None
        # Nor was the day of the last piece, also when it left at midnight, as dates without a time of day say.
        _set(ledger, at + 1, after, calendar)
    if delta < 0 and ledger.lots:
        _take_from_lots(ledger, -delta)


def _take_from_lots(ledger: Ledger, amount: int) -> None:
    """Pieces leave by first expiry."""
    lots = ledger.lots
    while amount > 0 and lots:
        last_day, held, lot = lots[0]
        if held > amount:
            lots[0] = (last_day, held - amount, lot)
            return
        amount -= held
        del lots[0]


def _keep_lots_within(ledger: Ledger, amount: int) -> None:
    held = sum(lot[1] for lot in ledger.lots)
    if held > amount:
        _take_from_lots(ledger, held - max(0, amount))


def _count(ledger: Ledger, at: int, amount: int, lots: list[LotEntry] | None, calendar: LocalCalendar) -> None:
    if lots is None:
        ledger.expired = 0
        usable = amount
        _keep_lots_within(ledger, usable)
    else:
        today = calendar.day(at)
        ledger.expired = sum(lot[1] for lot in lots if lot[0] < today)
        ledger.lots = [lot for lot in lots if lot[0] >= today]
        usable = amount - ledger.expired
    if ledger.on_hand is not None:
        ledger.count_gap = usable - ledger.on_hand
    ledger.counted_at = at
    _set(ledger, at, usable, calendar)


def _adjust(ledger: Ledger, at: int, delta: int, calendar: LocalCalendar, *, expired: bool) -> None:
    if expired and delta < 0:
        # What passed its date has left the usable stock already; now it leaves the shelf.
        gone = min(ledger.expired, -delta)
        ledger.expired -= gone
        delta += gone
    if delta:
        _move(ledger, at, delta, calendar)


def _receive(
    ledger: Ledger, at: int, amount: int, detail: tuple[str | None, int, list[LotEntry]], calendar: LocalCalendar
) -> None:
    _, _, lots = detail
    today = calendar.day(at)
    if ledger.on_hand is not None:
        past = sum(lot[1] for lot in lots if lot[0] < today)
        ledger.expired += past
        _move(ledger, at, amount - past, calendar)
        if lots:
            ledger.lots = sorted([*ledger.lots, *(lot for lot in lots if lot[0] >= today)])
            # A book below zero swallows a part of what came.
            _keep_lots_within(ledger, ledger.on_hand)


def _receive_order(ledger: Ledger, day: int, detail: tuple[str, int, list[LotEntry]]) -> None:
    key, received, _ = detail
    _put_away(ledger, day)
    orders.receive(ledger.orders, day, received, key)


def _cancel(ledger: Ledger, day: int, amount: int, key: str) -> None:
    _put_away(ledger, day)
    orders.cancel(ledger.orders, day, amount, key)


def _report(ledger: Ledger, amount: int, detail: tuple[int, int | None]) -> None:
    month, days_out = detail
    record = month_record(ledger, month)
    record.reported = amount
    record.reported_out = -1 if days_out is None else days_out
