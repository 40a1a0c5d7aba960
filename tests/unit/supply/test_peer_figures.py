"""Figures of other systems beyond the golden cases: what their own tests ask too, and the edges of their rules."""

import datetime as dt
from typing import Any

import pytest

from supply.peers import averages, bhima, commcare, cstock, open_msupply, openlmis, qat

STOCK = {
    dt.date.fromisoformat(day): stock
    for day, stock in {
        "2018-05-10": 10,
        "2018-05-11": 0,
        "2018-05-12": 20,
        "2018-05-13": 50,
        "2018-06-15": 0,
        "2018-07-01": 0,
        "2018-08-01": 0,
        "2018-08-31": 0,
        "2018-10-31": 100,
        "2018-12-15": 0,
        "2024-01-13": 100,
        "2024-01-19": 0,
    }.items()
}
"""OpenLMIS' StockCardAggregateTest."""


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2018-05-11", "2018-05-11", 1),
        ("2018-05-12", "2018-05-13", 0),
        ("2018-12-01", "2018-12-31", 16),
        ("2019-02-01", "2019-02-27", 27),
        ("2019-02-01", "2019-03-01", 31),
        ("2020-07-01", "2020-08-31", 60),
        ("2024-01-01", "2024-01-31", 24),
        ("2017-01-01", "2017-01-31", 30),
    ],
)
def test_openlmis_counts_days_out_in_months_of_30_days(start: str, end: str, days: int) -> None:
    assert openlmis.stockout_days(STOCK, dt.date.fromisoformat(start), dt.date.fromisoformat(end)) == days


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"consumed": 20, "stockout_days": 90, "months": 3}, 20),
        ({"consumed": 20, "stockout_days": 95, "months": 3}, 20),
        ({"consumed": 20, "stockout_days": 5, "months": 3, "additional": 20, "additional_enabled": True}, 42),
        ({"consumed": 20, "stockout_days": 90, "months": 3, "additional": 20}, 20),
        ({"consumed": None, "stockout_days": None, "months": 3}, 0),
        ({"consumed": 20, "months": 1, "additional": 10, "additional_enabled": True}, 30),
        ({"consumed": 0, "months": 1, "additional": 10, "additional_enabled": True}, 0),
        ({"consumed": 60, "stockout_days": 15, "months": 1}, 120),
    ],
)
def test_openlmis_adjusts_consumption(inputs: dict[str, Any], expected: int) -> None:
    assert openlmis.adjusted_consumption(**inputs) == expected


def test_openlmis_orders_nothing_above_the_maximum_and_caps_days_out() -> None:
    assert openlmis.order_quantity(10, 15) == 0
    assert openlmis.order_quantity(None, 15) is None
    assert openlmis.order_quantity(10, None) == 10
    assert (openlmis.stockout_days_capped(95, 3), openlmis.stockout_days_capped(95, None)) == (90, 30)
    assert openlmis.average_consumption([5]) == 5
    assert openlmis.average_consumption([]) is None


@pytest.mark.parametrize(
    ("movements", "days"),
    [
        ([(5, 10), (6, -10), (25, 10)], 5),
        ([(5, 10), (6, -10), (24, 4), (25, -4)], 9),
        ([(5, 10)], 0),
        ([], 0),
        ([(5, 10), (20, -10), (20, 10)], 0),
    ],
)
def test_open_msupply_counts_whole_days_without_stock(movements: list[tuple[int, int]], days: int) -> None:
    assert open_msupply.days_out_of_stock(movements, 20, 30) == days


def test_open_msupply_adjusts_for_days_out_when_told_to() -> None:
    events = [(25, 3.0), (8, 3.0)]
    assert open_msupply.amc_of_events(events, 1, days_in_month=30, days_out_of_stock=15) == 12
    assert open_msupply.amc_of_events(events, 1, days_in_month=30, days_out_of_stock=30) == 6
    assert open_msupply.amc_of_events([], 3) == 0
    assert open_msupply.amc_of_events(events, 1, days_in_month=0) == 6
    assert open_msupply.amc_of_events(events, 0) is None


@pytest.mark.parametrize(
    ("amc", "soh", "minimum", "maximum", "order"),
    [(0, 0, 5, 20, 0), (1, 5, 5, 20, 15), (1, 30, 0, 20, 0), (1, 1, 5, 0, 0), (1, 19.5, 0, 20, 1)],
)
def test_open_msupply_suggests_up_to_the_maximum(
    amc: float, soh: float, minimum: float, maximum: float, order: float
) -> None:
    assert open_msupply.suggested_quantity(amc, soh, minimum, maximum) == order


@pytest.mark.parametrize(("days", "used", "at_risk"), [(-3, None, 100), (10, 33, 67), (40, 100, 0), (0, None, None)])
def test_open_msupply_knows_what_a_lot_will_lose(days: int, used: int | None, at_risk: int | None) -> None:
    assert open_msupply.expected_usage(days, 100, 100) == used
    assert open_msupply.stock_at_risk(10, 10, 100, days) == at_risk


