"""The indicators of `supply.indicators` over the read model: by item, facility, state, nation or month."""

import datetime as dt
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from sqlalchemy import Connection, func, select

from schemas.positions import CpmInputs, DueArrival, MonthTotals
from store.queries.positions import PositionFilter, named
from store.queries.reading import LIMIT, NotFound
from store.tables import ConsumptionMonthRow, FacilityRow, ItemRow, PositionRow
from supply.calendar import month_name, month_named, month_number
from supply.indicators.group import (
    MonthIndicators,
    StockIndicators,
    month_indicators,
    stock_indicators,
    stock_not_kept,
)
from supply.indicators.month_use import MonthUse
from supply.indicators.published import PublishedMonths
from supply.indicators.stock import Stock

By = Literal["nation", "state", "facility", "item", "month"]

MONTHS_SHOWN = 13
"""Of a list by month: a year, and the same month of the year before."""

ROWS_AT_ONCE = 5_000
"""Rows fetched together, so that a nation's months never lie in memory all at once."""


class IndicatorLine(msgspec.Struct, frozen=True, kw_only=True):
    """The indicators of a group: `group` is a code, a state, a month, or empty (the nation; a state that the catalogue
    does not tell). `month` is the one of the monthly figures."""

    group: str
    name: str
    month: str
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


class _Now(NamedTuple):
    """The read model's present: instant, local month and the whole local days of it that have been."""

    at: dt.datetime
    month: int
    days_gone: int

    def days_of(self, month: int) -> int | None:
        """The days that a month has had; `None`: all."""
        return self.days_gone if month == self.month else None


class _Group:
    """What belongs to one line."""

    def __init__(self, group: str, name: str, month: int) -> None:
        self.group = group
        self.name = name
        self.month = month
        self.positions = 0
        self.stocks: list[Stock] = []
        self.uses: list[MonthUse] = []

    def line(self, now: _Now, *, stock_asked: bool) -> IndicatorLine:
        over = self.month < now.month
        return IndicatorLine(
            group=self.group,
            name=self.name,
            month=month_name(self.month),
            positions=self.positions,
            stock=stock_indicators(self.stocks) if stock_asked else stock_not_kept(),
            monthly=month_indicators(self.uses, days_gone=1 if over else now.days_gone, over=over),
        )


class _Published(msgspec.Struct, frozen=True):
    """The part of a position's document that has no column."""

    cpm_inputs: CpmInputs
    due: tuple[DueArrival, ...]
    target: int | None = None


