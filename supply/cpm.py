"""Average monthly consumption (consumo promedio mensual, CPM): one function, one result, shown with its inputs.

Stock-out methods (design section 5), C = consumption, M = months, q and out = a month's consumption and days out:

- `none`: sum of consumption over the window / number of months;
- `normalised`: mean over the window of `q x D / (D - out)`; months with `out >= D` are left out;
- `ratio`: `C / M x n / (n - out)`, n = days of the months used (Open mSupply; MSH, Managing Access to Medicines and
  Health Technologies, writes the same as `C / (M - out / 30.5)`);
- `skip`: mean of the months without a day out of stock.

A month of which only a part lies in the window enters with that part, as a share of a month.
"""

import math
from typing import NamedTuple

from schemas.catalogue import FacilityKind
from schemas.positions import CpmInputs, CpmState, Number
from supply.calendar import month_name
from supply.cpm_policy import CpmPolicy
from supply.cpm_window import MonthConsumption, window
from supply.ledger_state import Ledger
from supply.outflow import outflow_of
from supply.policy_choice import Chosen

DUST_DAYS = 1e-6
"""What sums of parts of months may be off by, far below a day."""


class Cpm(NamedTuple):
    """A CPM in pieces a month (`None`: too little data) and what it was computed from."""

    value: float | None
    inputs: CpmInputs


def whole_up(amount: float, scale: int) -> float:
    """An amount in smallest units, rounded up to whole pieces."""
    return float(math.ceil(amount / scale) * scale)


def corrected(amount: float, length: float, days_out: float, policy: CpmPolicy, scale: int = 1) -> float | None:
    """The consumption of a month of `length` days had it not been out of stock on some: `q x D / (D - out)`, rounded as
    the policy says; `None` where the policy leaves a month out that was out whole."""
    if days_out < length:
        # More came back than left: days out did not make that less.
        value = amount * length / (length - days_out) if amount > 0 else amount
    elif policy.full_month_out == "uncorrected":
        value = amount
    elif policy.full_month_out == "zero":
        value = 0.0
    else:
        return None
    return value if policy.rounding == "none" else whole_up(value, scale)


def average(
    months: list[MonthConsumption], policy: CpmPolicy, scale: int = 1
) -> tuple[float | None, CpmState, list[MonthConsumption]]:
    """The mean in smallest units a month by the policy's method, its state, and the months that entered it."""
    if len(months) < policy.least_months or not (months[0].share or _sums(months)[2]):
        return None, "insufficient", []
    if policy.idle_months == "left_out":
        months = [m for m in months if m.amount or m.unmet] or months
    # A month that was out on all days it has is out whole, whatever length the policy gives a month.
    month_days = policy.month_days
    lengths = [m.length or (month_days or m.days) * m.share for m in months]
    whole = [m.days_out >= length or 0 < m.days <= m.days_out for m, length in zip(months, lengths, strict=True)]
    out = [length if gone else m.days_out for m, length, gone in zip(months, lengths, whole, strict=True)]
    if policy.least_days and _days_with_stock(lengths, out) < policy.least_days - DUST_DAYS:
        return None, "insufficient", []
    match policy.method:
        case "none":
            value, used = _plain_mean(months), months
        case "ratio":
            # Days are weighed against days, as the peers do, whatever length the policy gives a month: 28 of a February
            # are 28 and 31 of a January 31, unless it is out all the time.
            weighed = out if all(whole) else [_days_out(m, n) for m, n in zip(months, lengths, strict=True)]
            value, used = _mean_by_ratio(months, lengths, weighed)
        case _:
            value, used = _mean_of_months(months, lengths, out, policy, scale)
    state: CpmState = "ok"
    if not used:
        value, state, used = _plain_mean(months), "uncorrected", months
    value = max(0.0, value)
    return value if policy.rounding == "none" else whole_up(value, scale), state, used