def test_without_consumption_only_what_has_expired_is_at_risk() -> None:
    assert open_msupply.stock_at_risk(1, 10, 0, 5) is None
    assert open_msupply.stock_at_risk(1, 10, None, -1) == 10
    assert open_msupply.expected_usage(5, None, 10) is None
    assert open_msupply.stock_at_risk(None, 1, 1, 1) is None
    assert open_msupply.stock_at_risk(1, 1, 3, 30) == 0


PERIODS: list[Any] = [
    ("stockonhand", 25, 15),
    ("consumption", 4, 12),
    ("receipts", 12, 12),
    ("stockonhand", 33, 12),
    ("consumption", 30, 7),
    ("stockonhand", 6, 7),
    ("consumption", 10, 0),
    ("stockonhand", 10, 0),
]


@pytest.mark.parametrize(("more", "expected"), [({"min_periods": 4}, None), ({"min_window": 16}, None), ({}, 44 / 15)])
def test_commcare_asks_for_periods_and_days(more: dict[str, Any], expected: float | None) -> None:
    assert commcare.daily_consumption(PERIODS, **more) == pytest.approx(expected)


def test_commcare_leaves_out_a_period_that_ends_with_more_than_there_could_be() -> None:
    odd: list[Any] = [("stockonhand", 25, 5), ("receipts", 10, 0), ("stockonhand", 40, 0)]
    assert commcare.daily_consumption(odd) == 0
    assert commcare.daily_consumption(odd, exclude_invalid_periods=True) is None


@pytest.mark.parametrize(("window", "expected"), [(60, 1.44444444), (55, 0.96969696), (40, 0.4)])
def test_commcare_takes_the_share_of_a_period_that_lies_in_the_window(window: int, expected: float) -> None:
    long_ago: list[Any] = [
        ("stockonhand", 200, 65),
        ("consumption", 100, 50),
        ("stockonhand", 150, 50),
        ("consumption", 20, 0),
        ("stockonhand", 160, 0),
    ]
    assert commcare.daily_consumption(long_ago, window=window) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("reports", "more", "expected"),
    [
        ([("SOH", 80, 80), ("SOH", 70, 70), ("SOH", 65, 65), ("SOH", 60, 60)], {}, 1),
        ([("SOH", 100, 100), ("SOH", 95, 91)], {}, None),
        ([("SOH", 100, 100)], {"min_transactions": 1, "min_days": 0}, None),
        ([("SOH", 20, 20), ("SOH", 0, 10)], {}, None),
        ([("SOH", 20, 20), ("SOH", 0, 10)], {"include_end_stockouts": True}, 2),
        ([("SOH", 40, 60), ("REC", 30, 50), ("SOH", 20, 50), ("SOH", 10, 40)], {}, 3),
        ([("SOH", 80, 80), ("SOH", 0, 70), ("SOH", 0, 60), ("SOH", 70, 50), ("SOH", 20, 40)], {}, 5),
        ([("SOH", 200, 30), ("SOH", 150, 20), ("SOH", 100, 10), ("REC", 10000, 5)], {}, 5),
    ],
)
def test_cstock_counts_from_report_to_report(reports: list[Any], more: dict[str, Any], expected: float | None) -> None:
    assert cstock.daily_consumption(reports, **more) == expected


def test_cstock_spreads_a_long_period_over_its_months() -> None:
    reports: list[Any] = [("SOH", 600, dt.date(2012, 7, 27)), ("SOH", 100, dt.date(2012, 9, 15))]
    assert cstock.monthly_split(reports) == {"2012-07": [50, 5, 0], "2012-08": [310, 31, 0], "2012-09": [140, 14, 0]}


@pytest.mark.parametrize(
    ("mos", "order"),
    [
        ((10, 9.4, 8.4), 15_000),
        ((10, 12.1, 8.4), 0),
        ((12, 9, 8), 0),
        ((0, 13, 13), 6_000),
        ((0.04, 9, 9), 15_000),
    ],
)
def test_qat_suggests_when_three_months_lie_below_the_minimum(mos: tuple[float, float, float], order: float) -> None:
    assert qat.suggest_by_months(mos, 12, 15, amc=3000, ending=30_000) == order


def test_qat_adds_unmet_demand_and_orders_nothing_without_consumption() -> None:
    assert qat.suggest_by_quantity((900, 800, 700), 1000, 1600, unmet=120) == 820
    assert qat.suggest_by_months((0, 0, 0), 12, 15, amc=0, ending=0) == 0


def test_qat_counts_a_month_that_was_out_throughout_as_zero() -> None:
    assert qat.full_demand(500, 30, 30) == 0
    assert qat.months_on_hand(100, 0) is None


def test_bhima_without_a_day_with_stock_divides_by_one_day() -> None:
    assert bhima.amc_default(10, 0) == 305


def test_an_average_of_nothing_is_none_not_zero() -> None:
    assert averages.plain_average([]) is None
    assert averages.nonzero_average([0, 0]) == 0
    assert averages.msh_adjusted_amc(100, 0, 0) is None
