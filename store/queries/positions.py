"""Positions: lists of them, and one with everything known about it."""

import datetime as dt
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, case, func, select

from schemas.positions import CpmState, MonthTotals, Number, Position, Status
from store.queries.alerts import AlertFilter, AlertLine, alerts
from store.queries.lending import Stock, who_has
from store.queries.reading import LIMIT, NotFound, Query, matches, of_item, plain
from store.tables import ConsumptionMonthRow, FacilityRow, ItemRow, PositionRow

Sort = Literal["worst", "cover", "stockout", "facility", "item"]
"""`worst`: by status, then by days of cover. What is not known comes last."""

WORST_FIRST: tuple[Status, ...] = ("out", "critical", "low", "unknown", "adequate", "surplus", "no_consumption")

_position = msgspec.json.Decoder(Position)


class PositionLine(msgspec.Struct, frozen=True, kw_only=True):
    """A position as lists show it: the published numbers, with the names of item and facility."""

    facility: str
    facility_name: str
    facility_kind: str | None
    facility_state: str
    timezone: str
    item: str
    item_name: str
    presentation: str
    oncology: bool
    as_of: dt.datetime
    version: int
    status: Status
    on_hand: Number | None
    usable: Number | None
    cpm: float | None
    cpm_state: CpmState
    official_cpm: float | None
    cover_days: float | None
    due_quantity: Number
    next_due_on: dt.date | None
    projected_stockout_on: dt.date | None
    projected_stockout_on_without_due: dt.date | None
    expires_unused: Number | None
    last_count_on: dt.date | None


class PositionPage(msgspec.Struct, frozen=True):
    """Some positions of a list, and how many the whole list has."""

    total: int
    positions: list[PositionLine]


class PositionDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A position with its inputs: as published, every month known, its open alerts and who could lend."""

    line: PositionLine
    position: Position
    ven: str | None
    lead_time_days: int | None
    """The item's own; null leaves it to the policy."""
    supplier: str | None
    months: list[MonthTotals]
    alerts: list[AlertLine]
    elsewhere: list[Stock]


class PositionFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which positions are wanted: those that meet every filter given."""

    facility: str | None = None
    facility_state: str | None = None
    item: str | None = None
    """A code, or the start of one: all packs of a medicine."""
    status: Status | None = None
    oncology: bool | None = None
    words: str | None = None
    """All of them in the names of item or facility."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """For a query that has the names beside the positions."""
        wanted: list[ColumnElement[bool]] = []
        if self.facility is not None:
            wanted.append(PositionRow.facility == self.facility)
        if self.facility_state is not None:
            wanted.append(FacilityRow.state == self.facility_state)
        if self.item is not None:
            wanted.append(of_item(PositionRow.item, self.item))
        if self.status is not None:
            wanted.append(PositionRow.status == self.status)
        if self.oncology is not None:
            wanted.append(func.coalesce(ItemRow.oncology, False) == self.oncology)
        if self.words is not None:
            wanted.append(matches(self.words))
        return wanted


def positions(
    connection: Connection, wanted: PositionFilter, *, sort: Sort = "worst", limit: int = LIMIT, offset: int = 0
) -> PositionPage:
    """The positions wanted, in the order of `sort`."""
    conditions = wanted.conditions()
    total = connection.execute(named(select(func.count())).where(*conditions)).scalar_one()
    listed = named(_lines()).where(*conditions).order_by(*_order(sort)).limit(limit).offset(offset)
    return PositionPage(total, [_line(row) for row in connection.execute(listed)])


def position(connection: Connection, facility: str, item: str) -> PositionDetail:
    """One position; raises `NotFound`."""
    here = (PositionRow.facility == facility, PositionRow.item == item)
    columns = (PositionRow.document, ItemRow.ven, ItemRow.lead_time_days, FacilityRow.supplier)
    row = connection.execute(named(select(*columns)).where(*here)).first()
    if row is None:
        raise NotFound(f"Nothing was ever reported of {item} in {facility}")
    month_columns = [getattr(ConsumptionMonthRow, name) for name in MonthTotals.__struct_fields__]
    months = (
        select(*month_columns)
        .where(ConsumptionMonthRow.facility == facility, ConsumptionMonthRow.item == item)
        .order_by(ConsumptionMonthRow.month)
    )
    return PositionDetail(
        line=_line(connection.execute(named(_lines()).where(*here)).one()),
        position=_position.decode(row.document),
        ven=row.ven,
        lead_time_days=row.lead_time_days,
        supplier=row.supplier,
        months=[MonthTotals(**plain(each)) for each in connection.execute(months)],
        alerts=alerts(connection, AlertFilter(facility=facility, item=item, still_open=True)).alerts,
        elsewhere=who_has(connection, [(facility, item)])[facility, item],
    )


def _lines() -> Query:
    return select(
        PositionRow.facility,
        func.coalesce(FacilityRow.name, PositionRow.facility).label("facility_name"),
        FacilityRow.kind.label("facility_kind"),
        func.coalesce(FacilityRow.state, "").label("facility_state"),
        func.coalesce(FacilityRow.timezone, "UTC").label("timezone"),
        PositionRow.item,
        func.coalesce(ItemRow.name, PositionRow.item).label("item_name"),
        func.coalesce(ItemRow.presentation, "").label("presentation"),
        func.coalesce(ItemRow.oncology, False).label("oncology"),
        PositionRow.as_of,
        PositionRow.version,
        PositionRow.status,
        PositionRow.on_hand,
        PositionRow.usable,
        PositionRow.cpm,
        PositionRow.cpm_state,
        PositionRow.official_cpm,
        PositionRow.cover_days,
        PositionRow.due_quantity,
        PositionRow.next_due_on,
        PositionRow.projected_stockout_on,
        PositionRow.projected_stockout_on_without_due,
        PositionRow.expires_unused,
        PositionRow.last_count_on,
    )


def named(query: Query) -> Query:
    """With the catalogue beside it; a position whose item or facility it does not hold is listed all the same."""
    return (
        query.select_from(PositionRow)
        .outerjoin(ItemRow, ItemRow.item == PositionRow.item)
        .outerjoin(FacilityRow, FacilityRow.facility == PositionRow.facility)
    )


def _line(row: Any) -> PositionLine:
    return PositionLine(**plain(row))


def _order(sort: Sort) -> list[Any]:
    worst = case({status: rank for rank, status in enumerate(WORST_FIRST)}, value=PositionRow.status, else_=99)
    cover = [PositionRow.cover_days.is_(None), PositionRow.cover_days]
    orders: dict[Sort, list[Any]] = {
        "worst": [worst, *cover],
        "cover": cover,
        "stockout": [PositionRow.projected_stockout_on.is_(None), PositionRow.projected_stockout_on, worst],
        "facility": [],
        "item": [PositionRow.item],
    }
    return [*orders[sort], PositionRow.facility, PositionRow.item]
