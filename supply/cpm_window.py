"""The months a CPM looks at, and what counts as consumption in them."""

from typing import NamedTuple

from schemas.positions import Number
from supply.calendar import days_in_month
from supply.cpm_policy import CpmPolicy, Outflow
from supply.ledger_state import Ledger, MonthRecord


class MonthConsumption(NamedTuple):
    """A month as the CPM sees it: amount consumed in the item's smallest unit and days out of stock.

    `days` are the days of the calendar that it has in the window: out on all of them, it was out whole (0: only the
    policy's length of a month says so). `unmet` is unmet demand that the policy counts, `share` how much of a month
    lies in the window. Peers that count from report to report (`supply.peers`) put a period for a month.
    """

    month: int
    amount: Number
    days_out: Number
    days: int
    unmet: Number = 0
    share: float = 1.0


NOTHING_HAPPENED = MonthRecord()


def happened(record: MonthRecord) -> bool:
    """Whether anything is told of a month beside the stock at its end."""
    moved = record.dispensed or record.issued or record.returned or record.unmet
    return bool(moved or record.days_out) or record.reported >= 0


def consumption_of(record: MonthRecord, outflow: Outflow) -> int:
    """What counts as consumption: what was dispensed, issued or both, less what came back. A reported total stands for
    the month. Smallest unit; below zero when more came back than left."""
    return record.reported if record.reported >= 0 else moved_of(record, outflow)


def moved_of(record: MonthRecord, outflow: Outflow) -> int:
    """What single movements tell of a month's consumption."""
    if outflow == "dispensed":
        return record.dispensed - record.returned
    if outflow == "issued":
        return record.issued - record.returned
    return record.dispensed + record.issued - record.returned


def days_out_of(record: MonthRecord) -> int:
    """Days out of stock: the reporter's own figure where there is one, else the ledger's."""
    return record.days_out if record.reported_out < 0 else record.reported_out


def window(
    ledger: Ledger, outflow: Outflow, policy: CpmPolicy, running_month: int, first_whole_month: int, days_gone: int = 0
) -> tuple[list[MonthConsumption], list[int]]:
    """The months of the window that have data, oldest first, and the months that have none.

    A month with stock and no issues counts as 0. A month before the item was first here has no data, unless the policy
    counts it. Where consumption comes as monthly sheets, a month without one has none either, unless single events
    told of its consumption.
    """
    records = ledger.months
    months: list[MonthConsumption] = []
    absent: list[int] = []
    if policy.before_first == "counted":
        first_whole_month = 0
    if policy.window == "rolling" or policy.window_days == "calendar":
        spans = _spans(policy, running_month, days_gone)
    else:
        last = running_month if policy.window == "running_month" else running_month - 1
        spans = [(month, 0, 0) for month in range(last - policy.window_months + 1, last + 1)]
    for month, days, days_known in spans:
        record = records.get(month, NOTHING_HAPPENED)
        amount = consumption_of(record, outflow)
        known = record.reported >= 0 or (month >= first_whole_month and (amount != 0 or not come_as_sheets(records)))
        if not known:
            absent.append(month)
            continue
        unmet = record.unmet if policy.unmet_counts else 0
        found = MonthConsumption(month, amount, days_out_of(record), days or days_in_month(month), unmet)
        months.append(_part_of(found, days_known, spans, policy) if days else found)
    return months, absent


def come_as_sheets(records: dict[int, MonthRecord]) -> bool:
    """Whether consumption comes as monthly sheets here."""
    return any(record.reported >= 0 for record in records.values())


def _spans(policy: CpmPolicy, running_month: int, days_gone: int) -> list[tuple[int, int, int]]:
    """(month, its days in the window, its days that have been) of a window of real days, oldest first."""
    if policy.window == "complete_months":
        whole = range(running_month - policy.window_months, running_month)
        return [(month, days_in_month(month), days_in_month(month)) for month in whole]
    spans: list[tuple[int, int, int]] = []
    days_left = _days_of_window(policy, running_month, days_gone)
    month, days_known = running_month, days_gone
    while days_left > 0:
        days = min(days_left, days_known)
        if days:
            spans.append((month, days, days_known))
        days_left -= days
        month -= 1
        days_known = days_in_month(month)
    return spans[::-1]


def _days_of_window(policy: CpmPolicy, running_month: int, days_gone: int) -> int:
    if policy.window == "rolling":
        return int(policy.window_months * (policy.month_days or 0))
    before = range(running_month - policy.window_months + 1, running_month)
    return days_gone + sum(days_in_month(month) for month in before)


def _part_of(
    whole: MonthConsumption, days_known: int, spans: list[tuple[int, int, int]], policy: CpmPolicy
) -> MonthConsumption:
    """The part of a month that lies in the window: what is known of the month, spread evenly over its days."""
    if policy.window_days == "calendar":
        share = whole.days / (policy.month_days or whole.days)
    else:
        share = whole.days * policy.window_months / sum(days for _, days, _ in spans)
    if whole.days == days_known:
        return whole._replace(share=share)
    part = whole.days / days_known
    return MonthConsumption(
        whole.month, whole.amount * part, whole.days_out * part, whole.days, whole.unmet * part, share
    )
