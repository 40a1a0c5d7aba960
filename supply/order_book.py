"""The order lines of one ledger: those it holds, and what it keeps of those put away."""

from supply import order_months, orders
from supply.lead_times import Delivery, with_lines
from supply.ledger_state import Ledger
from supply.orders import Schedule


def schedule(ledger: Ledger, day: int, amount: int, scheduled: Schedule) -> None:
    """Schedule a line anew (`supply.orders.schedule`)."""
    put_away(ledger, day)
    orders.schedule(ledger.orders, day, amount, scheduled)


def schedule_late(ledger: Ledger, day: int, amount: int, scheduled: Schedule) -> None:
    """Schedule a line when what followed is settled (`supply.orders.schedule_late`)."""
    put_away(ledger, day)
    orders.schedule_late(ledger.orders, day, amount, scheduled)


def receive(ledger: Ledger, day: int, amount: int, key: str) -> None:
    """Count pieces that came against their order (`supply.orders.receive`)."""
    put_away(ledger, day)
    orders.receive(ledger.orders, day, amount, key)


def cancel(ledger: Ledger, day: int, amount: int, key: str) -> None:
    """Cancel pieces of an order (`supply.orders.cancel`)."""
    put_away(ledger, day)
    orders.cancel(ledger.orders, day, amount, key)


def put_away(ledger: Ledger, day: int) -> None:
    """Drop order lines that are long over by a day; what they say of lead times and what became of them stays."""
    over = [line for line in ledger.orders.values() if line.over_by(day)]
    if over:
        ledger.deliveries = with_lines(ledger.deliveries, over)
        for line in over:
            order_months.count(ledger.orders_by_month, line, day)
        ledger.orders = {key: line for key, line in ledger.orders.items() if not line.over_by(day)}


def known_deliveries(ledger: Ledger) -> list[Delivery]:
    """The newest deliveries, oldest first: those of lines put away, and of lines still held."""
    return with_lines(ledger.deliveries, ledger.orders.values()) if ledger.orders else ledger.deliveries
