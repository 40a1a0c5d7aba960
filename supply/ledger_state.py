"""What a ledger holds, as it is stored; `supply.ledger` has the rules. Amounts are in the item's smallest unit.

Apart from them because msgspec reads the types of fields when a program runs, and compiled modules do not keep them.
"""

import msgspec

from supply.cpm_policy import Outflow
from supply.entries import LotEntry
from supply.lead_times import Delivery
from supply.orders import OrderLine


class MonthRecord(msgspec.Struct, array_like=True, gc=False):
    """What happened in one local month. `reported` is a sheet's total, -1 without one; `reported_out` its days out.
    `closing` is the book of usable pieces at the end of the month, as `Ledger.on_hand` (`None`: not known, because the
    month is not over, the item had not been counted by then, or a release that did not keep it closed the month), and
    `count_age` the whole minutes from the count that it rests on to that end: what comes late and lies before the count
    is inside it. `transferred`: of `issued`, what went to other facilities. Releases before did not know it: what they
    issued reads as use of the place's own services, as far as `supply.outflow` asks. `by_counts` are the pieces that
    counts found missing and that count as use (`supply.counted_use`).
    """

    dispensed: int = 0
    issued: int = 0
    returned: int = 0
    unmet: int = 0
    days_out: int = 0
    reported: int = -1
    reported_out: int = -1
    closing: int | None = None
    count_age: int = 0
    transferred: int = 0
    by_counts: int = 0


class OrderCounts(msgspec.Struct, array_like=True, gc=False):
    """Order lines due in one month: decided ones, of them complete, of these on time; cancelled whole; not over yet."""

    decided: int = 0
    complete: int = 0
    complete_on_time: int = 0
    cancelled: int = 0
    not_over: int = 0


class DaysOfMonth(msgspec.Struct, array_like=True):
    """The days of one local month, from the first to the last on which anything was `used` (what counts as consumption)
    or asked for in vain (`unmet`). `out`: the days out of stock, a bit for each, the lowest the first day's. `other` is
    `used` by what takes its place where there is none of it (`supply.outflow`), `by_counts` what counts tell of a day's
    use, as in the month's record.
    """

    used: list[int] = msgspec.field(default_factory=list)
    unmet: list[int] = msgspec.field(default_factory=list)
    out: int = 0
    other: list[int] = msgspec.field(default_factory=list)
    by_counts: list[int] = msgspec.field(default_factory=list)


class Days(msgspec.Struct, array_like=True):
    """The days of a window, by month (`supply.by_day`): `outflow` counts as consumption in them by the policy, `since`
    is the first day from which on they are known, and `other_since` that of `DaysOfMonth.other` (-1: a release that did
    not keep it wrote them)."""

    outflow: Outflow
    since: int = 0
    months: dict[int, DaysOfMonth] = msgspec.field(default_factory=dict)
    other_since: int = -1


class Ledger(msgspec.Struct, array_like=True):
    """The state of a position after some entries.

    `on_hand` is the book of usable pieces (`None`: never counted; below zero: the data are wrong), `expired` what
    stands on the shelf past its date. `lots` are the usable lots by expiry, a part of `on_hand`, and `aside`
    those in quarantine, which are not. `here_from` is the
    first instant at which something was on the shelf or left it: only from then on are there days out, and months
    without use that count. `out_from` is the instant since which nothing was on hand and days out are not yet written
    to their months. `rolled` holds the months dropped since the last publication, `oldest_month` the first one not yet
    dropped: what comes later still for one before it is too late to be told from a whole month. `deliveries` are the
    newest of the order lines put away (`supply.lead_times`), `orders_by_month` says what became of all of them
    (`supply.order_months`). `closes_at` is the instant at which the month of the latest entry or evaluation ends: what
    comes at or after it closes that month first (`supply.month_ends.close_months`). 0: there was neither since closings
    are kept. `heard_at` is the latest event that tells of the shelf: orders come from purchasing. `count_gap` is
    counted - book at the latest count, `gap_since` the count before it, and `gap_before` the gaps that counts up to
    that one had found in its month; `sheet_at` is when the latest monthly sheet came (`supply.count_gap`). `days` are
    kept where the policy looks back a number of them, else there are none. `since_count`: once a sheet has come, the
    pieces that came (above zero) or passed their date on a day since the latest count (`supply.untold`). `empty_from`
    is the instant since which nothing is on hand, and `unmet_since_empty` the unmet demand since (`supply.waiting`).
    `used_at` is when something was last dispensed or issued, `missing` what counts found missing since then that may
    turn out to have been used (`supply.counted_use`), `told_by_counts` whether any ever did.
    """

    on_hand: int | None = None
    expired: int = 0
    counted_at: int | None = None
    count_gap: int | None = None
    here_from: int | None = None
    out_from: int | None = None
    last_at: int | None = None
    lots: list[LotEntry] = msgspec.field(default_factory=list)
    orders: dict[str, OrderLine] = msgspec.field(default_factory=dict)
    months: dict[int, MonthRecord] = msgspec.field(default_factory=dict)
    rolled: dict[int, MonthRecord] = msgspec.field(default_factory=dict)
    oldest_month: int = 0
    deliveries: list[Delivery] = msgspec.field(default_factory=list)
    orders_by_month: dict[int, OrderCounts] = msgspec.field(default_factory=dict)
    closes_at: int = 0
    heard_at: int | None = None
    gap_since: int | None = None
    gap_before: int = 0
    sheet_at: int | None = None
    aside: list[LotEntry] = msgspec.field(default_factory=list)
    days: Days | None = None
    since_count: list[tuple[int, int]] = msgspec.field(default_factory=list)
    empty_from: int | None = None
    unmet_since_empty: int = 0
    used_at: int | None = None
    missing: int = 0
    told_by_counts: bool = False
