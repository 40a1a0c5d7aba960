"""What stands in quarantine, lot by lot: no part of the stock, but what is released comes back with its expiry.

Adjustments name no lot: what is set aside and what is released goes by first expiry. Amounts are in the item's smallest
unit.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from supply.entries import LotEntry
from supply.ledger_state import Ledger

KEPT_DAYS: Final = 365
"""Nothing tells that a lot in quarantine was destroyed: so long after its date it is not asked for any more."""
NO_DATE: Final = dt.date.max.toordinal()
"""The last day of pieces in quarantine of which no lot is known: behind all dates, and no lot may have it."""


def set_aside(ledger: Ledger, lots: Sequence[LotEntry], today: int) -> None:
    """Lots that go into quarantine beside those that are there."""
    held: dict[tuple[int, str], int] = {}
    for last_day, amount, lot in (*ledger.aside, *lots):
        if amount and last_day >= today - KEPT_DAYS:
            held[last_day, lot] = held.get((last_day, lot), 0) + amount
    ledger.aside = sorted([(last_day, amount, lot) for (last_day, lot), amount in held.items()])


def take_back(ledger: Ledger, amount: int, today: int) -> tuple[list[LotEntry], int]:
    """What of a released amount comes back by lot, and how much of it has passed its date meanwhile: nobody releases
    that as long as there is something good."""
    past, good = _by_date(ledger.aside, today)
    back, good = first_of(good, amount)
    gone, past = first_of(past, amount - total(back))
    ledger.aside = past + good
    return [lot for lot in back if lot[0] < NO_DATE], total(gone)


def write_off(ledger: Ledger, amount: int, today: int) -> int:
    """How much of an amount that is thrown away for its date was in quarantine: it leaves."""
    past, good = _by_date(ledger.aside, today)
    gone, past = first_of(past, amount)
    ledger.aside = past + good
    return total(gone)


def destroy(ledger: Ledger, amount: int) -> int:
    """How much of an amount that is damaged or lost was in quarantine: it leaves.

    None as long as the usable stock holds so many, for a stock-out that is missed is worse than a false one. Else all
    where only the quarantine does; where neither does, what the usable stock does not hold.
    """
    usable, held = max(0, ledger.on_hand or 0), total(ledger.aside)
    if amount <= usable:
        return 0
    gone, ledger.aside = first_of(ledger.aside, amount if amount <= held else amount - usable)
    return total(gone)


def count_aside(ledger: Ledger, lots: list[LotEntry], today: int) -> int:
    """A count tells what is in quarantine: how much more that is than was known. What had passed its date there is
    not missed, it is thrown away."""
    past, good = _by_date(lots, today)
    past_before, good_before = _by_date(ledger.aside, today)
    ledger.aside = lots
    return total(good) - total(good_before) + max(0, total(past) - total(past_before))


def count_released(ledger: Ledger, lots: Sequence[LotEntry], more: int) -> int:
    """How much of what a count finds `more` than the book came back from quarantine, for it tells of these lots as
    usable: it leaves the quarantine."""
    kept: list[LotEntry] = []
    back = 0
    for last_day, held, lot in ledger.aside:
        told = sum(each[1] for each in lots if each[0] == last_day and each[2] == lot)
        gone = max(0, min(held, told, more - back))
        back += gone
        if held > gone:
            kept.append((last_day, held - gone, lot))
    ledger.aside = kept
    return back


def may_be_released(ledger: Ledger, today: int) -> int:
    """The pieces in quarantine that have not passed their date."""
    return total(_by_date(ledger.aside, today)[1])


def _by_date(lots: Sequence[LotEntry], today: int) -> tuple[list[LotEntry], list[LotEntry]]:
    return [lot for lot in lots if lot[0] < today], [lot for lot in lots if lot[0] >= today]


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
