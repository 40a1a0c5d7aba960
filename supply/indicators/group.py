"""Every indicator of one group of positions: an item, a facility, a state or the nation."""

from collections.abc import Sequence

import msgspec

from schemas.positions import OrderMonth
from supply.indicators.abasto_share import abasto_share
from supply.indicators.availability import stock_out, with_stock
from supply.indicators.cover_distribution import CoverDistribution, cover_distribution
from supply.indicators.figure import Figure, not_kept
from supply.indicators.forecast_error import (
    bias,
    mean_absolute_percentage_error,
    weighted_absolute_percentage_error,
)
from supply.indicators.month_use import MonthUse
from supply.indicators.orders import complete, complete_on_time, late_orders
from supply.indicators.stock import Stock
from supply.indicators.stock_outs import days_out_share, mean_days_out, stock_out_rate


class StockIndicators(msgspec.Struct, frozen=True, kw_only=True):
    """What the newest positions say, or what they were at the end of a month."""

    abasto: Figure
    with_stock: Figure
    stock_out: Figure
    cover: CoverDistribution
    late_orders: Figure


class MonthIndicators(msgspec.Struct, frozen=True, kw_only=True):
    """What one month says; of orders, the lines due in it."""

    stock_out_rate: Figure
    days_out_share: Figure
    mean_days_out: Figure
    forecast_mape: Figure
    forecast_wape: Figure
    forecast_bias: Figure
    orders_complete: Figure
    orders_complete_on_time: Figure


def stock_indicators(stocks: Sequence[Stock]) -> StockIndicators:
    """Of the present stock."""
    return StockIndicators(
        abasto=abasto_share(stocks),
        with_stock=with_stock(stocks),
        stock_out=stock_out(stocks),
        cover=cover_distribution(stocks),
        late_orders=late_orders(arrival for stock in stocks for arrival in stock.due),
    )


def month_end_indicators(stocks: Sequence[Stock]) -> StockIndicators:
    """Of the stock at the end of an earlier month: the same figures, but for what was due then."""
    return msgspec.structs.replace(stock_indicators(stocks), late_orders=not_kept("due_not_kept"))


def month_indicators(
    uses: Sequence[MonthUse], orders: Sequence[OrderMonth], *, days_gone: int, over: bool
) -> MonthIndicators:
    """Of a month of which `days_gone` days have been; a forecast is judged once it is `over`."""
    begun = days_gone > 0
    early = not_kept("month_not_over")
    return MonthIndicators(
        stock_out_rate=stock_out_rate(uses) if begun else not_kept("month_just_begun"),
        days_out_share=days_out_share(uses) if begun else not_kept("month_just_begun"),
        mean_days_out=mean_days_out(uses) if begun else not_kept("month_just_begun"),
        forecast_mape=mean_absolute_percentage_error(uses) if over else early,
        forecast_wape=weighted_absolute_percentage_error(uses) if over else early,
        forecast_bias=bias(uses) if over else early,
        orders_complete=complete(orders),
        orders_complete_on_time=complete_on_time(orders),
    )