def _sums(months: list[MonthConsumption]) -> tuple[float, float, float]:
    """Consumption, unmet demand and shares of months."""
    amount = unmet = shares = 0.0
    for m in months:
        amount += m.amount
        unmet += m.unmet
        shares += m.share
    return amount, unmet, shares


def _plain_mean(months: list[MonthConsumption]) -> float:
    amount, unmet, shares = _sums(months)
    return (amount + unmet) / shares


def _days_out(m: MonthConsumption, length: float) -> float:
    """Days out, of the days that the month has."""
    return min(m.days_out, m.length or m.days or length)


def _days_with_stock(lengths: list[float], out: list[float]) -> float:
    days = 0.0
    for length, days_out in zip(lengths, out, strict=True):
        days += length - days_out
    return days


def _mean_by_ratio(
    months: list[MonthConsumption], lengths: list[float], out: list[float]
) -> tuple[float, list[MonthConsumption]]:
    """The mean of all months, or of none where they were out all the time."""
    days = 0.0
    for length in lengths:
        days += length
    with_stock = _days_with_stock(lengths, out)
    if with_stock <= DUST_DAYS:
        return 0.0, []
    amount, unmet, shares = _sums(months)
    return max(0.0, amount / shares) * days / with_stock + unmet / shares, months


def _mean_of_months(
    months: list[MonthConsumption], lengths: list[float], out: list[float], policy: CpmPolicy, scale: int
) -> tuple[float, list[MonthConsumption]]:
    """The mean of the months that the method leaves in, and these months."""
    used: list[MonthConsumption] = []
    total = shares = 0.0
    for m, length, days_out in zip(months, lengths, out, strict=True):
        if policy.method == "skip":
            amount = None if days_out > 0 else m.amount
        else:
            amount = corrected(m.amount, length, days_out, policy, scale)
        if amount is not None:
            total += amount + m.unmet
            shares += m.share
            used.append(m)
    return total / shares if used else 0.0, used


def cpm(
    ledger: Ledger,
    kind: FacilityKind,
    chosen: Chosen,
    running_month: int,
    first_whole_month: int,
    scale: int = 1,
    *,
    days_gone: float = 0,
) -> Cpm:
    """The CPM of a position as of a month.

    Args:
        ledger: the position, its days out accrued up to the start of the running month.
        chosen: the policy, and what its choice named.
        running_month: number of the local month in which the figure is asked for.
        first_whole_month: the first month in which the item was here from the first day on.
        scale: smallest units a piece.
        days_gone: days of the running month so far (`supply.cpm_window.days_gone`); 0: it has not begun.
    """
    policy, chosen_by = chosen
    outflow = outflow_of(ledger.months, policy, kind)
    months, absent, spread = window(ledger, outflow, policy, running_month, first_whole_month, days_gone)
    value, state, used = average(months, policy, scale)
    left_out = absent
    if len(used) < len(months):
        used_numbers = {m.month for m in used}
        left_out = sorted(absent + [m.month for m in months if m.month not in used_numbers])
    # Pieces stay whole where they are: 150, not 150.0.
    amount: Number = 0
    unmet: Number = 0
    days_out: Number = 0
    for m in used:
        amount += m.amount
        unmet += m.unmet
        days_out += m.days_out
    running = policy.window == "running_month" and used and used[-1].month == running_month
    # By position, in the order of the message: by name it takes seven times as long, at every evaluation.
    inputs = CpmInputs(
        state,
        policy.name,
        policy.method,
        policy.window_months,
        policy.month_days,
        tuple([month_name(m.month) for m in used]),
        tuple([month_name(month) for month in left_out]),
        amount if scale == 1 else amount / scale,
        round(days_out),
        outflow,
        policy.window,
        policy.window_days,
        policy.full_month_out,
        policy.idle_months,
        policy.before_first,
        policy.least_months,
        policy.least_days,
        (unmet if scale == 1 else unmet / scale) if policy.unmet_counts else None,
        policy.rounding,
        chosen_by,
        round(days_gone, 2) if running else None,
        None if spread is None else month_name(spread),
    )
    return Cpm(None if value is None else value / scale, inputs)
