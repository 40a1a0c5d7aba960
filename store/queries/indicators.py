"""The indicators of `supply.indicators` over the read model: by item, facility, state, nation or month."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection

from schemas.positions import DueArrival, OrderMonth
from store.queries.histories import Present, Published, group_of, histories, present
from store.queries.positions import PositionFilter
from store.queries.reading import LIMIT, NotFound
from supply.calendar import month_name, month_named
from supply.indicators.group import (
    MonthIndicators,
    StockIndicators,
    month_end_indicators,
    month_indicators,
    stock_indicators,
)
from supply.indicators.month_use import MonthUse
from supply.indicators.published import PublishedMonths
from supply.indicators.stock import Stock

By = Literal["nation", "state", "facility", "item", "month"]

MONTHS_SHOWN = 13
"""Of a list by month: a year, and the same month of the year before."""


class IndicatorLine(msgspec.Struct, frozen=True, kw_only=True):
    """The indicators of a group: `group` is a code, a state, a month, or empty (the nation; a state that the catalogue
    does not tell). `month` is the one of the monthly figures; with `month_end` those of the stock are of its end, else
    of the newest positions."""

    group: str
    name: str
    month: str
    month_end: bool
    positions: int
    stock: StockIndicators
    monthly: MonthIndicators


class IndicatorPage(msgspec.Struct, frozen=True, kw_only=True):
    """Groups, those with the lowest % abasto first (months: in their order), and how many there are in all. `as_of` is
    the newest position's instant and `running_month` its local month; both null while there is none."""

    by: By
    as_of: dt.datetime | None
    running_month: str | None
    total: int
    lines: list[IndicatorLine]


class NationAndStates(msgspec.Struct, frozen=True, kw_only=True):
    """The indicators of all positions and of each state, of one and the same moment: what `indicators` answers for
    both. `nation` is null while there is no position."""

    as_of: dt.datetime | None
    nation: IndicatorLine | None
    states: list[IndicatorLine]


_OPEN_LINES = {
    late: DueArrival(order="", line=None, quantity=1, expected_on=dt.date.min, deadline=None, late=late)
    for late in (False, True)
}
"""An order line as the indicators see it: late or not. What else it says was half of the memory of a nation."""


class _Group:
    """What belongs to one line."""

    def __init__(self, group: str, name: str, month: int) -> None:
        self.group = group
        self.name = name
        self.month = month
        self.positions = 0
        self.stocks: list[Stock] = []
        self.uses: list[MonthUse] = []
        self.orders: list[OrderMonth] = []

    def line(self, now: Present, *, month_end: bool) -> IndicatorLine:
        over = self.month < now.month
        return IndicatorLine(
            group=self.group,
            name=self.name,
            month=month_name(self.month),
            month_end=month_end,
            positions=self.positions,
            stock=month_end_indicators(self.stocks) if month_end else stock_indicators(self.stocks),
            monthly=month_indicators(self.uses, self.orders, days_gone=1 if over else now.days_gone, over=over),
        )


def indicators(
    connection: Connection,
    wanted: PositionFilter,
    *,
    by: By = "nation",
    month: str | None = None,
    limit: int = LIMIT,
) -> IndicatorPage:
    """The indicators of the positions wanted.

    The figures of the stock are those of the newest positions, the monthly ones of the last month that is over. Where a
    month is named both are of that month: the stock at its end, or the newest for the running one. By month there is a
    line for each of the last 13.

    Raises:
        NotFound: the month has not begun.
    """
    now = present(connection)
    if now is None:
        return IndicatorPage(by=by, as_of=None, running_month=None, total=0, lines=[])
    asked = now.month - 1 if month is None else month_named(month)
    if asked > now.month:
        raise NotFound(f"{month} has not begun: the newest position is of {month_name(now.month)}")
    if by == "month":
        lines = _by_month(connection, wanted, now, now.month if month is None else asked)
    else:
        month_end = month is not None and asked < now.month
        (lines,) = _by_places(connection, wanted, (by,), now, asked, month_end=month_end)
    return IndicatorPage(
        by=by, as_of=now.at, running_month=month_name(now.month), total=len(lines), lines=lines[:limit]
    )


def nation_and_states(connection: Connection) -> NationAndStates:
    """Those of the nation and of its states in one reading, for who wants both again and again."""
    now = present(connection)
    if now is None:
        return NationAndStates(as_of=None, nation=None, states=[])
    nation, states = _by_places(connection, PositionFilter(), ("nation", "state"), now, now.month - 1, month_end=False)
    return NationAndStates(as_of=now.at, nation=nation[0] if nation else None, states=states)


def _by_places(
    connection: Connection, wanted: PositionFilter, bys: Sequence[By], now: Present, month: int, *, month_end: bool
) -> list[list[IndicatorLine]]:
    """The lines for each way to group, in the order asked."""
    divisions: list[dict[str, _Group]] = [{} for _ in bys]
    for row, published, months in histories(connection, wanted):
        use = months.use(month, now.days_of(month))
        stock = _end(row, published, months, month, use) if month_end else _stock(row, published, months, now)
        due = _due_in(published, month)
        for by, groups in zip(bys, divisions, strict=True):
            key, name = group_of(row, by)
            group = groups.get(key)
            if group is None:
                group = groups[key] = _Group(key, name, month)
            group.positions += 1
            if use is not None:
                group.uses.append(use)
            if stock is not None:
                group.stocks.append(stock)
            group.orders += due
    divided = ([group.line(now, month_end=month_end) for group in groups.values()] for groups in divisions)
    return [sorted(lines, key=lambda line: (*_worst_first(line), line.group)) for lines in divided]


def _by_month(connection: Connection, wanted: PositionFilter, now: Present, last: int) -> list[IndicatorLine]:
    groups = [_Group(month_name(month), "", month) for month in range(last - MONTHS_SHOWN + 1, last + 1)]
    for row, published, months in histories(connection, wanted):
        for group in groups:
            use = months.use(group.month, now.days_of(group.month))
            if use is not None:
                group.uses.append(use)
            running = group.month == now.month
            stock = _stock(row, published, months, now) if running else _end(row, published, months, group.month, use)
            if stock is not None:
                group.stocks.append(stock)
            due = _due_in(published, group.month)
            group.orders += due
            if stock is not None or due:
                group.positions += 1
    return [group.line(now, month_end=group.month < now.month) for group in groups if group.positions]


def _due_in(published: Published, month: int) -> list[OrderMonth]:
    name = month_name(month)
    return [each for each in published.orders if each.month == name]


def _worst_first(line: IndicatorLine) -> tuple[bool, float]:
    value = line.stock.abasto.value
    return value is None, value or 0.0


def _stock(row: Any, published: Published, months: PublishedMonths, now: Present) -> Stock:
    return Stock(
        usable=row.usable,
        target=published.target,
        cover_days=row.cover_days,
        needed=months.needed(row.cpm, now.month, row.official_cpm),
        due=tuple([_OPEN_LINES[arrival.late] for arrival in published.due]),
        untold=published.untold_use,
    )


def _end(row: Any, published: Published, months: PublishedMonths, month: int, use: MonthUse | None) -> Stock | None:
    """The stock at the end of an earlier month; `None` where nothing at all is known of the month."""
    stock = months.stock_at_end(month, published.target_months, counted=row.usable is not None)
    return stock if stock.usable is not None or use is not None else None
