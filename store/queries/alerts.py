"""Alerts: lists of them, worst first, and one with its transitions."""

import datetime as dt
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from schemas.alerts import SEVERITIES, Alert, AlertState, Condition, Severity
from schemas.positions import Number, Status
from store.queries.lending import Stock, who_has
from store.queries.reading import LIMIT, NotFound, Query, matches, of_item, plain
from store.tables import AlertRow, AlertTransitionRow, FacilityRow, ItemRow, PositionRow

STATES: tuple[AlertState, ...] = ("firing", "pending", "resolved")
"""In the order lists show them."""

_alert = msgspec.json.Decoder(Alert)

STOCK_CONDITIONS: tuple[Condition, ...] = ("stock_out", "shortage", "low_stock")
"""What a silent facility cannot confirm, and a shortage everywhere tells once for all."""

_wide = aliased(AlertRow)
_TOLD_BY = (
    # Of both, the silence: what the facility last said may be true no more.
    select(func.max(_wide.condition))
    .where(
        AlertRow.condition.in_(STOCK_CONDITIONS),
        AlertRow.state != "resolved",
        _wide.state == "firing",
        or_(
            and_(_wide.condition == "silent_facility", _wide.facility == AlertRow.facility),
            and_(_wide.condition == "national_shortage", _wide.item == AlertRow.item),
        ),
    )
    .correlate(AlertRow)
    .scalar_subquery()
)


