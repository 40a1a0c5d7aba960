"""What a ledger shows beside the stock: this month's use so far, unmet demand and the gap at the latest count."""

from typing import NamedTuple

from supply.calendar import LocalCalendar, first_day
from supply.count_gap import unexplained
from supply.cpm import Cpm, corrected
from supply.cpm_policy import CpmPolicy, Outflow
from supply.cpm_window import NOTHING_HAPPENED, consumption_of, window
from supply.doubted_sheet import DoubtedSheet, doubted_sheet
from supply.ledger_state import Ledger
from supply.quarantine import may_be_released

MONTHS_COMPARED = 6
"""What comes every other month, or once a quarter, has come twice by then."""

_BY_MONTH = CpmPolicy(name="by month", window_months=6)
"""Whatever the window of the CPM: what is sustained shows in several months."""


class Observed(NamedTuple):
    """Quantities in pieces.

    `used`: consumption in the running month so far, of which `share_gone` (0 to 1, by the clock) is gone. `unmet`: in
    the running month and the last one. `count_gap`: counted - book at the latest count, on the local day `counted_on`,
    less what monthly sheets say was used; `None` where there was no book to compare with, or a sheet is awaited that
    may explain it. `lots`: (days from today to the last usable day, pieces), by expiry. `largest`: the most consumed in
    one of the `MONTHS_COMPARED` months before this one. `sheet_on`: the day on which the latest sheet came, where the
    gap is one to sheets as well, and `sheet_month` the last month whose sheet is reckoned with. `aside`: in quarantine,
    and not past the date. `by_counts`: what of `used` only counts tell. `expired`: on the shelf, past the date.
    `doubted`: a sheet whose days out contradict count and book, its pieces in smallest units.
    """

    used: float = 0.0
    share_gone: float = 0.0
    unmet: float = 0.0
    count_gap: float | None = None
    counted_on: int | None = None
    lots: tuple[tuple[int, float], ...] = ()
    largest: float = 0.0
    sheet_on: int | None = None
    sheet_month: int | None = None
    aside: float = 0.0
    by_counts: float = 0.0
    expired: float = 0.0
    doubted: DoubtedSheet | None = None


NOTHING_OBSERVED = Observed()


def observed_use(cpm: Cpm) -> float | None:
    """The CPM where it observes a use, in pieces a month; `None` where there is none, and where the item was out in
    every month of the window (`uncorrected`): what could not be handed out does not tell what is needed."""
    return None if cpm.inputs.state == "uncorrected" else cpm.value


def use_by_month(
    ledger: Ledger, outflow: Outflow, running_month: int, first_whole_month: int, scale: int
) -> tuple[tuple[int, float], ...]:
    """The consumption of each of the last six whole months, in pieces, had it not been out of stock on some days;
    months of which nothing is known, and those that were out whole, tell nothing."""
    months, _, _ = window(ledger, outflow, _BY_MONTH, running_month, first_whole_month)
    told = [(m.month, corrected(m.amount, m.days, m.days_out, _BY_MONTH)) for m in months]
    return tuple([(month, pieces / scale) for month, pieces in told if pieces is not None])


def use_so_far(ledger: Ledger, outflow: Outflow, day: int, scale: int, calendar: LocalCalendar) -> float:
    """Pieces a day since the item is here: what is known of a use that has no CPM yet."""
    if ledger.here_from is None:
        return 0.0
    used = sum([consumption_of(record, outflow) for record in ledger.months.values()])
    return used / scale / max(1, day - calendar.day(ledger.here_from))


def heard_at(ledger: Ledger) -> int | None:
    """The latest event that tells of the shelf. The state of a release that did not keep it has the latest of all, an
    order maybe, in its place; a position that has had nothing but orders was not heard."""
    if ledger.heard_at is not None or (ledger.here_from is None and ledger.counted_at is None and not ledger.months):
        return ledger.heard_at
    return ledger.last_at


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
    gap = unexplained(ledger, outflow, calendar)
    largest = 0
    for number in range(month - MONTHS_COMPARED, month):
        record = ledger.months.get(number)
        if record is not None:
            largest = max(largest, consumption_of(record, outflow))
    return Observed(
        consumption_of(running, outflow) / scale,
        (at_ms - begins) / (ends - begins),
        (running.unmet + last.unmet) / scale,
        None if gap.left is None else gap.left / scale,
        None if ledger.counted_at is None else calendar.day(ledger.counted_at),
        lots,
        largest / scale,
        calendar.day(ledger.sheet_at) if gap.last_month is not None and ledger.sheet_at is not None else None,
        gap.last_month,
        may_be_released(ledger, calendar.day(at_ms)) / scale if ledger.aside else 0.0,
        0.0 if running.reported >= 0 else running.by_counts / scale,
        ledger.expired / scale,
        doubted_sheet(ledger, outflow, month, calendar),
    )
