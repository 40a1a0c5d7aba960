"""The average monthly consumption: every method, its boundaries, and what goes into it."""

from typing import Any

import msgspec
import pytest

from supply.calendar import month_named
from supply.cpm import Cpm, average, cpm
from supply.cpm_policy import CpmPolicy, Outflows
from supply.cpm_presets import CPM_POLICIES
from supply.cpm_window import consumption_of
from supply.ledger_state import Ledger, MonthRecord
from supply.policy_choice import Chosen
from tests.events import adjusted, counted, dispensed, issued, received, reported, returned, scheduled, unmet
from tests.unit.supply.shelf import hospital, position

ABASTO = CPM_POLICIES["abasto"]


def used(amount: int, out: int = 0, **more: Any) -> MonthRecord:
    """A month in which a hospital dispensed something and was out on some days."""
    return MonthRecord(dispensed=amount, days_out=out, **more)


def cpm_of(policy: CpmPolicy, *months: MonthRecord, last: str = "2026-03", first_whole: str = "2020-01") -> Cpm:
    """The CPM as of the month after `last`, the months given up to it."""
    number = month_named(last)
    held = {number - len(months) + 1 + index: record for index, record in enumerate(months)}
    return cpm(Ledger(months=held), "hospital", Chosen(policy), number + 1, month_named(first_whole))


def policy(**more: Any) -> CpmPolicy:
    """The default policy with changes."""
    return msgspec.structs.replace(ABASTO, **more)


@pytest.mark.parametrize(
    ("method", "months", "value", "state", "months_used"),
    [
        ("none", [used(90), used(60, 15), used(30, 30)], 60, "ok", 3),
        ("normalised", [used(90), used(60, 15), used(30)], (90 + 120 + 30) / 3, "ok", 3),
        ("normalised", [used(90), used(0), used(60, 29)], (90 + 0 + 1800) / 3, "ok", 3),
        ("normalised", [used(90), used(60), used(7, 30)], 75, "ok", 2),
        ("normalised", [used(90), used(60), used(7, 31)], 75, "ok", 2),
        ("normalised", [used(9, 31), used(6, 28), used(3, 31)], 6, "uncorrected", 3),
        ("ratio", [used(90), used(60, 15), used(30)], 60 * 90 / 75, "ok", 3),
        ("ratio", [used(9, 31), used(6, 28), used(3, 31)], 6, "uncorrected", 3),
        ("skip", [used(90), used(60, 1), used(30)], 60, "ok", 2),
        ("skip", [used(90, 1), used(60, 1), used(30, 1)], 60, "uncorrected", 3),
    ],
)
def test_each_method(method: Any, months: list[MonthRecord], value: float, state: str, months_used: int) -> None:
    found = cpm_of(policy(method=method), *months)
    assert found.value == pytest.approx(value)
    assert (found.inputs.state, len(found.inputs.months_used)) == (state, months_used)
    assert len(found.inputs.months_left_out) == 3 - months_used


def test_a_month_out_as_long_as_the_calendar_has_days_is_out_whole() -> None:
    """28 days out of a February are all of it, though 30 days are counted to a month."""
    found = cpm_of(ABASTO, used(90), used(90), used(0, 28), last="2026-02")
    assert found.value == 90
    assert found.inputs.months_left_out == ("2026-02",)
    assert cpm_of(ABASTO, used(90), used(90), used(0, 27), last="2026-02").value == 60


def test_a_month_out_whole_counts_plainly_by_the_policy_of_the_ivory_coast() -> None:
    assert cpm_of(CPM_POLICIES["cote-divoire"], used(90), used(60), used(30, 30)).value == 60


@pytest.mark.parametrize(("days", "length"), [(30.0, 30), (30.5, 30.5), (None, 31)])
def test_the_days_of_a_month_are_the_policys(days: float | None, length: float) -> None:
    """15 days out of a March."""
    found = cpm_of(policy(month_days=days, window_months=1), used(30, 15))
    assert found.value == pytest.approx(30 * length / (length - 15))


def test_what_was_computed_from_is_told_with_the_number() -> None:
    inputs = cpm_of(ABASTO, used(90), used(60, 15), used(30, 31)).inputs
    assert inputs.policy == "abasto"
    assert (inputs.method, inputs.window_months, inputs.month_days) == ("normalised", 3, 30)
    assert (inputs.months_used, inputs.months_left_out) == (("2026-01", "2026-02"), ("2026-03",))
    assert (inputs.pieces, inputs.days_out) == (150, 15)