class AlertLine(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as lists show it, with the position as it is now and who else has the item.

    One about a whole facility has no `item`, one about an item everywhere no `facility`, and `places` counts the
    positions it speaks of. `told_by` is the condition of such an alert that fires and tells of this one already.
    """

    alert: str
    condition: Condition
    severity: Severity
    state: AlertState
    facility: str | None
    facility_name: str
    facility_state: str
    timezone: str
    item: str | None
    item_name: str
    presentation: str
    since: dt.datetime
    at: dt.datetime
    fired_at: dt.datetime | None
    resolved_at: dt.datetime | None
    sequence: int
    reason: str
    reason_en: str
    places: int
    told_by: Condition | None
    status: Status | None
    usable: Number | None
    cpm: float | None
    cover_days: float | None
    projected_stockout_on: dt.date | None
    projected_stockout_on_without_due: dt.date | None
    due_quantity: Number | None
    next_due_on: dt.date | None
    elsewhere: list[Stock]


class AlertPage(msgspec.Struct, frozen=True):
    """Some alerts of a list, how many the whole list has, and how many it leaves out because a wider alert tells of
    them."""

    total: int
    alerts: list[AlertLine]
    told_by_others: int = 0


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """A step in the life of an alert."""

    sequence: int
    state: AlertState
    severity: Severity
    at: dt.datetime
    reason: str


class AlertDetail(msgspec.Struct, frozen=True, kw_only=True):
    """An alert with its latest transition as published (its facts are those of that moment) and all before it."""

    line: AlertLine
    latest: Alert
    transitions: list[Transition]


class AlertFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which alerts are wanted: those that meet every filter given."""

    state: AlertState | None = None
    still_open: bool = False
    """Leaves out what is resolved."""
    condition: Condition | None = None
    severity: Severity | None = None
    """The least wanted."""
    facility: str | None = None
    facility_state: str | None = None
    item: str | None = None
    """A code, or the start of one: all packs of a medicine."""
    since: dt.datetime | None = None
    """Leaves out conditions that began before it."""
    words: str | None = None
    """All of them in the names of item or facility."""
    each: bool = True
    """Whether to list also what an alert about the whole facility, or about the item everywhere, tells already."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """For a query that has the names beside the alerts."""
        wanted: list[ColumnElement[bool]] = []
        if self.state is not None:
            wanted.append(AlertRow.state == self.state)
        if self.still_open:
            wanted.append(AlertRow.state != "resolved")
        if self.condition is not None:
            wanted.append(AlertRow.condition == self.condition)
        if self.severity is not None:
            wanted.append(AlertRow.severity.in_(SEVERITIES[SEVERITIES.index(self.severity) :]))
        if self.facility is not None:
            wanted.append(AlertRow.facility == self.facility)
        if self.facility_state is not None:
            wanted.append(FacilityRow.state == self.facility_state)
        if self.item is not None:
            wanted.append(of_item(AlertRow.item, self.item))
        if self.since is not None:
            wanted.append(AlertRow.since >= self.since)
        if self.words is not None:
            wanted.append(matches(self.words))
        return wanted


def alerts(connection: Connection, wanted: AlertFilter, *, limit: int = LIMIT, offset: int = 0) -> AlertPage:
    """The alerts wanted: firing first, then worst first, then least cover first."""
    conditions = wanted.conditions()
    total = connection.execute(_named(select(func.count())).where(*conditions)).scalar_one()
    told_by_others = 0
    if not wanted.each:
        conditions.append(_TOLD_BY.is_(None))
        apart = connection.execute(_named(select(func.count())).where(*conditions)).scalar_one()
        total, told_by_others = apart, total - apart
    listed = _named(_lines()).where(*conditions).order_by(*_worst_first()).limit(limit).offset(offset)
    return AlertPage(total, _with_stock_elsewhere(connection, connection.execute(listed).all()), told_by_others)


def alert(connection: Connection, number: str) -> AlertDetail:
    """One alert, by its number or the start of it; raises `NotFound` when that is none's, or several's."""
    starts = AlertRow.alert.startswith(number, autoescape=True)
    found = connection.execute(select(AlertRow.alert, AlertRow.document).where(starts).limit(2)).all()
    if not found:
        raise NotFound(f"No alert is called {number}")
    if len(found) > 1 and found[0].alert != number:
        raise NotFound(f"Several alerts start with {number}: give more of the number")
    lines = connection.execute(_named(_lines()).where(AlertRow.alert == found[0].alert)).all()
    steps = (
        select(
            AlertTransitionRow.sequence,
            AlertTransitionRow.state,
            AlertTransitionRow.severity,
            AlertTransitionRow.at,
            AlertTransitionRow.reason,
        )
        .where(AlertTransitionRow.alert == found[0].alert)
        .order_by(AlertTransitionRow.sequence)
    )
    return AlertDetail(
        line=_with_stock_elsewhere(connection, lines)[0],
        latest=_alert.decode(found[0].document),
        transitions=[Transition(**plain(row)) for row in connection.execute(steps)],
    )


def _lines() -> Query:
    return select(
        AlertRow.alert,
        AlertRow.condition,
        AlertRow.severity,
        AlertRow.state,
        AlertRow.facility,
        func.coalesce(FacilityRow.name, AlertRow.facility, "").label("facility_name"),
        func.coalesce(FacilityRow.state, "").label("facility_state"),
        func.coalesce(FacilityRow.timezone, "UTC").label("timezone"),
        AlertRow.item,
        func.coalesce(ItemRow.name, AlertRow.item, "").label("item_name"),
        func.coalesce(ItemRow.presentation, "").label("presentation"),
        AlertRow.since,
        AlertRow.at,
        AlertRow.fired_at,
        AlertRow.resolved_at,
        AlertRow.sequence,
        AlertRow.reason,
        AlertRow.reason_en,
        AlertRow.places,
        _TOLD_BY.label("told_by"),
        PositionRow.status,
        PositionRow.usable,
        PositionRow.cpm,
        PositionRow.cover_days,
        PositionRow.projected_stockout_on,
        PositionRow.projected_stockout_on_without_due,
        PositionRow.due_quantity,
        PositionRow.next_due_on,
    )


def _named(query: Query) -> Query:
    same_position = (PositionRow.facility == AlertRow.facility) & (PositionRow.item == AlertRow.item)
    return (
        query.select_from(AlertRow)
        .outerjoin(ItemRow, ItemRow.item == AlertRow.item)
        .outerjoin(FacilityRow, FacilityRow.facility == AlertRow.facility)
        .outerjoin(PositionRow, same_position)
    )


def _worst_first() -> list[Any]:
    mildest = len(SEVERITIES)
    return [
        case({state: rank for rank, state in enumerate(STATES)}, value=AlertRow.state, else_=len(STATES)),
        case({severity: mildest - rank for rank, severity in enumerate(SEVERITIES)}, value=AlertRow.severity),
        # One about many positions comes before those about one.
        case((or_(AlertRow.facility.is_(None), AlertRow.item.is_(None)), 0), else_=1),
        PositionRow.cover_days.is_(None),
        PositionRow.cover_days,
        AlertRow.since,
        AlertRow.alert,
    ]


def _with_stock_elsewhere(connection: Connection, rows: Any) -> list[AlertLine]:
    # Of an item that is short everywhere, all who have a surplus; a silent facility asks for nothing.
    elsewhere = who_has(connection, {(row.facility or "", row.item) for row in rows if row.item is not None})
    return [AlertLine(**plain(row), elsewhere=elsewhere.get((row.facility or "", row.item), [])) for row in rows]
