"""Stock-outs of a month and the error of our CPM: the tables of their docstrings, and every boundary sign."""

import pytest

from supply.indicators.forecast_error import (
    bias,
    mean_absolute_percentage_error,
    weighted_absolute_percentage_error,
)
from supply.indicators.group import month_indicators
from supply.indicators.month_use import MonthUse
from supply.indicators.stock_outs import days_out_share, mean_days_out, stock_out_rate


def out(days_out: int, days: int = 31, *, needed: bool = True) -> MonthUse:
    return MonthUse(days, days_out, used=10, forecast=10, needed=needed)


def foretold(forecast: float | None, used: float, days_out: int = 0) -> MonthUse:
    return MonthUse(31, days_out, used, forecast, needed=True)


MONTH = [out(0), out(10), out(31), out(31, needed=False)]


def test_a_month_of_stock_outs() -> None:
    """The table of the docstring."""
    rate, days, length = stock_out_rate(MONTH), days_out_share(MONTH), mean_days_out(MONTH)
    assert (rate.part, rate.whole, rate.left_out) == (2, 3, {"not_needed": 1})
    assert (days.part, days.whole) == (41, 93)
    assert (length.value, length.counted, length.left_out) == (20.5, 2, {"not_needed": 1, "never_out": 1})


@pytest.mark.parametrize(("days_out", "rate", "share"), [(0, 0, 0), (1, 1, 0.1), (10, 1, 1), (31, 1, 1)])
def test_one_day_out_is_a_stock_out_and_more_days_than_there_are_no_more_than_all(
    days_out: int, rate: float, share: float
) -> None:
    month = [out(days_out, days=10)]
    assert (stock_out_rate(month).value, days_out_share(month).value) == (rate, share)


def test_without_a_stock_out_there_is_no_length_of_one() -> None:
    assert (mean_days_out([out(0)]).value, mean_days_out([out(0)]).missing) == (None, "never_out")


@pytest.mark.parametrize(("uses", "missing"), [([], "nothing_there"), ([out(31, needed=False)], "not_needed")])
def test_where_nothing_is_needed_there_is_no_rate(uses: list[MonthUse], missing: str) -> None:
    for figure in (stock_out_rate(uses), days_out_share(uses), mean_days_out(uses)):
        assert (figure.value, figure.missing) == (None, missing)


def test_the_error_of_a_forecast() -> None:
    """The table of the docstring."""
    uses = [foretold(100, 80), foretold(30, 40), foretold(10, 0)]
    mape = mean_absolute_percentage_error(uses)
    assert (mape.value, mape.counted, mape.left_out) == (0.25, 2, {"not_used": 1})
    assert weighted_absolute_percentage_error(uses).value == pytest.approx(40 / 120)
    assert bias(uses).value == pytest.approx(20 / 120)


def test_too_low_a_forecast_is_a_negative_bias_and_the_error_has_no_sign() -> None:
    uses = [foretold(50, 100)]
    assert (bias(uses).value, weighted_absolute_percentage_error(uses).value) == (-0.5, 0.5)


@pytest.mark.parametrize(
    ("left", "reason"),
    [
        (foretold(None, 80), "no_forecast"),
        (foretold(100, 80, days_out=1), "out_of_stock"),
        (foretold(0, 0), "not_used"),
        (foretold(0, -5), "not_used"),
    ],
)
def test_what_cannot_be_compared_is_left_out(left: MonthUse, reason: str) -> None:
    for error in (mean_absolute_percentage_error, weighted_absolute_percentage_error, bias):
        assert (error([left]).value, error([left]).missing) == (None, reason)
        with_another = error([left, foretold(100, 80)])
        assert (with_another.value, with_another.left_out) == (0.25, {reason: 1})


def test_where_nothing_was_used_no_error_is_a_percentage_of_it() -> None:
    for error in (mean_absolute_percentage_error, weighted_absolute_percentage_error, bias):
        figure = error([foretold(10, 0), foretold(5, -3)])
        assert (figure.value, figure.missing, figure.left_out) == (None, "not_used", {"not_used": 2})


def test_more_back_than_out_is_no_negative_use() -> None:
    assert weighted_absolute_percentage_error([foretold(10, -40), foretold(10, 10)]).value == 1


def test_a_month_that_goes_on_has_stock_outs_but_its_forecast_is_not_judged_yet() -> None:
    running = month_indicators(MONTH, [], days_gone=9, over=False)
    assert running.stock_out_rate.counted == 3
    assert {running.forecast_mape.missing, running.forecast_wape.missing, running.forecast_bias.missing} == {
        "month_not_over"
    }
    begun = month_indicators(MONTH, [], days_gone=0, over=False)
    assert (begun.days_out_share.value, begun.days_out_share.missing) == (None, "month_just_begun")
