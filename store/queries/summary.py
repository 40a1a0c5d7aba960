"""The state of everything in a few numbers."""

import datetime as dt

import msgspec
from sqlalchemy import Connection, func, select

from schemas.alerts import Condition, Severity
from schemas.positions import Status
from store.queries.dead_letters import dead_letters
from store.queries.reading import plain
from store.tables import AlertRow, ItemRow, PositionRow


class AlertCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many alerts of a condition and severity are open."""

    condition: Condition
    severity: Severity
    firing: int
    pending: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over all positions. `with_stock` of `known` are those with something usable; a position never counted
    is not known and in neither. `oncology` ones are counted apart as well."""

    newest_position_at: dt.datetime | None
    positions: int
    by_status: dict[Status, int]
    known: int
    with_stock: int
    oncology_known: int
    oncology_with_stock: int
    open_alerts: list[AlertCount]
    open_dead_letters: int

    @property
    def share_with_stock(self) -> float | None:
        """Share of known positions with stock, null when none is known."""
        return self.with_stock / self.known if self.known else None

    @property
    def oncology_share_with_stock(self) -> float | None:
        """The same of oncology items."""
        return self.oncology_with_stock / self.oncology_known if self.oncology_known else None


def summary(connection: Connection) -> Summary:
    """Counts what the read model holds."""
    oncology = func.coalesce(ItemRow.oncology, False)
    counted = (
        select(
            PositionRow.status,
            oncology.label("oncology"),
            func.count().label("positions"),
            func.count(PositionRow.usable).label("known"),
            func.count().filter(PositionRow.usable > 0).label("with_stock"),
        )
        .select_from(PositionRow)
        .outerjoin(ItemRow, ItemRow.item == PositionRow.item)
        .group_by(PositionRow.status, oncology)
    )
    groups = connection.execute(counted).all()
    by_status: dict[Status, int] = {}
    for group in groups:
        by_status[group.status] = by_status.get(group.status, 0) + group.positions
    newest = select(func.max(PositionRow.as_of, type_=PositionRow.as_of.type))
    return Summary(
        newest_position_at=connection.execute(newest).scalar(),
        positions=sum(by_status.values()),
        by_status=by_status,
        known=sum(group.known for group in groups),
        with_stock=sum(group.with_stock for group in groups),
        oncology_known=sum(group.known for group in groups if group.oncology),
        oncology_with_stock=sum(group.with_stock for group in groups if group.oncology),
        open_alerts=_open_alerts(connection),
        open_dead_letters=dead_letters(connection, state="open", limit=0).total,
    )


def _open_alerts(connection: Connection) -> list[AlertCount]:
    counted = (
        select(
            AlertRow.condition,
            AlertRow.severity,
            func.count().filter(AlertRow.state == "firing").label("firing"),
            func.count().filter(AlertRow.state == "pending").label("pending"),
        )
        .where(AlertRow.state != "resolved")
        .group_by(AlertRow.condition, AlertRow.severity)
        .order_by(AlertRow.condition, AlertRow.severity)
    )
    return [AlertCount(**plain(row)) for row in connection.execute(counted)]
