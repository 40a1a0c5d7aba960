"""What an inbox of alerts may leave out, and the order of the rest: what is urgent comes first, and nothing twice."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from schemas.alerts import SEVERITIES, AlertState, Condition
from schemas.catalogue import VenClass
from store.tables import AlertPlaceRow, AlertRow, ItemRow, PositionRow

STATES: tuple[AlertState, ...] = ("firing", "pending", "resolved")
"""In the order lists show them."""

STOCK_CONDITIONS: tuple[Condition, ...] = ("stock_out", "shortage", "low_stock")
"""What a shortage everywhere tells once for all, and a silent facility cannot confirm."""

_UNCONFIRMED: tuple[Condition, ...] = (*STOCK_CONDITIONS, "surplus")
"""Of a silent facility also what it could lend: nobody should send for it unasked."""

VEN_RANKS: dict[VenClass, int] = {"V": 0, "E": 1, "N": 2}
"""An unclassified item stands beside the essential ones, as in its severities."""

CAN_WAIT = or_(AlertRow.state == "pending", AlertRow.severity == SEVERITIES[0])
"""May yet come to nothing, or nobody goes without for it: a surplus, a CPM that has drifted down."""

_wide = aliased(AlertRow)


def _rank(severity: Any) -> ColumnElement[int]:
    return case({name: rank for rank, name in enumerate(SEVERITIES)}, value=severity, else_=len(SEVERITIES))


_listed_there = (
    exists()
    .where(
        AlertPlaceRow.alert == _wide.alert,
        AlertPlaceRow.facility == AlertRow.facility,
        AlertPlaceRow.item == AlertRow.item,
    )
    .correlate(_wide, AlertRow)
)
TOLD_BY = (
    # Of both, the silence: what the facility last said may be true no more.
    select(func.max(_wide.condition))
    .where(
        AlertRow.state != "resolved",
        _wide.state == "firing",
        or_(
            and_(
                _wide.condition == "silent_facility",
                _wide.facility == AlertRow.facility,
                AlertRow.condition.in_(_UNCONFIRMED),
            ),
            # One that is worse, or that came to it later, is in no word of the notice for all.
            and_(
                _wide.condition == "national_shortage",
                AlertRow.condition.in_(STOCK_CONDITIONS),
                _wide.item == AlertRow.item,
                _rank(AlertRow.severity) <= _rank(_wide.severity),
                _listed_there,
            ),
        ),
    )
    .correlate(AlertRow)
    .scalar_subquery()
)
"""The condition of the wide alert that tells of an alert already; null for most."""


def worst_first() -> list[Any]:
    """By state, severity, VEN class, and how long the stock lasts; needs items and positions beside the alerts."""
    return [
        case({state: rank for rank, state in enumerate(STATES)}, value=AlertRow.state, else_=len(STATES)),
        _rank(AlertRow.severity).desc(),
        # One about many positions comes before those about one.
        case((or_(AlertRow.facility.is_(None), AlertRow.item.is_(None)), 0), else_=1),
        case(dict(VEN_RANKS), value=ItemRow.ven, else_=VEN_RANKS["E"]),
        PositionRow.cover_days.is_(None),
        PositionRow.cover_days,
        PositionRow.projected_stockout_on.is_(None),
        PositionRow.projected_stockout_on,
        AlertRow.since,
        AlertRow.alert,
    ]
