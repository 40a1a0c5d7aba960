"""Order lines of a position: what was scheduled, what came of it and what was cancelled.

Lines that are long over have been put away (`supply.order_book`) before any of these functions is called.
"""

import msgspec

from supply.entries import order_key

CLOSED_ORDER_DAYS_KEPT = 30
"""An order line that is complete is remembered this long, so that a straggler does not reopen it."""
LOST_ORDER_DAYS_KEPT = 365
"""An order line whose goods never came is forgotten a year after its date."""

Schedule = tuple[str, str | None, int, int | None, str | None, str | None]
"""(order, line, expected day, deadline, supplier, origin)"""


class OrderLine(msgspec.Struct, array_like=True):
    """An order line: the latest schedule, what came of it and what was cancelled since that schedule.

    `ordered_on` is the day of its first schedule, 0 when that is not known; `received_on` the day of the receipt that
    made it whole, or of the latest one while it is not, 0 before there is any.
    """

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
    ordered_on: int = 0
    received_on: int = 0

    @property
    def asked(self) -> int:
        """Pieces that make the line whole; of one whose rest was cancelled, what came. What has come is not cancelled,
        however many pieces are named."""
        if self.closed:
            return self.received
        return max(self.quantity - self.cancelled, min(self.received, self.quantity))

    @property
    def whole(self) -> bool:
        """Whether all that is asked came. Goods without a schedule are no order, nor is what was cancelled before
        anything came."""
        return self.quantity > 0 and 0 < self.asked <= self.received

    @property
    def outstanding(self) -> int:
        """Pieces still to come, 0 when none are."""
        return 0 if self.closed else max(0, self.quantity - self.received - self.cancelled)

    @property
    def latest_day(self) -> int:
        """The last day on which the pieces are not yet late."""
        return self.expected_on if self.deadline is None else self.deadline

    def arrives_on(self, today: int) -> int | None:
        """The day to count on the pieces: the expected one, the deadline once that has passed, `None` once late."""
        if self.expected_on >= today:
            return self.expected_on
        return self.latest_day if self.latest_day >= today else None

    def over_by(self, day: int) -> bool:
        """Whether the line is long over by a day, so that nothing more is expected to be told of it."""
        return self.last_day + CLOSED_ORDER_DAYS_KEPT < day and (
            self.outstanding == 0 or self.latest_day + LOST_ORDER_DAYS_KEPT < day
        )


Orders = dict[str, OrderLine]
"""The lines of a position by `supply.entries.order_key`."""


def schedule(orders: Orders, day: int, amount: int, scheduled: Schedule) -> None:
    """Schedule a line anew: `amount` is all of it, what has come already included; what was cancelled is void.

    The line was ordered on the day of its first schedule; one that was whole or cancelled, and asks for more again, on
    this day. An order that is scheduled both as a whole and by lines is due once: as a whole stands what its lines do
    not name.
    """
    order = scheduled[0]
    key = order_key(order, scheduled[1])
    line = _line(orders, key)
    first, over = line.quantity == 0, line.outstanding == 0
    line.order, line.line, line.expected_on, line.deadline, line.supplier, line.origin = scheduled
    line.quantity, line.cancelled, line.closed, line.last_day = amount, 0, False, max(day, line.last_day)
    if key == order:
        line.quantity = max(0, amount - sum([orders[name].asked for name in _line_names(orders, order)]))
    whole = orders.get(order)
    if first and key != order and whole is not None and whole.quantity > 0 and not whole.closed:
        _name_part(line, whole)
        day = min(day, whole.ordered_on or day)
    _bring_in(orders, key, line)
    if first or (over and line.outstanding > 0):
        line.ordered_on = day
    if order in orders and _says_nothing(orders[order]):
        del orders[order]


def _name_part(line: OrderLine, whole: OrderLine) -> None:
    """Take a line that is scheduled for the first time off the order that was scheduled as a whole, with what came."""
    named = min(line.quantity, whole.quantity)
    came = min(whole.received, named)
    whole.quantity -= named
    whole.received -= came
    _take(line, whole.received_on, came)


