"""Positions with every month known of them, and the group that each belongs to."""

import datetime as dt
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from sqlalchemy import Connection, func, select

from schemas.positions import CpmInputs, DueArrival, MonthTotals, Number, OrderMonth
from store.queries.positions import PositionFilter, named
from store.tables import ConsumptionMonthRow, FacilityRow, ItemRow, PositionRow
from supply.calendar import days_in_month, month_number
from supply.indicators.published import PublishedMonths

GroupedBy = Literal["nation", "state", "facility", "item", "position", "month"]

ROWS_AT_ONCE = 5_000
"""Rows fetched together, so that a nation's months never lie in memory all at once."""


class Present(NamedTuple):
    """The read model's present: the newest position's instant, its local month, the whole local days of that month that
    have been, and the part of it that is gone (from 0 to 1)."""

    at: dt.datetime
    month: int
    days_gone: int
    share_gone: float

    def days_of(self, month: int) -> int | None:
        """The days that a month has had; `None`: all."""
        return self.days_gone if month == self.month else None


class Published(msgspec.Struct, frozen=True):
    """The part of a position's document that has no column."""

    cpm_inputs: CpmInputs
    due: tuple[DueArrival, ...]
    target: int | None = None
    orders: tuple[OrderMonth, ...] = ()
    target_months: float | None = None
    untold_use: Number = 0


_published = msgspec.json.Decoder(Published)


def present(connection: Connection) -> Present | None:
    """The present; `None` where there is no position."""
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
    month = month_number(there.year, there.month)
    gone = there.replace(tzinfo=None) - dt.datetime(there.year, there.month, 1)  # noqa: DTZ001 - both of one wall clock
    return Present(at, month, there.day - 1, gone / dt.timedelta(days=days_in_month(month)))


def histories(connection: Connection, wanted: PositionFilter) -> Iterator[tuple[Any, Published, PublishedMonths]]:
    """Each position wanted: its row with the names beside it, what has no column, and every month known of it."""
    conditions = wanted.conditions()
    key = (PositionRow.facility, PositionRow.item)
    listed = named(
        select(
            *key,
            PositionRow.usable,
            PositionRow.cpm,
            PositionRow.official_cpm,
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
    # The months first: PostgreSQL shows each statement what is there when it begins, and months of a position that came
    # between the two would wait for a row that never comes, and hold up those of all positions after it.
    months = connection.execute(
        known.where(*conditions).order_by(*key, ConsumptionMonthRow.month), execution_options=some
    )
    rows = connection.execute(listed.where(*conditions).order_by(*key), execution_options=some)
    by_key = groupby(months, key=lambda row: (row.facility, row.item))
    next_key, next_months = next(by_key, (None, iter(())))
    for row in rows:
        found: list[MonthTotals] = []
        if next_key == (row.facility, row.item):
            found = [MonthTotals(*each[len(key) :]) for each in next_months]
            next_key, next_months = next(by_key, (None, iter(())))
        published = _published.decode(row.document)
        yield row, published, PublishedMonths(found, published.cpm_inputs)


def group_of(row: Any, by: GroupedBy) -> tuple[str, str]:
    """The code (or state) that a row of `histories` goes under, and the name of it; the nation has neither."""
    facility = row.facility_name or row.facility
    item = f"{row.item_name or row.item} {row.presentation or ''}".rstrip()
    match by:
        case "item":
            return row.item, item
        case "facility":
            return row.facility, facility
        case "position":
            return f"{row.facility}|{row.item}", f"{facility}: {item}"
        case "state":
            return row.facility_state or "", row.facility_state or ""
        case _:
            return "", ""
