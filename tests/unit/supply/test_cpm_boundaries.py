"""The CPM at its edges: one day more or less, each choice of a policy, and what no choice may ever give."""

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supply.calendar import month_named
from supply.cpm import Cpm, cpm
from supply.cpm_policy import CpmPolicy
from supply.cpm_presets import CPM_POLICIES, MSH
from supply.ledger_state import Ledger, MonthRecord
from supply.policy_choice import Chosen
from tests.thoroughness import cases
from tests.unit.supply.test_any_event import policies
from tests.unit.supply.test_cpm import cpm_of, policy, used

MARCH = month_named("2026-03")


@pytest.mark.parametrize(
    ("method", "full", "days_out", "value"),
    [
        ("normalised", "left_out", 0, 60),
        ("normalised", "left_out", 1, (90 + 30 * 30 / 29) / 2),
        ("normalised", "left_out", 29, (90 + 30 * 30) / 2),
        ("normalised", "left_out", 30, 90),
        ("normalised", "left_out", 31, 90),
        ("normalised", "uncorrected", 29, (90 + 30 * 30) / 2),
        ("normalised", "uncorrected", 30, 60),
        ("normalised", "zero", 29, (90 + 30 * 30) / 2),
        ("normalised", "zero", 30, 45),
        ("skip", "left_out", 0, 60),
        ("skip", "left_out", 1, 90),
        ("ratio", "left_out", 0, 60),
        ("ratio", "left_out", 1, 60 * 60 / 59),
        ("ratio", "left_out", 30, 60 * 60 / 30),
        ("none", "left_out", 30, 60),
    ],
)
def test_a_day_out_more_or_less(method: Any, full: Any, days_out: int, value: float) -> None:
    """90 in February, 30 in March, which was out on some days."""
    found = cpm_of(policy(method=method, full_month_out=full, window_months=2), used(90), used(30, days_out))
    assert found.value == pytest.approx(value)


@pytest.mark.parametrize(("february", "march", "state"), [(0, 0, "ok"), (27, 31, "ok"), (28, 30, "uncorrected")])
def test_an_item_that_was_out_all_the_time_falls_back_to_the_plain_mean(february: int, march: int, state: str) -> None:
    """28 days are all of a February. In months of 30 days 27 and 31 days out leave two."""
    found = cpm_of(policy(method="ratio", window_months=2), used(90, february), used(30, march))
    assert found.inputs.state == state
    assert found.value == pytest.approx({0: 60, 27: 60 * 60 / 2, 28: 60}[february])


def test_by_the_ratio_a_february_that_was_out_is_28_days_of_a_window_in_months_of_30_and_a_half() -> None:
    """The handbook's `C / (R - D / 30.5)`, with D = 28."""
    months = [used(60), used(60), used(60), used(60), used(60), used(0, 28)]
    assert cpm_of(MSH, *months, last="2026-02").value == pytest.approx(300 / (6 - 28 / 30.5))


@pytest.mark.parametrize(
    ("december", "days_out", "value"),
    [
        (9, 28, 9 / (6 - (31 + 31 + 30 + 31 + 30 + 28) / 30.5)),
        (3, 30, 3 / 6),  # 183 of 184 days are six of its months: by its formula nothing was left with stock
        (0, 31, 0),
    ],
)
def test_by_the_ratio_months_out_whole_are_as_long_as_they_are(december: int, days_out: int, value: float) -> None:
    empty = [used(0, 31), used(0, 31), used(0, 30), used(0, 31), used(0, 30)]
    found = cpm_of(MSH, *empty, used(december, days_out), last="2025-12")
    assert found.value == pytest.approx(value)
    assert found.inputs.state == ("ok" if value > 1 else "uncorrected")


def test_by_the_ratio_days_in_a_window_that_are_more_than_its_calendar_has_are_days_with_stock() -> None:
    """Open mSupply's days are the window's own (91.3125), whatever months there were: out on all but one of 90."""
    months = [used(0, 31), used(0, 28), used(17, 30)]
    rule = policy(method="ratio", window_months=3, month_days=30.4375)
    days = 3 * 30.4375
    assert cpm_of(rule, *months).value == pytest.approx(17 / 3 * days / (days - 31 - 28 - 30))