def test_only_the_window_counts_and_the_running_month_if_the_policy_says_so() -> None:
    months = [used(1000), used(90), used(60), used(30), used(6)]
    assert cpm_of(ABASTO, *months, last="2026-03").value == 32
    number = month_named("2026-03")
    ledger = Ledger(months={number - 4 + index: record for index, record in enumerate(months)})
    running = policy(window="running_month")
    found = cpm(ledger, "hospital", Chosen(running), number, 0, days_gone=12.5).inputs
    assert (found.months_used, found.days_gone) == (("2026-01", "2026-02", "2026-03"), 12.5)
    assert cpm(ledger, "hospital", Chosen(ABASTO), number, 0).inputs.months_used == ("2025-12", "2026-01", "2026-02")


def test_no_month_with_data_is_no_cpm_which_is_not_a_cpm_of_zero() -> None:
    nothing_yet = cpm_of(ABASTO, first_whole="2026-04")
    assert (nothing_yet.value, nothing_yet.inputs.state) == (None, "insufficient")
    nobody_used_it = cpm_of(ABASTO, first_whole="2026-01")
    assert (nobody_used_it.value, nobody_used_it.inputs.state) == (0, "ok")


def test_fewer_months_than_the_policy_asks_for_are_too_few() -> None:
    two = policy(least_months=2)
    assert cpm_of(two, used(90), first_whole="2026-03").value is None
    assert cpm_of(two, used(90), used(60), first_whole="2026-02").value == 75


def test_returns_beyond_what_left_never_make_it_negative() -> None:
    assert cpm_of(ABASTO, used(10), used(10), used(0, returned=50)).value == 0


def test_returns_of_an_earlier_months_pieces_are_not_multiplied_by_days_out() -> None:
    assert cpm_of(ABASTO, used(100), used(0, 25, returned=20), last="2026-02", first_whole="2026-01").value == 40


@pytest.mark.parametrize(("outflow", "amount"), [("dispensed", 70 - 5), ("issued", 200 - 5), ("both", 270 - 5)])
def test_what_counts_as_consumption_is_what_left_less_what_came_back(outflow: Any, amount: int) -> None:
    assert consumption_of(MonthRecord(dispensed=70, issued=200, returned=5, unmet=40), outflow) == amount


@pytest.mark.parametrize(
    ("policy_name", "kind", "counted"),
    [
        ("abasto", "hospital", "dispensed"),
        ("abasto", "warehouse", "issued"),
        ("abasto", "mixing_centre", "both"),
        ("bhima", "warehouse", "both"),
        ("open-msupply", "hospital", "both"),
    ],
)
def test_what_counts_by_kind_of_facility_is_the_policys(policy_name: str, kind: Any, counted: str) -> None:
    assert CPM_POLICIES[policy_name].outflows.of(kind) == counted


@pytest.mark.parametrize(
    ("method", "value"),
    [("none", 60 + 10), ("normalised", 90 + 10), ("ratio", 60 * 60 / 45 + 10), ("skip", 60 + 15)],
)
def test_unmet_demand_counts_by_policy_and_is_not_multiplied_for_days_out(method: Any, value: float) -> None:
    """60 dispensed in each of two months, one of them out for 15 days; 15 and 5 prescriptions not filled."""
    months = used(60, unmet=15), used(60, 15, unmet=5)
    rule = policy(method=method, window_months=2, unmet_counts=True)
    found = cpm_of(rule, *months)
    assert found.value == pytest.approx(value)
    assert found.inputs.unmet == (15 if method == "skip" else 20)
    apart = cpm_of(policy(method=method, window_months=2), *months)
    assert apart.value is not None
    assert apart.value < value
    assert apart.inputs.unmet is None


def test_a_reported_total_stands_for_the_month_and_its_days_out_for_the_ledgers() -> None:
    sheet = MonthRecord(dispensed=70, issued=5, days_out=3, reported=90, reported_out=15)
    assert cpm_of(policy(window_months=1), sheet).value == 180
    without_days = MonthRecord(dispensed=70, days_out=15, reported=90)
    assert cpm_of(policy(window_months=1), without_days).value == 180


