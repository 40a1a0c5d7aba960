"""Whether what the read model shows is as of now.

After a backlog the worker takes old events for history until none has come for a while, and judges positions only up
to where that reaches; then by the wall clock. A position whose stock is out or running out, by an open alert, is looked
at on each of its midnights, so once all of these are as of today, or later than that, their shards are at the wall
clock. Those with alerts of other conditions may have nothing new to say for weeks. Where no alert says that stock is
short although some is, nothing may have been judged at all yet.
"""

import datetime as dt
import time
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from schemas.positions import Status
from store.database import open_engine
from store.queries.inbox import STOCK_CONDITIONS
from store.tables import AlertRow, FacilityRow, PositionRow
from supply.calendar import calendar_of, milliseconds

SHORT: tuple[Status, ...] = ("out", "critical")


class Judged(NamedTuple):
    """Positions whose stock is short, by an open alert if there is any: how many were last judged before their day
    began, and when the oldest was."""

    before_today: int
    oldest: dt.datetime | None


def judged(database: str, now_ms: int | None = None) -> Judged:
    """What the read model says of the positions whose stock is short; `now_ms` is the wall clock unless given."""
    engine = open_engine(database)
    try:
        with engine.connect() as connection:
            return _judged(connection, time.time_ns() // 1_000_000 if now_ms is None else now_ms)
    finally:
        engine.dispose()


def _judged(connection: Connection, now_ms: int) -> Judged:
    open_alerts = select(AlertRow.facility, AlertRow.item).where(
        AlertRow.state != "resolved", AlertRow.condition.in_(STOCK_CONDITIONS)
    )
    alarmed = open_alerts.distinct().subquery()
    positions = select(PositionRow.as_of, func.coalesce(FacilityRow.timezone, "UTC")).outerjoin(
        FacilityRow, FacilityRow.facility == PositionRow.facility
    )
    with_alert = positions.join(
        alarmed, (PositionRow.facility == alarmed.c.facility) & (PositionRow.item == alarmed.c.item)
    )
    rows = connection.execute(with_alert).all()
    if not rows:
        rows = connection.execute(positions.where(PositionRow.status.in_(SHORT))).all()
    before_today = sum(milliseconds(at) < _day_began(timezone, now_ms) for at, timezone in rows)
    return Judged(before_today, min((at for at, _ in rows), default=None))


def _day_began(timezone: str, now_ms: int) -> int:
    calendar = calendar_of(timezone)
    return calendar.midnight(calendar.day(now_ms))
