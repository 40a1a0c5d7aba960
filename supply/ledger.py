"""The ledger of one position: entries applied in the order of their time.

On hand = latest count + movements after it. Because entries are applied in order (see `supply.position`, which keeps
what may still be overtaken apart), each step is a plain update. Amounts are in the item's smallest unit.
"""

import msgspec

from supply import entries
from supply.calendar import LocalCalendar
from supply.entries import Entry, LotEntry

CLOSED_ORDER_DAYS_KEPT = 30
"""An order line that is complete is remembered this long, so that a straggler does not reopen it."""
LOST_ORDER_DAYS_KEPT = 365
"""An order line whose goods never came is forgotten a year after its date."""


class MonthRecord(msgspec.Struct, array_like=True, gc=False):
    """What happened in one local month. `reported` is a sheet's total, -1 without one; `reported_out` its days out."""

    dispensed: int = 0
    issued: int = 0
    returned: int = 0
    unmet: int = 0
    days_out: int = 0
    reported: int = -1
    reported_out: int = -1


class OrderLine(msgspec.Struct, array_like=True):
    """An order line: the latest schedule, what came of it and what was cancelled since that schedule."""

    order: str = ""
    line: str | None = None
    quantity: int = 0
    expected_on: int = 0
    deadline: int | None = None
    supplier: str | None = None
    origin: str | None = None
    received: int = 0
    cancelled: int = 0
    closed: bool = False
    last_day: int = 0

    @property
    def outstanding(self) -> int:
        """Pieces still to come, 0 when none are."""
        return 0 if self.closed else max(0, self.quantity - self.received - self.cancelled)

    @property
    def latest_day(self) -> int:
        """The last day on which the pieces are not yet late."""
        return self.expected_on if self.deadline is None else self.deadline


class Ledger(msgspec.Struct, array_like=True):
    """The state of a position after some entries.

    `on_hand` is the book of usable pieces (`None`: never counted; below zero: the data are wrong), `expired` what
    stands on the shelf past its date. `lots` are the usable lots by expiry, a part of `on_hand`. `out_from` is the
    instant since which nothing was on hand and days out are not yet written to their months.
    """

    on_hand: int | None = None
    expired: int = 0
    counted_at: int | None = None
    count_gap: int | None = None
    stocked: bool = False
    out_from: int | None = None
    reports: bool = False
    first_at: int | None = None
    last_at: int | None = None
    lots: list[LotEntry] = msgspec.field(default_factory=list)
    orders: dict[str, OrderLine] = msgspec.field(default_factory=dict)
    months: dict[int, MonthRecord] = msgspec.field(default_factory=dict)

    def apply(self, entry: Entry, calendar: LocalCalendar) -> None:
        """Apply the next entry; entries come in their sorted order."""
        at, kind, _, amount, detail = entry
        if self.first_at is None:
            self.first_at = at
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
            if detail and amount < 0:
                gone = min(self.expired, -amount)
                self.expired -= gone
                amount += gone
            self._move(at, amount, calendar)
        elif kind == entries.RECEIVED:
            self._receive(at, amount, detail, calendar)
        elif kind == entries.UNMET:
            self.month(calendar.month(at)).unmet += amount
        elif kind == entries.REPORTED:
            month, days_out = detail
            record = self.month(month)
            record.reported = amount
            record.reported_out = -1 if days_out is None else days_out
            self.reports = True
        elif kind == entries.SCHEDULED:
            self._schedule(calendar.day(at), amount, detail)
        else:
            self._cancel(calendar.day(at), amount, detail)

    def apply_late(self, entry: Entry, calendar: LocalCalendar) -> bool:
        """Apply an entry that comes after the window in which it could still be put in its place: its stock effect is
        settled by now, its month's consumption and its order are not. False when nothing of it can count: a count."""
        at, kind, _, amount, detail = entry
        if kind == entries.COUNTED:
            return False
        if kind in (entries.DISPENSED, entries.ISSUED, entries.RETURNED, entries.UNMET):
            record = self.month(calendar.month(at))
            if kind == entries.DISPENSED:
                record.dispensed += amount
            elif kind == entries.ISSUED:
                record.issued += amount
            elif kind == entries.RETURNED:
                record.returned += amount
            else:
                record.unmet += amount
        elif kind == entries.REPORTED:
            month, days_out = detail
            record = self.month(month)
            if record.reported < 0:
                record.reported = amount
                record.reported_out = -1 if days_out is None else days_out
            self.reports = True
        elif kind == entries.RECEIVED:
            key, received, _ = detail
            if key in self.orders:
                self.orders[key].received += received
        elif kind == entries.SCHEDULED:
            if entries.order_key(detail[0], detail[1]) not in self.orders:
                self._schedule(calendar.day(at), amount, detail)
        elif kind == entries.CANCELLED:
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
        if self.out_from is None or not self.stocked:
            return
        start = self.out_from
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
            self.months = {month: record for month, record in self.months.items() if month >= oldest_month}
        over = [
            key
            for key, line in self.orders.items()
            if line.last_day + CLOSED_ORDER_DAYS_KEPT < day
            and (line.outstanding == 0 or line.latest_day + LOST_ORDER_DAYS_KEPT < day)
        ]
        for key in over:
            del self.orders[key]

    def _set(self, at: int, on_hand: int, calendar: LocalCalendar) -> None:
        if on_hand > 0:
            if self.out_from is not None:
                self.accrue_days_out(at, calendar)
                self.out_from = None
            self.stocked = True
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
        else:
            self._set(at, after, calendar)
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

    def _count(self, at: int, amount: int, lots: list[LotEntry] | None, calendar: LocalCalendar) -> None:
        if lots is None:
            self.expired = 0
            held = sum(lot[1] for lot in self.lots)
            if held > amount:
                self._take_from_lots(held - amount)
            usable = amount
        else:
            today = calendar.day(at)
            self.expired = sum(lot[1] for lot in lots if lot[0] < today)
            self.lots = [as_lot(lot) for lot in lots if lot[0] >= today]
            usable = amount - self.expired
        if self.on_hand is not None:
            self.count_gap = usable - self.on_hand
        self.counted_at = at
        self._set(at, usable, calendar)

    def _receive(
        self, at: int, amount: int, detail: tuple[str | None, int, list[LotEntry]], calendar: LocalCalendar
    ) -> None:
        key, received, lots = detail
        self._move(at, amount, calendar)
        if lots and self.on_hand is not None:
            self.lots = sorted([*self.lots, *(as_lot(lot) for lot in lots)])
            self.expire(calendar.day(at), calendar)
        if key is not None:
            line = self.orders.setdefault(key, OrderLine())
            line.received += received
            line.last_day = calendar.day(at)

    def _schedule(
        self, day: int, amount: int, detail: tuple[str, str | None, int, int | None, str | None, str | None]
    ) -> None:
        order, line_number, expected_on, deadline, supplier, origin = detail
        line = self.orders.setdefault(entries.order_key(order, line_number), OrderLine())
        line.order, line.line, line.quantity, line.expected_on = order, line_number, amount, expected_on
        line.deadline, line.supplier, line.origin = deadline, supplier, origin
        line.cancelled, line.closed, line.last_day = 0, False, day

    def _cancel(self, day: int, amount: int, key: str) -> None:
        line = self.orders.setdefault(key, OrderLine())
        line.last_day = day
        if amount < 0:
            line.closed = True
        else:
            line.cancelled += amount


def as_lot(lot: LotEntry) -> LotEntry:
    """A lot as a tuple, also where it was read back as a list."""
    return (lot[0], lot[1], lot[2])
