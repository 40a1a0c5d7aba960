"""What stands on the shelf of one position: usable pieces, their lots, and the days on which nothing was there.

Amounts are in the item's smallest unit.
"""

from supply.by_day import note_day_out
from supply.calendar import LocalCalendar
from supply.count_gap import remember
from supply.counted_use import take_count
from supply.entries import EXPIRED, LOST, QUARANTINED, RELEASED, LotEntry
from supply.ledger_state import Ledger
from supply.months import month_record
from supply.quarantine import (
    NO_DATE,
    count_aside,
    count_released,
    destroy,
    first_of,
    set_aside,
    take_back,
    total,
    write_off,
)

MOST_CHANGES_KEPT = 60
"""Receipts and expired lots of a year, of which there are a few a month; what is older is of no count to trust."""


def count(
    ledger: Ledger, at: int, amount: int, detail: tuple[list[LotEntry], list[LotEntry]] | None, calendar: LocalCalendar
) -> None:
    """What was counted at an instant, expired pieces included; `detail`: the lots on the shelf and those in quarantine,
    `None` where nobody looked."""
    more_aside = seen = 0
    if detail is None:
        ledger.expired = _expired_within(ledger, amount)
        usable = amount - ledger.expired
        _keep_lots_within(ledger, usable)
    else:
        lots, aside = detail
        today = calendar.day(at)
        expired = sum(lot[1] for lot in lots if lot[0] < today)
        seen = max(0, expired - ledger.expired)
        ledger.expired = expired
        ledger.lots = [lot for lot in lots if lot[0] >= today]
        usable = amount - ledger.expired
        # Quarantine is often a room of its own: a count that tells of none there says nothing of it.
        if aside:
            more_aside = count_aside(ledger, aside, today)
        elif ledger.aside and ledger.on_hand is not None:
            more_aside = -count_released(ledger, ledger.lots, usable - ledger.on_hand)
    if ledger.on_hand is not None:
        gap = _gap(usable - ledger.on_hand, more_aside)
        remember(ledger, gap, calendar)
        if gap or ledger.missing:
            take_count(ledger, at, gap, seen, calendar)
    ledger.counted_at = at
    if ledger.since_count:
        ledger.since_count = []
    _set(ledger, at, usable, calendar)


def _expired_within(ledger: Ledger, amount: int) -> int:
    """How much of a count without lots is known to have passed its date: what it finds beyond the book, as far as that
    stands there and was not written off."""
    if ledger.on_hand is None:
        return 0
    return min(ledger.expired, max(0, amount - max(0, ledger.on_hand)))


def _gap(usable: int, aside: int) -> int:
    """Counted - book, from how much more was found usable, and how much more in quarantine: what went there, or came
    back from there, is none. Nor is what left the quarantine for elsewhere: nobody has to tell of that."""
    return usable + (aside if aside >= 0 else max(aside, -max(0, usable)))


def adjust(ledger: Ledger, at: int, delta: int, reason: int, calendar: LocalCalendar) -> None:
    """Pieces that were found, lost, thrown away, set aside or released; `reason` is that of an adjusted entry."""
    if ledger.on_hand is None:
        return
    back: list[LotEntry] = []
    if reason == EXPIRED and delta < 0:
        # What passed its date has left the usable stock already; now it leaves the shelf.
        gone = min(ledger.expired, -delta)
        ledger.expired -= gone
        delta += gone
        if delta and ledger.aside:
            delta += write_off(ledger, -delta, calendar.day(at))
    elif reason == LOST and ledger.aside:
        delta += destroy(ledger, -delta)
    elif reason == QUARANTINED:
        first, _ = first_of(ledger.lots, -delta)
        set_aside(ledger, [*first, (NO_DATE, -delta - total(first), "")], calendar.day(at))
    elif reason == RELEASED and ledger.aside:
        back, past = take_back(ledger, delta, calendar.day(at))
        ledger.expired += past
        delta -= past
    if delta:
        move(ledger, at, delta, calendar)
    if back:
        _put_lots(ledger, back)


def receive(
    ledger: Ledger,
    at: int,
    amount: int,
    detail: tuple[str | None, int, list[LotEntry], list[LotEntry]],
    calendar: LocalCalendar,
) -> None:
    """Pieces that came at an instant: `detail` is that of a received entry. A shelf never counted stays unknown."""
    _, _, lots, aside = detail
    if ledger.on_hand is not None:
        today = calendar.day(at)
        past = sum(lot[1] for lot in lots if lot[0] < today)
        ledger.expired += past
        move(ledger, at, amount - past, calendar)
        if ledger.sheet_at is not None:
            _note_since_count(ledger, today, amount - past)
        if lots:
            _put_lots(ledger, [lot for lot in lots if lot[0] >= today])
        if aside:
            set_aside(ledger, aside, today)