def _bring_in(orders: Orders, key: str, line: OrderLine) -> None:
    """Count for a line that is scheduled what came before under another name: for its order, or for lines of the order
    that it is."""
    order, names_line, _ = key.partition("\0")
    for name in [order] if names_line else _line_names(orders, order):
        early = orders.get(name)
        if early is None or early.quantity > 0:
            continue
        taken = min(early.received, line.outstanding)
        if taken > 0:
            _take(line, early.received_on, taken)
            early.received -= taken
        if _says_nothing(early):
            del orders[name]


def _line_names(orders: Orders, order: str) -> list[str]:
    """The keys of the lines of an order, in one order however they came."""
    return sorted([name for name in orders if name.startswith(order + "\0")])


def _says_nothing(line: OrderLine) -> bool:
    return line.quantity == 0 and line.received == 0 and not line.closed


def schedule_late(orders: Orders, day: int, amount: int, scheduled: Schedule) -> None:
    """A schedule that comes when what followed it is settled. It does not undo a newer one, nor that the rest of the
    order was cancelled since, but may be the first."""
    line = _line(orders, order_key(scheduled[0], scheduled[1]))
    if line.quantity == 0:
        cancelled, closed = line.cancelled, line.closed
        whole = orders.get(scheduled[0])
        if whole is not None and whole.closed and day <= whole.last_day:
            closed = True
        schedule(orders, day, amount, scheduled)
        line.cancelled, line.closed = cancelled, closed
    elif 0 < day < line.ordered_on:
        line.ordered_on = day


def receive(orders: Orders, day: int, amount: int, key: str) -> None:
    """Count pieces that came against their order. More than was due of a line stands on it; more than was due of an
    order stands on the order, for lines that are not scheduled yet."""
    meant = _lines_meant(orders, key)
    for line in meant:
        taken = min(amount, line.outstanding)
        if taken > 0:
            _take(line, day, taken)
            amount -= taken
    if amount > 0:
        _take(meant[0] if "\0" in key else _line(orders, key), day, amount)


def _take(line: OrderLine, day: int, amount: int) -> None:
    if amount > 0 and not line.whole:
        line.received_on = max(day, line.received_on)
    line.received += amount
    line.last_day = max(day, line.last_day)


def cancel(orders: Orders, day: int, amount: int, key: str) -> None:
    """Cancel pieces of an order, the rest of it where `amount` is below zero."""
    lines = _lines_meant(orders, key)
    for line in lines:
        line.last_day = max(day, line.last_day)
        if amount < 0:
            line.closed = True
        else:
            gone = amount if line is lines[-1] else min(amount, line.outstanding)
            line.cancelled += gone
            amount -= gone
    if amount < 0 and "\0" not in key:
        # A line whose schedule comes late is cancelled with the rest.
        order = _line(orders, key)
        order.closed, order.last_day = True, max(day, order.last_day)


def _line(orders: Orders, key: str) -> OrderLine:
    line = orders.get(key)
    if line is None:
        line = orders[key] = OrderLine()
    return line


def _lines_meant(orders: Orders, key: str) -> list[OrderLine]:
    """The lines that a receipt or a cancellation means, the one expected first in front.

    That is the line it names, if it was scheduled, else the order as a whole when that was; where it names none, all
    that is scheduled of the order. A line not heard of yet is made: goods may come before their schedule does.
    """
    order, names_line, _ = key.partition("\0")
    meant = [line for name in [key, order] if (line := orders.get(name)) is not None and line.quantity > 0][:1]
    if not names_line:
        meant += [line for name in _line_names(orders, order) if (line := orders[name]).quantity > 0]
    if not meant:
        meant = [_line(orders, key)]
    return sorted(meant, key=lambda line: (line.expected_on, line.line or ""))