def test_where_sheets_come_a_month_without_one_has_no_data() -> None:
    sheet = MonthRecord(reported=90)
    found = cpm_of(ABASTO, sheet, sheet, MonthRecord())
    assert found.value == 90
    assert found.inputs.months_left_out == ("2026-03",)


def test_a_reporter_that_goes_over_to_single_events_keeps_its_cpm() -> None:
    found = cpm_of(ABASTO, MonthRecord(reported=90), used(60), used(30))
    assert (found.value, found.inputs.months_left_out) == (60, ())


def test_the_month_of_the_change_has_no_data_where_its_movements_are_few() -> None:
    found = cpm_of(ABASTO, MonthRecord(reported=90), used(30), used(60))
    assert (found.value, found.inputs.months_left_out) == (75, ("2026-02",))


SOME = MonthRecord(dispensed=15, reported=90)
"""A month of which a sheet tells 90, and movements 15 of them."""


def test_a_few_single_movements_do_not_stand_for_the_sheet_that_is_awaited() -> None:
    for some in (SOME, MonthRecord(reported=90)):
        found = cpm_of(ABASTO, some, some, used(15))
        assert (found.value, found.inputs.months_left_out) == (90, ("2026-03",))
    between = cpm_of(ABASTO, SOME, used(15), SOME)
    assert (between.value, between.inputs.months_left_out) == (90, ("2026-02",))


def test_where_movements_told_all_that_sheets_did_they_stand_for_a_missing_one() -> None:
    both = MonthRecord(dispensed=90, reported=90)
    found = cpm_of(ABASTO, both, both, used(30))
    assert (found.value, found.inputs.months_left_out) == (70, ())


def test_a_sheet_of_a_month_that_was_out_says_nothing_of_what_movements_tell() -> None:
    out = MonthRecord(dispensed=2, reported=2, reported_out=26)
    found = cpm_of(ABASTO, SOME, out, used(15))
    assert found.inputs.months_left_out == ("2026-03",)


def test_sheets_that_have_not_come_for_three_months_are_awaited_no_more() -> None:
    two = cpm_of(ABASTO, MonthRecord(reported=90), used(20), used(20))
    assert (two.value, two.inputs.months_left_out) == (90, ("2026-02", "2026-03"))
    three = cpm_of(ABASTO, MonthRecord(reported=90), used(20), used(20), used(20))
    assert (three.value, three.inputs.months_left_out) == (20, ())
    resumed = cpm_of(ABASTO, MonthRecord(reported=90), used(20), used(20), used(20), MonthRecord(reported=90))
    assert (resumed.value, resumed.inputs.months_left_out) == (90, ("2026-01", "2026-02"))


def test_an_average_of_nothing_is_insufficient() -> None:
    assert average([], ABASTO) == (None, "insufficient", [])


# ------------------------------------------------------------- with the events behind it


def test_the_first_month_counts_only_from_its_first_day_on() -> None:
    stock = counted(500, "2026-01-10 09:00")
    use = [dispensed(30, "2026-01-20 09:00"), dispensed(60, "2026-02-10 09:00")]
    assert position(stock, *use, at="2026-02-20").cpm is None
    assert position(stock, *use, at="2026-03-01").cpm == 60
    whole = counted(500, "2026-01-01 09:00")
    assert position(whole, *use, at="2026-03-01").cpm == 45


def test_a_month_with_stock_and_no_issues_counts_as_zero() -> None:
    found = position(counted(500, "2025-12-20"), dispensed(60, "2026-01-10"), at="2026-04-02")
    assert found.cpm == 20
    assert found.cpm_inputs.months_used == ("2026-01", "2026-02", "2026-03")


def test_months_before_the_item_was_first_here_do_not_count_as_zero() -> None:
    """An order placed, a shelf counted empty and prescriptions not filled show no stock yet."""
    before = [
        scheduled(100, "2025-11-02", "2026-01-20"),
        counted(0, "2025-11-05"),
        unmet(3, "2025-12-05"),
        adjusted(-1, "2025-12-06"),
    ]
    after = [received(300, "2026-02-01", order="P-1"), dispensed(60, "2026-02-10")]
    found = position(*before, *after, at="2026-03-01")
    assert found.cpm == 60
    assert found.cpm_inputs.months_left_out == ("2025-12", "2026-01")


