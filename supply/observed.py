"""What a ledger shows beside the stock: this month's use so far, unmet demand and the gap at the latest count."""

from typing import NamedTuple

from supply.calendar import LocalCalendar, first_day
from supply.cpm_policy import Outflow
from supply.cpm_window import NOTHING_HAPPENED, consumption_of
from supply.ledger_state import Ledger


class Observed(NamedTuple):
    """Quantities in pieces.

    `used`: consumption in the running month so far, of which `share_gone` (0 to 1, by the clock) is gone. `unmet`: in
    the running month and the last one. `count_gap`: counted - book at the latest count, on the local day `counted_on`;
    `None` where there was no book to compare with. `lots`: (days from today to the last usable day, pieces), by expiry.
    """

    used: float = 0.0
    share_gone: float = 0.0
    unmet: float = 0.0
    count_gap: float | None = None
    counted_on: int | None = None
    lots: tuple[tuple[int, float], ...] = ()


NOTHING_OBSERVED = Observed()


def observe(
    ledger: Ledger,
    outflow: Outflow,
    at_ms: int,
    month: int,
    scale: int,
    calendar: LocalCalendar,
    lots: tuple[tuple[int, float], ...],
) -> Observed:
    """What a ledger shows at an instant of a month; `lots` are handed through."""
    running = ledger.months.get(month, NOTHING_HAPPENED)
    last = ledger.months.get(month - 1, NOTHING_HAPPENED)
    begins = calendar.midnight(first_day(month))
    ends = calendar.midnight(first_day(month + 1))
    return Observed(
        consumption_of(running, outflow) / scale,
        (at_ms - begins) / (ends - begins),
        (running.unmet + last.unmet) / scale,
        None if ledger.count_gap is None else ledger.count_gap / scale,
        None if ledger.counted_at is None else calendar.day(ledger.counted_at),
        lots,
    )