_published = msgspec.json.Decoder(_Published)


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
    month is named both are of that month, and the stock's have a value only if it is the running one. By month there
    is a line for each of the last 13.

    Raises:
        NotFound: the month has not begun.
    """
    now = _now(connection)
    if now is None:
        return IndicatorPage(by=by, as_of=None, running_month=None, total=0, lines=[])
    asked = now.month - 1 if month is None else month_named(month)
    if asked > now.month:
        raise NotFound(f"{month} has not begun: the newest position is of {month_name(now.month)}")
    if by == "month":
        lines = _by_month(connection, wanted, now, now.month if month is None else asked)
    else:
        lines = _by_place(connection, wanted, by, now, asked, stock_asked=month is None or asked == now.month)
    return IndicatorPage(
        by=by, as_of=now.at, running_month=month_name(now.month), total=len(lines), lines=lines[:limit]
    )


def _by_place(
    connection: Connection, wanted: PositionFilter, by: By, now: _Now, month: int, *, stock_asked: bool
) -> list[IndicatorLine]:
    groups: dict[str, _Group] = {}
    for row, published, months in _positions(connection, wanted):
        key, name = _group_of(row, by)
        group = groups.setdefault(key, _Group(key, name, month))
        group.positions += 1
        group.stocks.append(_stock(row, published, months, now))
        if (use := months.use(month, now.days_of(month))) is not None:
            group.uses.append(use)
    lines = [group.line(now, stock_asked=stock_asked) for group in groups.values()]
    return sorted(lines, key=lambda line: (*_worst_first(line), line.group))


def _by_month(connection: Connection, wanted: PositionFilter, now: _Now, last: int) -> list[IndicatorLine]:
    groups = [_Group(month_name(month), "", month) for month in range(last - MONTHS_SHOWN + 1, last + 1)]
    for row, published, months in _positions(connection, wanted):
        for group in groups:
            use = months.use(group.month, now.days_of(group.month))
            if use is not None:
                group.uses.append(use)
            if group.month == now.month:
                group.stocks.append(_stock(row, published, months, now))
            if use is not None or group.month == now.month:
                group.positions += 1
    return [group.line(now, stock_asked=group.month == now.month) for group in groups if group.positions]


def _worst_first(line: IndicatorLine) -> tuple[bool, float]:
    value = line.stock.abasto.value
    return value is None, value or 0.0


def _group_of(row: Any, by: By) -> tuple[str, str]:
    match by:
        case "item":
            return row.item, f"{row.item_name or row.item} {row.presentation or ''}".rstrip()
        case "facility":
            return row.facility, row.facility_name or row.facility
        case "state":
            return row.facility_state or "", row.facility_state or ""
        case _:
            return "", ""


def _stock(row: Any, published: _Published, months: PublishedMonths, now: _Now) -> Stock:
    return Stock(
        usable=row.usable,
        target=published.target,
        cover_days=row.cover_days,
        needed=months.needed(row.cpm, now.month),
        due=published.due,
    )


def _positions(connection: Connection, wanted: PositionFilter) -> Iterator[tuple[Any, _Published, PublishedMonths]]:
    """Each position wanted, with the part of it that has no column and every month known of it."""
    conditions = wanted.conditions()
    key = (PositionRow.facility, PositionRow.item)
    listed = named(
        select(
            *key,
            PositionRow.usable,
            PositionRow.cpm,
            PositionRow.cover_days,
            PositionRow.document,
            FacilityRow.name.label("facility_name"),
            FacilityRow.state.label("facility_state"),
            ItemRow.name.label("item_name"),
            ItemRow.presentation,
        )
    )
    totals = [getattr(ConsumptionMonthRow, name) for name in MonthTotals.__struct_fields__]
    known = named(select(*key, *totals)).join(
        ConsumptionMonthRow,
        (ConsumptionMonthRow.facility == PositionRow.facility) & (ConsumptionMonthRow.item == PositionRow.item),
    )
    # Both in the database's own order of the keys, whatever that is: the months of a position come when it does.
    some = {"yield_per": ROWS_AT_ONCE}
    rows = connection.execute(listed.where(*conditions).order_by(*key), execution_options=some)
    months = connection.execute(
        known.where(*conditions).order_by(*key, ConsumptionMonthRow.month), execution_options=some
    )
    by_key = groupby(months, key=lambda row: (row.facility, row.item))
    next_key, next_months = next(by_key, (None, iter(())))
    for row in rows:
        found: list[MonthTotals] = []
        if next_key == (row.facility, row.item):
            found = [MonthTotals(*each[len(key) :]) for each in next_months]
            next_key, next_months = next(by_key, (None, iter(())))
        published = _published.decode(row.document)
        yield row, published, PublishedMonths(found, published.cpm_inputs)


def _now(connection: Connection) -> _Now | None:
    newest = (
        select(PositionRow.as_of, func.coalesce(FacilityRow.timezone, "UTC"))
        .outerjoin(FacilityRow, FacilityRow.facility == PositionRow.facility)
        .order_by(PositionRow.as_of.desc(), PositionRow.facility)
        .limit(1)
    )
    row = connection.execute(newest).first()
    if row is None:
        return None
    at, timezone = row
    try:
        there = at.astimezone(ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError):
        there = at  # a zone that this machine does not know: UTC, as in lists
    return _Now(at, month_number(there.year, there.month), there.day - 1)