def test_a_position_never_counted_has_a_cpm_all_the_same() -> None:
    found = position(dispensed(30, "2026-01-01"), dispensed(60, "2026-02-10"), at="2026-03-01")
    assert (found.on_hand, found.cpm, found.cover_days, found.status) == (None, 45, None, "unknown")


def test_days_out_raise_it() -> None:
    """Out from the 16th on: 13 whole days of February."""
    events = [counted(60, "2026-01-15"), dispensed(60, "2026-02-15 12:00")]
    found = position(*events, at="2026-03-01")
    assert found.cpm_inputs.days_out == 13
    assert found.cpm == pytest.approx(60 * 30 / 17)


def test_unmet_demand_is_shown_apart() -> None:
    events = [counted(60, "2025-12-15"), dispensed(30, "2026-01-15"), unmet(30, "2026-01-16")]
    found = position(*events, at="2026-02-01")
    assert found.cpm == 30
    (month,) = [each for each in found.months if each.month == "2026-01"]
    assert (month.consumption, month.unmet) == (30, 30)


def test_a_warehouse_consumes_what_it_issues() -> None:
    events = [counted(600, "2025-12-15"), dispensed(30, "2026-01-15"), issued(90, "2026-01-16")]
    assert position(*events, at="2026-02-01").cpm == 30
    assert position(*events, at="2026-02-01", entries=[hospital(kind="warehouse")]).cpm == 90


def test_a_month_that_took_back_more_than_it_gave_shows_so() -> None:
    events = [counted(60, "2025-12-15"), dispensed(30, "2026-01-15"), returned(40, "2026-02-16")]
    found = position(*events, at="2026-03-01")
    assert [(month.month, month.consumption) for month in found.months[1:]] == [("2026-01", 30), ("2026-02", -40)]
    assert found.cpm == 0


def test_a_sheet_replaces_the_events_of_its_month_and_a_later_one_corrects_it() -> None:
    events = [dispensed(30, "2026-01-15"), reported("2026-01", 80, "2026-02-02")]
    assert position(*events, at="2026-03-01").cpm == 80
    corrected = [*events, reported("2026-01", 90, "2026-02-20", stockout_days=15)]
    assert position(*corrected, at="2026-03-01").cpm == 180
    assert position(*reversed(corrected), at="2026-03-01").cpm == 180


def test_days_out_reported_beyond_the_month_are_clipped() -> None:
    found = position(reported("2026-02", 80, "2026-03-02", stockout_days=31), at="2026-03-03")
    assert found.months[0].days_out == 28


def test_the_months_kept_are_the_window_and_twelve_more() -> None:
    events = [dispensed(1, f"{year}-{month:02d}-10") for year in (2024, 2025) for month in range(1, 13)]
    months = [month.month for month in position(*events, at="2026-01-20").months]
    assert (months[0], months[-1]) == ("2024-10", "2025-12")


def test_every_parameter_of_a_policy_is_told_with_the_number() -> None:
    """Each by its own name: they are handed over by position."""
    told: dict[str, Any] = {
        "window_months": 4,
        "window": "rolling",
        "month_days": 30.5,
        "window_days": "calendar",
        "method": "skip",
        "full_month_out": "zero",
        "idle_months": "left_out",
        "before_first": "counted",
        "least_months": 2,
        "least_days": 7,
        "rounding": "up",
    }
    rule = CpmPolicy(name="mine", outflows=Outflows(hospital="both"), unmet_counts=True, **told)
    march = month_named("2026-03")
    ledger = Ledger(months={march - 1: used(90, unmet=4), march: used(31, unmet=1)})
    inputs = cpm(ledger, "hospital", Chosen(rule, ("state", "item")), march, 0, days_gone=31).inputs
    assert {name: getattr(inputs, name) for name in told} == told
    assert (inputs.policy, inputs.consumption, inputs.chosen_by) == ("mine", "both", ("state", "item"))
    assert (inputs.state, inputs.pieces, inputs.unmet, inputs.days_out) == ("ok", 121, 5, 0)
    assert inputs.months_used == ("2026-02", "2026-03")
    assert inputs.months_left_out == ("2025-11", "2025-12", "2026-01")
