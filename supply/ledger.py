"""The ledger of one position: entries applied in the order of their time.

On hand = latest count + movements after it. Because entries are applied in order (see `supply.position`, which keeps
what may still be overtaken apart), each step is a plain update. Amounts are in the item's smallest unit.
"""

from typing import Final

from supply import entries, order_months, orders
from supply.calendar import LocalCalendar
from supply.entries import Entry, LotEntry
from supply.lead_times import Delivery, with_lines
from supply.ledger_state import LedgerState, MonthRecord

_SHOWS_STOCK: Final = frozenset(
    {entries.COUNTED, entries.RECEIVED, entries.DISPENSED, entries.ISSUED, entries.RETURNED, entries.ADJUSTED}
)
"""Kinds of entry that show, when their amount is above zero, that the item is on the shelf or was until then."""

_MONTH_FIELD: Final = {
    entries.DISPENSED: "dispensed",
    entries.ISSUED: "issued",
    entries.RETURNED: "returned",
    entries.UNMET: "unmet",
}


class Ledger(LedgerState, array_like=True):
    """The state of a position and what entries do to it."""

    def apply(self, entry: Entry, calendar: LocalCalendar) -> None:
        """Apply the next entry; entries come in their sorted order."""
        at, kind, _, amount, detail = entry
        if self.here_from is None and kind in _SHOWS_STOCK and amount > 0:
            self.here_from = at
        self.last_at = at
        if self.lots:
            self.expire(calendar.day(at), calendar)
        if kind == entries.DISPENSED:
            self.month(calendar.month(at)).dispensed += amount
            self._move(at, -amount, calendar)
        elif kind == entries.ISSUED:
            self.month(calendar.month(at)).issued += amount
            self._move(at, -amount, calendar)
        elif kind == entries.RETURNED:
            self.month(calendar.month(at)).returned += amount
            self._move(at, amount, calendar)
        elif kind == entries.COUNTED:
            self._count(at, amount, detail, calendar)
        elif kind == entries.ADJUSTED:
            self._adjust(at, amount, calendar, expired=detail)
        elif kind == entries.RECEIVED:
            self._receive(at, amount, detail, calendar)
            if detail[0] is not None:
                self._receive_order(calendar.day(at), detail)
        elif kind == entries.UNMET:
            self.month(calendar.month(at)).unmet += amount
        elif kind == entries.REPORTED:
            self._report(amount, detail)
        elif kind == entries.SCHEDULED:
            day = calendar.day(at)
            self._put_away(day)
            orders.schedule(self.orders, day, amount, detail)
        else:
            self._cancel(calendar.day(at), amount, detail)

    def apply_late(self, entry: Entry, now_ms: int, calendar: LocalCalendar) -> bool:
        """Apply an entry that comes when what followed it is settled up to `now_ms`: it can no longer be put in its
        place. Its month's consumption and its order are still told of it, and the stock as well when no count came
        after it: that moves now, and days out of stock before now stay as they are.

        False when nothing of it can count: a count.
        """
        at, kind, _, amount, detail = entry
        if kind == entries.COUNTED:
            return False
        if kind in _SHOWS_STOCK and amount > 0:
            self.here_from = at if self.here_from is None else min(at, self.here_from)
        if self.lots:
            self.expire(calendar.day(now_ms), calendar)
        moves = self.counted_at is not None and at > self.counted_at
        if kind in _MONTH_FIELD:
            record, field = self.month(calendar.month(at)), _MONTH_FIELD[kind]
            setattr(record, field, getattr(record, field) + amount)
            if moves and kind != entries.UNMET:
                self._move(now_ms, amount if kind == entries.RETURNED else -amount, calendar)
        elif kind == entries.ADJUSTED:
            if moves:
                self._adjust(now_ms, amount, calendar, expired=detail)
        elif kind == entries.REPORTED:
            if self.month(detail[0]).reported < 0:
                self._report(amount, detail)
        elif kind == entries.RECEIVED:
            key, received, lots = detail
            self._receive(now_ms, amount if moves else 0, (key, received, lots if moves else []), calendar)
            if key is not None:
                self._receive_order(calendar.day(at), detail)
        elif kind == entries.SCHEDULED:
            day = calendar.day(at)
            self._put_away(day)
            orders.schedule_late(self.orders, day, amount, detail)
        else:
            self._cancel(calendar.day(at), amount, detail)
        return True

    def month(self, month: int) -> MonthRecord:
        """The record of a month, made when it is the first entry there."""
        record = self.months.get(month)
        if record is None:
            record = self.months[month] = MonthRecord()
        return record

    def expire(self, day: int, calendar: LocalCalendar) -> None:
        """Take lots whose last day lies before `day` out of the usable stock, each at the midnight it expires."""
        while self.lots and self.lots[0][0] < day:
            last_day, amount, _ = self.lots.pop(0)
            self.expired += amount
            if self.on_hand is not None:
                self._set(calendar.midnight(last_day + 1), self.on_hand - amount, calendar)

    def accrue_days_out(self, until_ms: int, calendar: LocalCalendar) -> None:
        """Write the whole local days out of stock before `until_ms` to their months.

        A day out is a whole local day with nothing on hand, after the item was first in stock here.
        """
        if self.out_from is None or self.here_from is None:
            return
        start = max(self.out_from, self.here_from)
        day = calendar.day(start)
        if calendar.midnight(day) != start:
            day += 1
        end = calendar.day(until_ms)
        while day < end:
            self.month(calendar.month_of_day(day)).days_out += 1
            day += 1
            self.out_from = calendar.midnight(day)

    def forget(self, oldest_month: int, day: int) -> None:
        """Drop months before `oldest_month` and order lines that are long over by `day`."""
        if self.months and min(self.months) < oldest_month:
            for month in [month for month in self.months if month < oldest_month]:
                record = self.months.pop(month)
                if month >= self.oldest_month:
                    self.rolled[month] = record
        self.oldest_month = max(self.oldest_month, oldest_month)
        if self.orders:
            self._put_away(day)
        if self.orders_by_month and min(self.orders_by_month) < oldest_month:
            self.orders_by_month = {
                month: each for month, each in self.orders_by_month.items() if month >= oldest_month
            }

    def known_deliveries(self) -> list[Delivery]:
        """The newest deliveries, oldest first: those of lines put away, and of lines still held."""
        return with_lines(self.deliveries, self.orders.values()) if self.orders else self.deliveries

    def _put_away(self, day: int) -> None:
        """Drop order lines that are long over by a day; what they say of lead times and what became of them stays."""
        over = [line for line in self.orders.values() if line.over_by(day)]
        if over:
            self.deliveries = with_lines(self.deliveries, over)
            for line in over:
                order_months.count(self.orders_by_month, line, day)
            self.orders = {key: line for key, line in self.orders.items() if not line.over_by(day)}

    def _set(self, at: int, on_hand: int, calendar: LocalCalendar) -> None:
        if on_hand > 0:
            if self.out_from is not None:
                self.accrue_days_out(at, calendar)
                self.out_from = None
        elif self.out_from is None:
            self.out_from = at
        self.on_hand = on_hand

    def _move(self, at: int, delta: int, calendar: LocalCalendar) -> None:
        on_hand = self.on_hand
        if on_hand is None:
            return
        after = on_hand + delta
        if on_hand > 0 and after > 0:
            self.on_hand = after
        elif after > 0:
            self._set(at, after, calendar)
        else:
            if delta < 0 and self.out_from is not None:
                # Something left a shelf that the book calls empty: that was no day out.
                self.accrue_days_out(at, calendar)
                self.out_from = None
            # Nor was the day of the last piece, also when it left at midnight, as dates without a time of day say.
            self._set(at + 1, after, calendar)
        if delta < 0 and self.lots:
            self._take_from_lots(-delta)

    def _take_from_lots(self, amount: int) -> None:
        """Pieces leave by first expiry."""
        lots = self.lots
        while amount > 0 and lots:
            last_day, held, lot = lots[0]
            if held > amount:
                lots[0] = (last_day, held - amount, lot)
                return
            amount -= held
            del lots[0]

    def _keep_lots_within(self, amount: int) -> None:
        held = sum(lot[1] for lot in self.lots)
        if held > amount:
            self._take_from_lots(held - max(0, amount))

    def _count(self, at: int, amount: int, lots: list[LotEntry] | None, calendar: LocalCalendar) -> None:
        if lots is None:
            self.expired = 0
            usable = amount
            self._keep_lots_within(usable)
        else:
            today = calendar.day(at)
            self.expired = sum(lot[1] for lot in lots if lot[0] < today)
            self.lots = [lot for lot in lots if lot[0] >= today]
            usable = amount - self.expired
        if self.on_hand is not None:
            self.count_gap = usable - self.on_hand
        self.counted_at = at
        self._set(at, usable, calendar)

    def _adjust(self, at: int, delta: int, calendar: LocalCalendar, *, expired: bool) -> None:
        if expired and delta < 0:
            # What passed its date has left the usable stock already; now it leaves the shelf.
            gone = min(self.expired, -delta)
            self.expired -= gone
            delta += gone
        if delta:
            self._move(at, delta, calendar)

    def _receive(
        self, at: int, amount: int, detail: tuple[str | None, int, list[LotEntry]], calendar: LocalCalendar
    ) -> None:
        _, _, lots = detail
        today = calendar.day(at)
        if self.on_hand is not None:
            past = sum(lot[1] for lot in lots if lot[0] < today)
            self.expired += past
            self._move(at, amount - past, calendar)
            if lots:
                self.lots = sorted([*self.lots, *(lot for lot in lots if lot[0] >= today)])
                # A book below zero swallows a part of what came.
                self._keep_lots_within(self.on_hand)

    def _receive_order(self, day: int, detail: tuple[str, int, list[LotEntry]]) -> None:
        key, received, _ = detail
        self._put_away(day)
        orders.receive(self.orders, day, received, key)

    def _cancel(self, day: int, amount: int, key: str) -> None:
        self._put_away(day)
        orders.cancel(self.orders, day, amount, key)

    def _report(self, amount: int, detail: tuple[int, int | None]) -> None:
        month, days_out = detail
        record = self.month(month)
        record.reported = amount
        record.reported_out = -1 if days_out is None else days_out