def move(ledger: Ledger, at: int, delta: int, calendar: LocalCalendar) -> None:
    """Pieces that came (above zero) or left at an instant. A shelf never counted stays unknown."""
    on_hand = ledger.on_hand
    if on_hand is None:
        return
    after = on_hand + delta
    if on_hand > 0 and after > 0:
        ledger.on_hand = after
    elif after > 0:
        _set(ledger, at, after, calendar)
    else:
        if delta < 0 and ledger.out_from is not None:
            # Something left a shelf that the book calls empty: that was no day out.
            accrue_days_out(ledger, at, calendar)
            ledger.out_from = None
        # Nor was the day of the last piece, also when it left at midnight, as dates without a time of day say.
        _set(ledger, at + 1, after, calendar)
    if delta < 0 and ledger.lots:
        _take_from_lots(ledger, -delta)


def go_without(ledger: Ledger, at: int, amount: int, calendar: LocalCalendar) -> None:
    """Pieces that were asked for in vain at an instant."""
    month_record(ledger, calendar.month(at)).unmet += amount
    if ledger.out_from is not None:
        ledger.unmet_since_empty += amount


def _set(ledger: Ledger, at: int, on_hand: int, calendar: LocalCalendar) -> None:
    """The usable pieces from an instant on: a shelf begins to be empty, or ends to be."""
    if on_hand > 0:
        if ledger.out_from is not None:
            accrue_days_out(ledger, at, calendar)
            ledger.out_from = ledger.empty_from = None
            ledger.unmet_since_empty = 0
    elif ledger.out_from is None:
        ledger.out_from = ledger.empty_from = at
        ledger.unmet_since_empty = 0
    ledger.on_hand = on_hand


def _put_lots(ledger: Ledger, lots: list[LotEntry]) -> None:
    ledger.lots = sorted([*ledger.lots, *lots])
    # A book below zero swallows a part of what came.
    _keep_lots_within(ledger, ledger.on_hand or 0)


def held_in(lots: list[LotEntry]) -> int:
    """The pieces of some lots."""
    return sum(lot[1] for lot in lots)


def _keep_lots_within(ledger: Ledger, amount: int) -> None:
    held = held_in(ledger.lots)
    if held > amount:
        _take_from_lots(ledger, held - max(0, amount))


def expire(ledger: Ledger, day: int, calendar: LocalCalendar) -> None:
    """Take lots whose last day lies before `day` out of the usable stock, each at the midnight it expires."""
    while ledger.lots and ledger.lots[0][0] < day:
        last_day, amount, _ = ledger.lots.pop(0)
        ledger.expired += amount
        if ledger.on_hand is not None:
            _set(ledger, calendar.midnight(last_day + 1), ledger.on_hand - amount, calendar)
            if ledger.sheet_at is not None:
                _note_since_count(ledger, last_day + 1, -amount)


def _note_since_count(ledger: Ledger, day: int, amount: int) -> None:
    """Note what came or passed its date; the oldest is forgotten where nobody counts, as if it had been so then."""
    ledger.since_count.append((day, amount))
    if len(ledger.since_count) > MOST_CHANGES_KEPT:
        del ledger.since_count[0]


def accrue_days_out(ledger: Ledger, until_ms: int, calendar: LocalCalendar) -> None:
    """Write the whole local days out of stock before `until_ms` to their months.

    A day out is a whole local day with nothing on hand, after the item was first in stock here.
    """
    if ledger.out_from is None or ledger.here_from is None:
        return
    if ledger.empty_from is None:
        # Stored by a release that did not keep it.
        ledger.empty_from = ledger.out_from
    start = max(ledger.out_from, ledger.here_from)
    day = calendar.day(start)
    if calendar.midnight(day) != start:
        day += 1
    end = calendar.day(until_ms)
    while day < end:
        month = calendar.month_of_day(day)
        month_record(ledger, month).days_out += 1
        if ledger.days is not None:
            note_day_out(ledger.days, day, month)
        day += 1
        ledger.out_from = calendar.midnight(day)


def _take_from_lots(ledger: Ledger, amount: int) -> None:
    """Pieces leave by first expiry."""
    lots = ledger.lots
    while amount > 0 and lots:
        last_day, held, lot = lots[0]
        if held > amount:
            lots[0] = (last_day, held - amount, lot)
            return
        amount -= held
        del lots[0]