@pytest.mark.parametrize(("idle", "value"), [("counted", 50), ("left_out", 100)])
def test_months_without_use_count_as_zero_or_are_left_out(idle: Any, value: float) -> None:
    months = [used(100), used(0)] * 3
    found = cpm_of(policy(idle_months=idle, window_months=6), *months)
    assert found.value == value
    assert len(found.inputs.months_left_out) == (0 if idle == "counted" else 3)


def test_nothing_but_months_without_use_is_a_cpm_of_zero() -> None:
    found = cpm_of(policy(idle_months="left_out"), used(0), used(0), used(0))
    assert (found.value, found.inputs.state) == (0, "ok")


@pytest.mark.parametrize(("before", "value", "months"), [("left_out", 90, 1), ("counted", 30, 3)])
def test_months_before_the_first_stock_have_no_data_or_count_as_zero(before: Any, value: float, months: int) -> None:
    found = cpm_of(policy(before_first=before), used(90), first_whole="2026-03")
    assert (found.value, len(found.inputs.months_used)) == (value, months)


@pytest.mark.parametrize(
    ("least", "days_out", "enough"), [(60, 0, True), (60, 1, False), (59, 1, True), (61, 0, False)]
)
def test_the_least_days_are_days_with_stock(least: int, days_out: int, enough: bool) -> None:
    found = cpm_of(policy(window_months=2, least_days=least), used(60), used(60, days_out))
    assert (found.value is not None) == enough
    assert (found.inputs.state == "insufficient") != enough


@pytest.mark.parametrize(("amount", "value"), [(60, 60), (61, 62), (29, 30)])
def test_rounding_up_takes_each_month_and_the_mean_to_whole_pieces(amount: int, value: int) -> None:
    """Months of 30 days without one out, and a third one: the mean of 60, 60 and the amount's, rounded up."""
    rule = policy(rounding="up", window_months=1)
    assert cpm_of(rule, used(amount)).value == amount
    assert cpm_of(rule, used(amount, 1)).value == math.ceil(amount * 30 / 29)
    assert value >= amount


def test_rounding_up_is_to_pieces_also_where_parts_of_them_are_kept() -> None:
    """1.001 pieces, kept in thousandths."""
    ledger = Ledger(months={MARCH: used(1001)})
    rule = Chosen(policy(rounding="up", window_months=1))
    assert cpm(ledger, "hospital", rule, MARCH + 1, 0, 1000).value == 2


# ------------------------------------------------------------------------------ the running month


def running(days: float, *months: MonthRecord, **more: Any) -> Cpm:
    """The CPM after so many days of March by a window that ends with it; the months are given up to it."""
    held = {MARCH - len(months) + 1 + index: record for index, record in enumerate(months)}
    rule = Chosen(policy(window="running_month", window_months=len(months), **more))
    return cpm(Ledger(months=held), "hospital", rule, MARCH, 0, days_gone=days)


@pytest.mark.parametrize("window_days", ["nominal", "calendar"])
@pytest.mark.parametrize("days", [1, 4.5, 15, 30.5, 31])
def test_the_running_month_enters_with_the_share_of_it_that_is_gone(days: float, window_days: Any) -> None:
    """Ten pieces a day are about 300 a month on every day of it, also alone."""
    alone = running(days, used(round(10 * days)), window_days=window_days)
    assert alone.value == pytest.approx(300, rel=0.04)
    among = running(days, used(310), used(280), used(round(10 * days)), window_days=window_days)
    assert among.value == pytest.approx(300, rel=0.02)
    assert among.inputs.days_gone == days


def test_a_month_of_which_no_day_is_over_leaves_the_figure_to_the_last_one() -> None:
    """Noon of the first: a morning's issues are no month."""
    found = running(0.5, used(90), used(60), used(40))
    assert (found.value, found.inputs.months_used) == (50, ("2025-12", "2026-01", "2026-02"))
    assert found.inputs.days_gone is None


def test_days_out_of_the_running_month_are_days_of_those_that_have_been() -> None:
    """Five of ten days out, thirty pieces in the others: six a day."""
    found = running(10, used(30, 5), window_days="calendar")
    assert found.value == pytest.approx(180)
    assert running(10, used(30, 5)).value == pytest.approx(60 / 10 * 31)


