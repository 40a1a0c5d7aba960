"""Alerts: lists of them, worst first, and one with its transitions."""

import datetime as dt
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, func, select

from schemas.alerts import SEVERITIES, Alert, AlertState, Condition, Severity
from schemas.positions import Number, Status
from store.queries.inbox import CAN_WAIT, TOLD_BY, worst_first
from store.queries.lending import Stock, who_has
from store.queries.reading import LIMIT, NotFound, Query, matches, of_item, plain
from store.tables import AlertRow, AlertTransitionRow, FacilityRow, ItemRow, PositionRow

_alert = msgspec.json.Decoder(Alert)


class AlertLine(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as lists show it, with the position as it is now and who else has the item.

    `reason` and `reason_en` say what was so at `at`; an alert of an older release has the Spanish sentence in both. The
    figures are those of the position's latest publication, `as_of`: null where the alert is not of one position.

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
    as_of: dt.datetime | None
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
    """Some alerts of a list, how many the whole list has, and how many it leaves out: because a wider alert tells of
    them, or because they can wait, which are `pending` ones and those that fire with `low` severity."""

    total: int
    alerts: list[AlertLine]
    told_by_others: int = 0
    pending: int = 0
    low: int = 0


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
    waiting: bool = True
    """Whether to list also what can wait: what is pending, or of low severity."""

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
    """The alerts wanted: firing first, then worst first, then by VEN class, then least cover first."""
    met = wanted.conditions()

    def count(*conditions: ColumnElement[bool]) -> int:
        found: int = connection.execute(_named(select(func.count())).where(*met, *conditions)).scalar_one()
        return found

    untold = [] if wanted.each else [TOLD_BY.is_(None)]
    urgent = [] if wanted.waiting else [~CAN_WAIT]
    listed = _named(_lines()).where(*met, *untold, *urgent).order_by(*worst_first()).limit(limit).offset(offset)
    return AlertPage(
        total=count(*untold, *urgent),
        alerts=_with_stock_elsewhere(connection, connection.execute(listed).all()),
        told_by_others=0 if wanted.each else count(TOLD_BY.is_not(None), *urgent),
        pending=0 if wanted.waiting else count(*untold, CAN_WAIT, AlertRow.state == "pending"),
        low=0 if wanted.waiting else count(*untold, CAN_WAIT, AlertRow.state != "pending"),
    )


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
        func.coalesce(func.nullif(AlertRow.reason_en, ""), AlertRow.reason).label("reason_en"),
        AlertRow.places,
        TOLD_BY.label("told_by"),
        PositionRow.as_of,
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


def _with_stock_elsewhere(connection: Connection, rows: Any) -> list[AlertLine]:
    # Of an item that is short everywhere, all who have a surplus; a silent facility asks for nothing.
    elsewhere = who_has(connection, {(row.facility or "", row.item) for row in rows if row.item is not None})
    return [AlertLine(**plain(row), elsewhere=elsewhere.get((row.facility or "", row.item), [])) for row in rows]
