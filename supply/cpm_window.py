"""The months a CPM looks at, and what counts as consumption in them."""

from typing import NamedTuple

from schemas.positions import Number
from supply.by_day import since_day
from supply.calendar import LocalCalendar, days_in_month, first_day
from supply.cpm_policy import CpmPolicy, Outflow
from supply.ledger_state import Ledger, MonthRecord
from supply.sheets import come_as_sheets, moved_of, share_untold


class MonthConsumption(NamedTuple):
    """A month as the CPM sees it: amount consumed in the item's smallest unit and days out of stock.

    `days` are the days of the calendar that it has in the window: out on all of them, it was out whole (0: only the
    policy's length of a month says so). `unmet` is unmet demand that the policy counts, `share` how much of a month
    lies in the window. `length` is the days that days out are weighed against, where they are other than that share of
    the policy's month (0: they are not). Peers that count from report to report (`supply.peers`) put a period for a
    month.
    """

    month: int
    amount: Number
    days_out: Number
    days: int
    unmet: Number = 0
    share: float = 1.0
    length: float = 0.0


NOTHING_HAPPENED = MonthRecord()


def happened(record: MonthRecord) -> bool:
    """Whether anything is told of a month beside the stock at its end."""
    moved = record.dispensed or record.issued or record.returned or record.unmet or record.by_counts
    return bool(moved or record.days_out) or record.reported >= 0


def consumption_of(record: MonthRecord, outflow: Outflow) -> int:
    """What counts as consumption: what was dispensed, issued or both, less what came back, and what only counts tell
    of. A reported total stands for the month. Smallest unit; below zero when more came back than left."""
    return record.reported if record.reported >= 0 else moved_of(record, outflow) + record.by_counts


def days_out_of(record: MonthRecord) -> int:
    """Days out of stock: the reporter's own figure where there is one, else the ledger's."""
    return record.days_out if record.reported_out < 0 else record.reported_out


Span = tuple[int, float, float]
"""A month of a window: (month, how many of its days lie in the window, how many of them have been); no days at all for
a month that enters whole, whatever length it has."""


def days_gone(policy: CpmPolicy, at_ms: int, day: int, calendar: LocalCalendar) -> float:
    """The days of the local month that count at an instant of a local day.

    Today is a day of a rolling window from the moment it has begun, as peers that look back a number of days count it;
    at its midnight the window ends with the day that is over. Of the running month what has passed of today counts.
    """
    begins = calendar.midnight(day)
    over = day - first_day(calendar.month_of_day(day))
    if policy.window == "rolling":
        return over + (at_ms > begins)
    return over + (at_ms - begins) / (calendar.midnight(day + 1) - begins)


def window(
    ledger: Ledger,
    outflow: Outflow,
    policy: CpmPolicy,
    running_month: int,
    first_whole_month: int,
    days_gone: float = 0,
) -> tuple[list[MonthConsumption], list[int], int | None]:
    """The months of the window that have data, oldest first, the months that have none, and the month of which a part
    lies in the window whose days are not known: what is known of that month is spread evenly over them.

    A month with stock and no issues counts as 0. A month before the item was first here has no data, unless the policy
    counts it. Where consumption comes as monthly sheets, a month without one has none either, unless single movements
    tell its consumption in their place (`supply.sheets`).
    """
    records = ledger.months
    months: list[MonthConsumption] = []
    absent: list[int] = []
    spread: int | None = None
    if policy.before_first == "counted":
        first_whole_month = 0
    spans = _spans(policy, running_month, days_gone)
    sheets = come_as_sheets(records)
    for month, days, days_known in spans:
        record = records.get(month, NOTHING_HAPPENED)
        amount = consumption_of(record, outflow)
        known = record.reported >= 0 or (
            month >= first_whole_month and (not sheets or (amount != 0 and share_untold(records, outflow, month) == 0))
        )
        if not known:
            absent.append(month)
            continue
        unmet = record.unmet if policy.unmet_counts else 0
        whole = MonthConsumption(month, amount, days_out_of(record), days_in_month(month), unmet)
        if not days:
            months.append(whole)
        elif policy.window == "running_month" and policy.window_days == "nominal":
            # What a nominal month makes of a part of a month is a share of it; days out are of the calendar's.
            months.append(whole._replace(days=int(days), share=days / whole.days, length=days))
        elif days == days_known:
            months.append(whole._replace(days=int(days), share=_share(days, spans, policy)))
        else:
            part = _known_part(ledger, outflow, whole, first_day(month) + int(days_known - days))
            if part is None:
                part = _even_part(whole, days / days_known)
                spread = month if whole.amount or whole.days_out or whole.unmet else None
            months.append(part._replace(days=int(days), share=_share(days, spans, policy)))
    return months, absent, spread


def _spans(policy: CpmPolicy, running_month: int, days_gone: float) -> list[Span]:
    """The months of the window, oldest first."""
    if policy.window == "rolling":
        return _days_back(policy.days_back, running_month, int(days_gone))
    last = running_month - 1
    running: list[Span] = []
    # Before a day of it is over nothing is known of a month: the last one still stands for it.
    if policy.window == "running_month" and 1 <= days_gone < days_in_month(running_month):
        running.append((running_month, days_gone, days_gone))
    elif policy.window == "running_month" and days_gone >= 1:
        last = running_month
    before = range(last - policy.window_months + len(running) + 1, last + 1)
    if policy.window_days == "nominal":
        return [(month, 0, 0) for month in before] + running
    return [(month, days_in_month(month), days_in_month(month)) for month in before] + running


def _days_back(days_left: int, month: int, days_known: int) -> list[Span]:
    spans: list[Span] = []
    while days_left > 0:
        days = min(days_left, days_known)
        if days:
            spans.append((month, days, days_known))
        days_left -= days
        month -= 1
        days_known = days_in_month(month)
    return spans[::-1]


def _share(days: float, spans: list[Span], policy: CpmPolicy) -> float:
    """The share of a month that some days of the window are."""
    if policy.window_days == "calendar":
        return days / (policy.month_days or days)
    return days * policy.window_months / sum([each for _, each, _ in spans])


def _known_part(ledger: Ledger, outflow: Outflow, whole: MonthConsumption, day: int) -> MonthConsumption | None:
    """A month from a day on; `None` where its days are not known: they were not kept yet, or it came as a sheet."""
    days = ledger.days
    record = ledger.months.get(whole.month, NOTHING_HAPPENED)
    if days is None or day < days.since or record.reported >= 0:
        return None
    by_policy = days.outflow == outflow
    if not by_policy and day < days.other_since:
        return None
    amount, unmet, days_out = since_day(days, whole.month, day, by_policy=by_policy)
    return whole._replace(amount=amount, days_out=days_out, unmet=unmet if whole.unmet else 0)


def _even_part(whole: MonthConsumption, part: float) -> MonthConsumption:
    """A part of a month, what is known of the month spread evenly over its days."""
    return whole._replace(amount=whole.amount * part, days_out=whole.days_out * part, unmet=whole.unmet * part)
