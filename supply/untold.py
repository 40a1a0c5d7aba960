"""What must have been used since the latest count and is not in the book yet, where use is told by monthly sheets.

A sheet (`consumption.reported`) moves no stock: between two counts the book of a place that sends sheets alone stands
still, and what looks ahead from it would promise every day anew the days of the count. So the use of the days since the
count is reckoned off, by the sheet where it has come, else by the CPM or the plan (docs/decisions/projection.md).
"""

from typing import Final, NamedTuple

from schemas.catalogue import FacilityKind
from supply.calendar import LocalCalendar, days_in_month, first_day
from supply.catalogue import RegisteredFrom, valid_on
from supply.cpm import cpm
from supply.cpm_window import NOTHING_HAPPENED
from supply.demand import Plan, Use, use_from, used_within
from supply.ledger_state import Ledger
from supply.outflow import outflow_of
from supply.policy_choice import Chosen
from supply.projection import DUST_PIECES
from supply.sheets import moved_of, share_untold
from supply.stand_in import stand_in, tells_nothing


class Untold(NamedTuple):
    """`pieces` that are still in the book and must have been used since the count of the local day `since` (`None`:
    nothing needs to be reckoned). `came`: something came after that count. `goes_on`: tomorrow they are more."""

    pieces: float = 0.0
    since: int | None = None
    came: bool = False
    goes_on: bool = False


NOTHING_UNTOLD: Final = Untold()


class Reckoning(NamedTuple):
    """What the use of days that nobody has told of is reckoned by: the plan, also one that is over, and before and
    after it the CPM, by the arguments of `supply.cpm.cpm` and the CPMs registered here (`official`)."""

    calendar: LocalCalendar
    kind: FacilityKind
    chosen: Chosen
    plan: Plan | None
    official: tuple[RegisteredFrom, ...]
    first_whole_month: int
    scale: int


def untold_use(ledger: Ledger, day: int, by: Reckoning) -> Untold:
    """The untold use of the days from the latest count's on and before `day`, never more than was there to be used.
    Lots that expired by then have left the ledger's stock.

    What came since the count, or passed its date, did so on its day: an empty shelf uses nothing until more comes, and
    what is used is what expires first.
    """
    calendar, scale = by.calendar, by.scale
    at, on_hand = ledger.counted_at, ledger.on_hand
    outflow = outflow_of(ledger.months, by.chosen.policy, by.kind)
    if at is None or on_hand is None or on_hand <= 0:
        return NOTHING_UNTOLD
    share = share_untold(ledger.months, outflow, calendar.month_of_day(day))
    if share <= 0:
        return NOTHING_UNTOLD
    since = calendar.day(at)
    use: list[tuple[int, float]] = []
    grows = False
    for month in range(calendar.month_of_day(since), calendar.month_of_day(day) + 1):
        begins, ends = max(since, first_day(month)), min(day + 1, first_day(month + 1))
        record = ledger.months.get(month, NOTHING_HAPPENED)
        moved = moved_of(record, outflow)
        if record.reported >= 0:
            told_until = _told_until(ledger, month, calendar)
            rate = max(0, record.reported - moved) / scale / (told_until - first_day(month))
            if begins < told_until:
                use.append((begins - since, rate))
            begins = max(begins, told_until)
        grows = False
        if (rest := first_day(month + 1) - begins) > 0:
            of_month = use_from(by.plan, begins, _daily_use(ledger, month, begins, by))
            single = max(0, moved) / scale if record.reported < 0 else 0.0
            # What moved may tell all of the first days, and not of those to come.
            grows = single < used_within(of_month, rest)
            if begins < ends:
                untold = min(share, _not_moved(of_month, ends - begins, single))
                use.extend(
                    [(begins - since + start, rate * untold) for start, rate in of_month if begins + start < ends]
                )
    begins_ms = calendar.midnight(since)
    counted_in = (at - begins_ms) / (calendar.midnight(since + 1) - begins_ms)
    pieces, left = _walked(ledger, since, counted_in, day, use, scale)
    came = any(amount > 0 for _, amount in ledger.since_count)
    return Untold(pieces, since, came, left > DUST_PIECES and (grows or use[-1][1] > 0))


def _not_moved(of_month: Use, days: int, moved: float) -> float:
    """How much of the use that is foretold for the days of a month its single movements do not tell (0 to 1)."""
    foretold = used_within(of_month, days)
    return max(0.0, 1 - moved / foretold) if foretold > 0 else 1.0


def _told_until(ledger: Ledger, month: int, calendar: LocalCalendar) -> int:
    """The first day that the sheet of a month says nothing of: one that comes before the month is over tells of its
    days until then."""
    ends = first_day(month + 1)
    came_on = ends if ledger.sheet_at is None else calendar.day(ledger.sheet_at)
    return min(ends, came_on + 1) if came_on >= first_day(month) else ends


def _daily_use(ledger: Ledger, month: int, day: int, by: Reckoning) -> float:
    """Pieces a day in a month of which nothing is told, as it was foretold when the month began: a CPM that changes
    later must not put pieces back on the shelf."""
    kind, chosen, first_month = by.kind, by.chosen, by.first_whole_month
    foretold = cpm(ledger, kind, chosen, month, first_month, by.scale)
    a_month = foretold.value
    if tells_nothing(foretold):
        instead = stand_in(ledger, kind, chosen, month, first_month, by.scale, valid_on(by.official, day))
        a_month = a_month if instead is None else instead.cpm
    return (a_month or 0.0) / (chosen.policy.month_days or days_in_month(month))


def _walked(
    ledger: Ledger, since: int, counted_in: float, until: int, use: list[tuple[int, float]], scale: int
) -> tuple[float, float]:
    """The untold pieces still in the book at the beginning of a day, and what is left without them. `counted_in`: the
    share of the count's day that was over."""
    changes = ledger.since_count
    left = ((ledger.on_hand or 0) - sum([amount for _, amount in changes])) / scale
    untold, wanted_before = 0.0, used_within(use, counted_in)
    for on, amount in [*changes, (until, 0)]:
        wanted = used_within(use, max(counted_in, on - since))
        used = min(max(0.0, left), wanted - wanted_before)
        wanted_before = wanted
        left, untold = left - used, untold + used
        if amount < 0:
            # The book took the whole lot off: what was used of it is not untold any more.
            taken = min(-amount / scale, untold)
            left, untold = left + amount / scale + taken, untold - taken
        else:
            left += amount / scale
    return untold, left


def lots_left(ledger: Ledger, day: int, scale: int, untold: float) -> tuple[tuple[int, float], ...]:
    """The usable lots as (days from a day to the last usable one, pieces), by expiry, without what was used untold of
    them: first expired first out."""
    lots = [(last_day - day, amount / scale) for last_day, amount, _ in ledger.lots]
    while untold > 0 and lots:
        last_day, pieces = lots[0]
        if pieces - untold > DUST_PIECES:
            lots[0] = (last_day, pieces - untold)
            break
        untold -= pieces
        del lots[0]
    return tuple(lots)
