"""Order lines of a position: what was scheduled, what came of it and what was cancelled."""

import msgspec

from supply.entries import order_key

CLOSED_ORDER_DAYS_KEPT = 30
"""An order line that is complete is remembered this long, so that a straggler does not reopen it."""
LOST_ORDER_DAYS_KEPT = 365
"""An order line whose goods never came is forgotten a year after its date."""

Schedule = tuple[str, str | None, int, int | None, str | None, str | None]
"""(order, line, expected day, deadline, supplier, origin)"""


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
    """Schedule a line anew: `amount` is all of it, what has come already included; what was cancelled is void."""
    key = order_key(scheduled[0], scheduled[1])
    line = orders.get(key)
    if line is None or line.over_by(day):
        line = orders[key] = OrderLine()
    line.order, line.line, line.expected_on, line.deadline, line.supplier, line.origin = scheduled
    line.quantity, line.cancelled, line.closed, line.last_day = amount, 0, False, day


def receive(orders: Orders, day: int, amount: int, key: str) -> None:
    """Count pieces that came against their order; more than was due stands on the last line."""
    *others, last = _lines_meant(orders, key, day)
    for line in others:
        taken = min(amount, line.outstanding)
        line.received += taken
        line.last_day = day
        amount -= taken
    last.received += amount
    last.last_day = day


def cancel(orders: Orders, day: int, amount: int, key: str) -> None:
    """Cancel pieces of an order, the rest of it where `amount` is below zero."""
    lines = _lines_meant(orders, key, day)
    for line in lines:
        line.last_day = day
        if amount < 0:
            line.closed = True
        else:
            gone = amount if line is lines[-1] else min(amount, line.outstanding)
            line.cancelled += gone
            amount -= gone


def _lines_meant(orders: Orders, key: str, day: int) -> list[OrderLine]:
    """The lines that a receipt or a cancellation means, the one expected first in front.

    That is the line it names; the order as a whole when only that was scheduled; all lines of the order when it
    names none. A line not heard of yet is made: goods may come before their schedule does.
    """
    line = orders.get(key)
    if line is not None and not line.over_by(day):
        return [line]
    order, names_line, _ = key.partition("\0")
    if names_line:
        whole = orders.get(order)
        meant = [] if whole is None else [whole]
    else:
        meant = [line for other, line in orders.items() if other.startswith(order + "\0")]
    meant = [line for line in meant if not line.over_by(day)]
    if not meant:
        meant = [OrderLine()]
        orders[key] = meant[0]
    return sorted(meant, key=lambda line: (line.expected_on, line.line or ""))
