"""Average monthly consumption (consumo promedio mensual, CPM): one function, one result, shown with its inputs.

Stock-out methods (design section 5):

- `none`: sum of consumption over the window / number of months;
- `normalised`: mean over the window of `q x D / (D - out)`; months with `out >= D` are left out;
- `ratio`: `C / M x n / (n - out)`, n = days of the months used (Open mSupply; MSH, Managing Access to Medicines and
  Health Technologies, writes the same as `C / (M - out / 30.5)`);
- `skip`: mean of the months without a day out of stock.
"""

from typing import NamedTuple

from schemas.catalogue import FacilityKind
from schemas.positions import CpmInputs, CpmState
from supply.calendar import days_in_month, month_name
from supply.ledger import Ledger
from supply.ledger_state import MonthRecord
from supply.rules import CpmPolicy


class Cpm(NamedTuple):
    """A CPM in pieces a month (`None`: too little data) and what it was computed from."""

    value: float | None
    inputs: CpmInputs


class MonthConsumption(NamedTuple):
    """A month as the CPM sees it: amount consumed in the item's smallest unit and days out of stock."""

    month: int
    amount: int
    days_out: int


NOTHING_HAPPENED = MonthRecord()


def consumption_of(record: MonthRecord, kind: FacilityKind, *, unmet_counts: bool = False) -> int:
    """What counts as consumption: dispensing in hospitals, issues in warehouses, both in mixing centres, less what came
    back. A reported total stands for the month. Smallest unit; below zero when more came back than left."""
    if record.reported >= 0:
        amount = record.reported
    elif kind == "hospital":
        amount = record.dispensed - record.returned
    elif kind == "warehouse":
        amount = record.issued - record.returned
    else:
        amount = record.dispensed + record.issued - record.returned
    return amount + record.unmet if unmet_counts else amount


def days_out_of(record: MonthRecord) -> int:
    """Days out of stock: the reporter's own figure where there is one, else the ledger's."""
    return record.days_out if record.reported_out < 0 else record.reported_out


def window(
    ledger: Ledger, kind: FacilityKind, policy: CpmPolicy, running_month: int, first_whole_month: int
) -> tuple[list[MonthConsumption], list[int]]:
    """The months of the window that have data, oldest first, and the months that have none.

    A month with stock and no issues counts as 0. A month before the item was first here has no data. Where consumption
    comes as monthly sheets, a month without one has none either, unless single events told of its consumption.
    """
    last = running_month if policy.running_month else running_month - 1
    months: list[MonthConsumption] = []
    absent: list[int] = []
    sheets = any(record.reported >= 0 for record in ledger.months.values())
    for month in range(last - policy.window_months + 1, last + 1):
        record = ledger.months.get(month, NOTHING_HAPPENED)
        amount = consumption_of(record, kind, unmet_counts=policy.unmet_counts)
        if record.reported >= 0 or (month >= first_whole_month and (amount != 0 or not sheets)):
            months.append(MonthConsumption(month, amount, days_out_of(record)))
        else:
            absent.append(month)
    return months, absent


def average(months: list[MonthConsumption], policy: CpmPolicy) -> tuple[float | None, CpmState, list[MonthConsumption]]:
    """The mean in smallest units a month by the policy's method, its state, and the months that entered it."""
    if len(months) < policy.least_months or not months:
        return None, "insufficient", []
    lengths = [policy.month_days or days_in_month(m.month) for m in months]
    # A month that was out on all days it has is out whole, whatever length the policy gives a month.
    out = [
        length if m.days_out >= min(length, days_in_month(m.month)) else m.days_out
        for m, length in zip(months, lengths, strict=True)
    ]
    plain = max(0.0, sum(m.amount for m in months) / len(months))
    if policy.method == "none":
        return plain, "ok", months
    if policy.method == "ratio":
        if sum(out) >= sum(lengths):
            return plain, "uncorrected", months
        return plain * sum(lengths) / (sum(lengths) - sum(out)), "ok", months
    used: list[MonthConsumption] = []
    total = 0.0
    for m, length, days_out in zip(months, lengths, out, strict=True):
        if policy.method == "skip":
            if days_out > 0:
                continue
            total += m.amount
        elif days_out < length:
            # More came back than left: days out did not make that less.
            total += m.amount * length / (length - days_out) if m.amount > 0 else m.amount
        elif policy.full_month_out == "uncorrected":
            total += m.amount
        else:
            continue
        used.append(m)
    if not used:
        return plain, "uncorrected", months
    return max(0.0, total / len(used)), "ok", used


def cpm(
    ledger: Ledger,
    kind: FacilityKind,
    policy: CpmPolicy,
    running_month: int,
    first_whole_month: int,
    scale: int = 1,
) -> Cpm:
    """The CPM of a position as of a month.

    Args:
        ledger: the position, its days out accrued up to the start of the running month.
        running_month: number of the local month in which the figure is asked for.
        first_whole_month: the first month in which the item was here from the first day on.
        scale: smallest units a piece.
    """
    months, absent = window(ledger, kind, policy, running_month, first_whole_month)
    value, state, used = average(months, policy)
    used_numbers = {m.month for m in used}
    left_out = absent + [m.month for m in months if m.month not in used_numbers]
    amount = sum(m.amount for m in used)
    inputs = CpmInputs(
        state=state,
        policy=policy.name,
        method=policy.method,
        window_months=policy.window_months,
        month_days=policy.month_days if policy.month_days is not None else 0.0,
        months_used=tuple(month_name(m.month) for m in used),
        months_left_out=tuple(month_name(month) for month in sorted(left_out)),
        pieces=amount if scale == 1 else amount / scale,
        days_out=sum(m.days_out for m in used),
    )
    return Cpm(None if value is None else value / scale, inputs)