def test_a_running_month_that_was_out_so_far_is_left_out_until_a_day_with_stock_is_over() -> None:
    found = running(4.9, used(90), used(90), used(12, 4))
    assert (found.value, found.inputs.months_left_out) == (90, ("2026-03",))


# ------------------------------------------------------------------------------ windows of days

TEN_A_DAY = {MARCH - back: used(10 * days) for back, days in enumerate([31, 28, 31, 31, 30])}


@pytest.mark.parametrize("days_gone", [1, 15, 30, 31])
@pytest.mark.parametrize("window_days", ["nominal", "calendar"])
def test_a_rolling_window_of_even_use_gives_that_use_on_every_day(days_gone: int, window_days: Any) -> None:
    months = {**TEN_A_DAY, MARCH: used(10 * days_gone)}
    rule = policy(window="rolling", window_days=window_days, window_months=3, method="ratio")
    found = cpm(Ledger(months=months), "hospital", Chosen(rule), MARCH, 0, days_gone=days_gone)
    assert found.value == pytest.approx(300)
    assert found.inputs.pieces == pytest.approx(900)


def test_of_the_oldest_month_a_rolling_window_takes_the_share_of_its_days() -> None:
    """30 days back from the 10th of March: ten of March, twenty of February's 28."""
    months = {MARCH: used(0), MARCH - 1: used(280)}
    rule = policy(window="rolling", window_months=1, method="none")
    found = cpm(Ledger(months=months), "hospital", Chosen(rule), MARCH, 0, days_gone=10)
    assert found.value == pytest.approx(200)
    assert found.inputs.months_used == ("2026-02", "2026-03")


def test_use_a_day_with_stock_is_told_for_a_month() -> None:
    """BHIMA's way: 280 pieces in a February that was out on half of its days, for months of 30.5 days."""
    rule = policy(method="ratio", window_months=1, month_days=30.5, window_days="calendar")
    assert cpm_of(rule, used(280, 14), last="2026-02").value == pytest.approx(280 / 14 * 30.5)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"month_days": None, "window": "rolling"}, "month_days"),
        ({"month_days": None, "window_days": "calendar"}, "month_days"),
        ({"least_months": 4}, "least_months"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        CpmPolicy(name="mine", **changes)


# ------------------------------------------------------------------------------ what never happens

amounts = st.one_of(st.just(0), st.integers(0, 10**9))
records = st.builds(
    MonthRecord,
    dispensed=amounts,
    issued=amounts,
    returned=amounts,
    unmet=st.integers(0, 1000),
    days_out=st.integers(0, 31),
    reported=st.integers(-1, 10**9),
    reported_out=st.integers(-1, 31),
)


@given(
    st.lists(records, max_size=8),
    st.one_of(policies(), st.sampled_from(list(CPM_POLICIES.values()))),
    st.sampled_from(["hospital", "warehouse", "mixing_centre"]),
    st.integers(1, 31),
    st.integers(-8, 1),
    st.sampled_from([1, 1000]),
)
@cases(400)
def test_never_negative_infinite_or_nan(
    months: list[MonthRecord], rule: CpmPolicy, kind: Any, days_gone: int, first_back: int, scale: int
) -> None:
    ledger = Ledger(months={MARCH - index: record for index, record in enumerate(months)})
    found = cpm(ledger, kind, Chosen(rule), MARCH, MARCH + first_back, scale, days_gone=days_gone)
    if found.value is None:
        assert found.inputs.state == "insufficient"
        assert found.inputs.months_used == ()
    else:
        assert math.isfinite(found.value)
        assert found.value >= 0
        assert found.inputs.months_used
    assert set(found.inputs.months_used).isdisjoint(found.inputs.months_left_out)
    assert math.isfinite(found.inputs.pieces)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 31)), min_size=3, max_size=3), policies())
@cases(200)
def test_more_use_never_makes_a_smaller_cpm(months: list[tuple[int, int]], rule: CpmPolicy) -> None:
    rule = msgspec.structs.replace(rule, idle_months="counted")
    fewer = cpm_of(rule, *(used(amount, out) for amount, out in months))
    more = cpm_of(rule, *(used(amount + 10, out) for amount, out in months))
    assert (fewer.value is None) == (more.value is None)
    if fewer.value is not None and more.value is not None:
        assert more.value >= fewer.value - 1e-6
