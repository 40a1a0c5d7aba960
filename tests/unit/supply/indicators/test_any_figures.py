"""Whatever positions hold: no infinity, no NaN, shares between 0 and 1, and everything is either counted or not."""

import math
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supply.indicators import figure as figure_module
from supply.indicators.cover_distribution import CoverDistribution
from supply.indicators.figure import Figure, LeftOut, Missing
from supply.indicators.group import month_indicators, stock_indicators
from supply.indicators.month_use import MonthUse
from supply.indicators.stock import Stock

pieces = st.integers(0, 10**9) | st.floats(0, 1e9).map(lambda amount: round(amount, 3))
stocks = st.builds(
    Stock,
    usable=st.none() | pieces,
    target=st.none() | st.integers(0, 10**9),
    cover_days=st.none() | st.floats(0, 1e9),
    needed=st.booleans(),
    unknown=st.sampled_from(["never_counted", "end_not_known"]),
)
uses = st.builds(
    MonthUse,
    days=st.integers(1, 31),
    days_out=st.integers(0, 31),
    used=pieces | pieces.map(lambda amount: -amount),
    forecast=st.none() | pieces,
    needed=st.booleans(),
)

SHARES = {"abasto", "with_stock", "stock_out", "late_orders", "stock_out_rate", "days_out_share"}


def holds(name: str, figure: Figure | CoverDistribution, positions: int) -> None:
    assert figure.counted + sum(figure.left_out.values()) == positions, name
    if isinstance(figure, CoverDistribution):
        assert sum(band.positions for band in figure.bands) == figure.counted
        assert (figure.median is None) == (figure.missing is not None) == (figure.counted == 0)
        return
    assert (figure.value is None) == (figure.missing is not None), name
    if figure.value is not None:
        assert math.isfinite(figure.value), name
        assert name == "forecast_bias" or figure.value >= 0, name
        assert name not in SHARES or figure.value <= 1, name


@given(st.lists(stocks))
def test_any_stock(rows: list[Stock]) -> None:
    found = stock_indicators(rows)
    for name in ("abasto", "with_stock", "stock_out", "cover"):
        holds(name, getattr(found, name), len(rows))


@given(st.lists(uses))
def test_any_month(months: list[MonthUse]) -> None:
    found = month_indicators(months, [], days_gone=31, over=True)
    for name in found.__struct_fields__:
        holds(name, getattr(found, name), 0 if name.startswith("orders") else len(months))


@given(st.lists(stocks, min_size=1), st.integers(1, 10**6))
def test_more_stock_is_never_less_abasto(rows: list[Stock], more: int) -> None:
    before = stock_indicators(rows)
    after = stock_indicators([each._replace(usable=each.usable and each.usable + more) for each in rows])
    if before.abasto.value is not None:
        assert after.abasto.value is not None
        assert after.abasto.value >= before.abasto.value or after.abasto.value == pytest.approx(before.abasto.value)


@given(st.lists(uses), st.lists(uses))
def test_a_nation_is_the_sum_of_its_states(here: list[MonthUse], there: list[MonthUse]) -> None:
    one, other, both = (month_indicators(months, [], days_gone=31, over=True) for months in (here, there, here + there))
    for name in ("stock_out_rate", "days_out_share", "mean_days_out"):
        parts = [getattr(each, name) for each in (one, other)]
        assert getattr(both, name).part == sum(each.part for each in parts)
        assert getattr(both, name).whole == sum(each.whole for each in parts)


def test_every_reason_has_its_meaning_written_down() -> None:
    text = Path(figure_module.__file__).read_text(encoding="utf-8")
    for reason in {*get_args(LeftOut), *get_args(Missing)}:
        assert text.count(f"`{reason}`") == 1, reason
