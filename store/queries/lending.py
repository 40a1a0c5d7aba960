"""Who has what another lacks: the supplying warehouse, and facilities with a surplus."""

import datetime as dt
import math
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, and_, func, or_, select

from schemas.positions import Number, Status
from store.tables import AlertRow, FacilityRow, PositionRow
from supply.calendar import calendar_of, milliseconds

LENDERS_SHOWN = 5
"""Facilities with a surplus named for one position: the nearest; a coordinator calls one or two."""

EARTH_RADIUS_KM = 6_371.0


class Stock(msgspec.Struct, frozen=True, kw_only=True):
    """An item at another facility. `supplier`: it is the warehouse that supplies the one who asks. `distance_km` is
    the great circle, null where a place has no coordinates. `surplus` is what may be lent: the pieces above the
    maximum, as published with the position; null where that is not known. `silent_since`: the local day on which the
    facility was last heard, while its silence is an alert: what it had then may be gone."""

    facility: str
    facility_name: str
    facility_kind: str | None
    facility_state: str
    supplier: bool
    status: Status
    usable: Number | None
    surplus: Number | None
    cpm: float | None
    cover_days: float | None
    distance_km: float | None
    silent_since: dt.date | None = None


class _Place(msgspec.Struct, frozen=True):
    facility: str
    name: str
    kind: str
    state: str
    supplier: str | None
    latitude: float | None
    longitude: float | None
    timezone: str


def who_has(connection: Connection, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[Stock]]:
    """For each facility and item: the stock at its supplier first, then surpluses, the same state's and nearest
    first, and those of silent facilities last."""
    pairs = set(wanted)
    if not pairs:
        return {}
    places = _places(connection)
    suppliers = {place.supplier for each, _ in pairs if (place := places.get(each)) and place.supplier}
    columns = (
        PositionRow.facility,
        PositionRow.item,
        PositionRow.status,
        PositionRow.usable,
        PositionRow.surplus,
        PositionRow.cpm,
        PositionRow.cover_days,
    )
    held = select(*columns).where(
        PositionRow.item.in_({item for _, item in pairs}),
        or_(and_(PositionRow.status == "surplus", PositionRow.usable > 0), PositionRow.facility.in_(suppliers)),
    )
    silent = _silent(connection, places)
    by_item: dict[str, list[Stock]] = {}
    for row in connection.execute(held):
        place = places.get(row.facility)
        stock = Stock(
            facility=row.facility,
            facility_name=place.name if place else row.facility,
            facility_kind=place.kind if place else None,
            facility_state=place.state if place else "",
            supplier=False,
            status=row.status,
            usable=row.usable,
            surplus=row.surplus,
            cpm=row.cpm,
            cover_days=row.cover_days,
            distance_km=None,
            silent_since=silent.get(row.facility),
        )
        by_item.setdefault(row.item, []).append(stock)
    return {
        (facility, item): _ranked(facility, places.get(facility), by_item.get(item, ()), places)
        for facility, item in pairs
    }


def _places(connection: Connection) -> dict[str, _Place]:
    columns = (
        FacilityRow.facility,
        FacilityRow.name,
        FacilityRow.kind,
        FacilityRow.state,
        FacilityRow.supplier,
        FacilityRow.latitude,
        FacilityRow.longitude,
        FacilityRow.timezone,
    )
    return {row.facility: _Place(*row) for row in connection.execute(select(*columns))}


def _silent(connection: Connection, places: dict[str, _Place]) -> dict[str, dt.date]:
    """The facilities whose silence is an alert, with the local day on which each was last heard."""
    heard = (
        select(AlertRow.facility, AlertRow.since, func.max(PositionRow.last_event_at).label("last"))
        .outerjoin(PositionRow, PositionRow.facility == AlertRow.facility)
        .where(AlertRow.condition == "silent_facility", AlertRow.state == "firing")
        .group_by(AlertRow.facility, AlertRow.since)
    )
    silent: dict[str, dt.date] = {}
    for row in connection.execute(heard):
        if row.facility is not None:
            place = places.get(row.facility)
            calendar = calendar_of("UTC" if place is None else place.timezone)
            at: dt.datetime = row.last or row.since
            silent[row.facility] = dt.date.fromordinal(calendar.day(milliseconds(at)))
    return silent


def _ranked(facility: str, here: _Place | None, held: Sequence[Stock], places: dict[str, _Place]) -> list[Stock]:
    supplier: list[Stock] = []
    lenders: list[Stock] = []
    for stock in held:
        if stock.facility == facility:
            continue
        distance_km = _distance_km(here, places.get(stock.facility))
        if here is not None and stock.facility == here.supplier:
            supplier.append(msgspec.structs.replace(stock, supplier=True, distance_km=distance_km))
        elif stock.status == "surplus":
            lenders.append(msgspec.structs.replace(stock, distance_km=distance_km))
    state = here.state if here is not None else ""
    lenders.sort(
        key=lambda stock: (
            stock.silent_since is not None,
            stock.facility_state != state,
            math.inf if stock.distance_km is None else stock.distance_km,
            -(stock.surplus or 0),
            -(stock.usable or 0),
            stock.facility,
        )
    )
    return supplier + lenders[:LENDERS_SHOWN]


def _distance_km(one: _Place | None, other: _Place | None) -> float | None:
    """Great-circle distance by the haversine formula."""
    if one is None or other is None:
        return None
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    north_1, north_2 = math.radians(one.latitude), math.radians(other.latitude)
    half_north = (north_2 - north_1) / 2
    half_east = math.radians(other.longitude - one.longitude) / 2
    chord = math.sin(half_north) ** 2 + math.cos(north_1) * math.cos(north_2) * math.sin(half_east) ** 2
    return round(2 * EARTH_RADIUS_KM * math.asin(math.sqrt(chord)), 1)
