"""Whether an item is needed here: what tells a stock-out from an empty shelf that nobody misses."""

from schemas.catalogue import FacilityKind
from supply.cpm_policy import CpmPolicy, Outflow
from supply.cpm_window import NOTHING_HAPPENED, consumption_of, days_out_of, happened
from supply.ledger_state import Ledger, MonthRecord
from supply.outflow import outflow_of


def is_needed(
    ledger: Ledger,
    policy: CpmPolicy,
    kind: FacilityKind,
    cpm: float | None,
    running_month: int,
    first_whole_month: int,
    official: float | None = None,
) -> bool:
    """Whether an item is used or asked for here.

    A CPM above 0 says yes, and so does the one that is registered here (`official`), whether anybody could use the item
    yet or not. Without a CPM it is needed once it was here or was asked for. A CPM of 0 is looked into: while nothing
    is on the shelf nothing can be used, so months with a day out prove no lack of need. It is needed when something was
    used or asked for since the beginning of the last months on the shelf throughout, of which as many count as the
    policy's window has. Where it is registered as 0 the window's months and the running one decide, whether anything
    was on the shelf or not: an item that was given up is missed by nobody.
    """
    if (cpm is not None and cpm > 0) or (official is not None and official > 0):
        return True
    outflow = outflow_of(ledger.months, policy, kind)
    if official is not None:
        lately = range(running_month - policy.window_months, running_month + 1)
        return any(_wanted(ledger.months.get(month, NOTHING_HAPPENED), outflow) for month in lately)
    oldest = min((month for month, record in ledger.months.items() if happened(record)), default=None)
    if cpm is None:
        return ledger.here_from is not None or oldest is not None
    on_the_shelf = 0
    for month in range(running_month, (running_month if oldest is None else oldest) - 1, -1):
        record = ledger.months.get(month, NOTHING_HAPPENED)
        if _wanted(record, outflow):
            return True
        observed = record.reported >= 0 or first_whole_month <= month < running_month
        if observed and days_out_of(record) == 0:
            on_the_shelf += 1
            if on_the_shelf == policy.window_months:
                return False
    # Out in every month that is remembered: what it was needed for before is forgotten, not over.
    return on_the_shelf == 0 and ledger.here_from is not None


def _wanted(record: MonthRecord, outflow: Outflow) -> bool:
    """Whether anything was used or asked for in a month."""
    return record.unmet > 0 or consumption_of(record, outflow) > 0
