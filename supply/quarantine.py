"""What stands in quarantine, lot by lot: no part of the stock, but what is released comes back with its expiry.

Adjustments name no lot: what is set aside and what is released goes by first expiry. Amounts are in the item's smallest
unit.
"""

from collections.abc import Sequence
from typing import Final

from supply.entries import LotEntry
from supply.ledger_state import Ledger

KEPT_DAYS: Final = 365
"""Nothing tells that a lot in quarantine was destroyed: so long after its date it is not asked for any more."""


def set_aside(ledger: Ledger, lots: Sequence[LotEntry], today: int) -> None:
    """Lots that go into quarantine beside those that are there."""
    held: dict[tuple[int, str], int] = {}
    for last_day, amount, lot in (*ledger.aside, *lots):
        if last_day >= today - KEPT_DAYS:
            held[last_day, lot] = held.get((last_day, lot), 0) + amount
    ledger.aside = sorted([(last_day, amount, lot) for (last_day, lot), amount in held.items()])


def take_back(ledger: Ledger, amount: int, today: int) -> tuple[list[LotEntry], int]:
    """What of a released amount comes back by lot, and how much of it has passed its date meanwhile: nobody releases
    that as long as there is something good."""
    past, good = _by_date(ledger, today)
    back, good = first_of(good, amount)
    gone, past = first_of(past, amount - total(back))
    ledger.aside = past + good
    return back, total(gone)


def write_off(ledger: Ledger, amount: int, today: int) -> int:
    """How much of an amount that is thrown away for its date was in quarantine: it leaves."""
    past, good = _by_date(ledger, today)
    gone, past = first_of(past, amount)
    ledger.aside = past + good
    return total(gone)


def _by_date(ledger: Ledger, today: int) -> tuple[list[LotEntry], list[LotEntry]]:
    return [lot for lot in ledger.aside if lot[0] < today], [lot for lot in ledger.aside if lot[0] >= today]


def first_of(lots: Sequence[LotEntry], amount: int) -> tuple[list[LotEntry], list[LotEntry]]:
    """The pieces of an amount that expire first, and the rest; `lots` by expiry."""
    first: list[LotEntry] = []
    rest: list[LotEntry] = []
    for last_day, held, lot in lots:
        taken = min(held, amount)
        amount -= taken
        if taken > 0:
            first.append((last_day, taken, lot))
        if held > taken:
            rest.append((last_day, held - taken, lot))
    return first, rest


def total(lots: Sequence[LotEntry]) -> int:
    """The pieces of some lots."""
    return sum(lot[1] for lot in lots)
