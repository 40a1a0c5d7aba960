"""A finer unit for a position, when its item's catalogue entry begins to allow (more) decimals."""

from collections.abc import Iterable

from supply.entries import COUNTED, RECEIVED, Entry, LotEntry
from supply.ledger_state import Ledger


def refine_ledger(ledger: Ledger, factor: int) -> None:
    """Multiply every amount of a ledger."""
    if ledger.on_hand is not None:
        ledger.on_hand *= factor
    if ledger.count_gap is not None:
        ledger.count_gap *= factor
    ledger.gap_before *= factor
    ledger.unmet_since_empty *= factor
    ledger.missing *= factor
    ledger.expired *= factor
    ledger.lots = _refined_lots(ledger.lots, factor)
    ledger.aside = _refined_lots(ledger.aside, factor)
    for line in ledger.orders.values():
        line.quantity *= factor
        line.received *= factor
        line.cancelled *= factor
    for month in (*ledger.months.values(), *ledger.rolled.values()):
        month.dispensed *= factor
        month.issued *= factor
        month.transferred *= factor
        month.returned *= factor
        month.unmet *= factor
        month.by_counts *= factor
        month.reported *= factor if month.reported > 0 else 1
        if month.closing is not None:
            month.closing *= factor
    if ledger.days is not None:
        for days in ledger.days.months.values():
            days.used = [amount * factor for amount in days.used]
            days.unmet = [amount * factor for amount in days.unmet]
            days.other = [amount * factor for amount in days.other]
            days.by_counts = [amount * factor for amount in days.by_counts]


def refined_entry(entry: Entry, factor: int) -> Entry:
    """An entry with every amount multiplied."""
    at, kind, identity, amount, detail = entry
    if kind == COUNTED and detail is not None:
        lots, aside = detail
        detail = (_refined_lots(lots, factor), _refined_lots(aside, factor))
    elif kind == RECEIVED:
        key, received, lots, aside = detail
        detail = (key, received * factor, _refined_lots(lots, factor), _refined_lots(aside, factor))
    return at, kind, identity, amount * factor, detail


def _refined_lots(lots: Iterable[LotEntry], factor: int) -> list[LotEntry]:
    return [(last_day, amount * factor, name) for last_day, amount, name in lots]
