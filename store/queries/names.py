"""Items and facilities by the names that people use for them."""

import msgspec
from sqlalchemy import Connection, or_, select

from store.queries.reading import NotFound, of_item
from store.tables import FacilityAliasRow, FacilityRow, ItemRow, PositionRow
from store.words import folded


class ItemName(msgspec.Struct, frozen=True):
    """An item as lists show it."""

    item: str
    name: str
    presentation: str
    oncology: bool
    ven: str | None
    lead_time_days: int | None


class FacilityName(msgspec.Struct, frozen=True):
    """A facility as lists show it."""

    facility: str
    name: str
    kind: str | None
    state: str
    supplier: str | None


def find_facility(connection: Connection, code: str) -> FacilityName:
    """The facility of a code or alias; one with positions but no catalogue entry goes by its code."""
    columns = (FacilityRow.facility, FacilityRow.name, FacilityRow.kind, FacilityRow.state, FacilityRow.supplier)
    aliased = select(FacilityAliasRow.facility).where(FacilityAliasRow.alias == code)
    known = select(*columns).where(or_(FacilityRow.facility == code, FacilityRow.facility.in_(aliased)))
    if rows := connection.execute(known).all():
        # Its own code comes before another facility's alias, and of those the first, as for a worker.
        return FacilityName(*min(rows, key=lambda row: (row.facility != code, row.facility)))
    if connection.execute(select(PositionRow.facility).where(PositionRow.facility == code).limit(1)).first():
        return FacilityName(code, code, None, "", None)
    raise NotFound(f"No facility is called {code}")


def find_items(connection: Connection, code: str) -> list[ItemName]:
    """The items of a code, or of the start of one; raises `NotFound` when there is none."""
    columns = (
        ItemRow.item,
        ItemRow.name,
        ItemRow.presentation,
        ItemRow.oncology,
        ItemRow.ven,
        ItemRow.lead_time_days,
    )
    known = select(*columns).where(of_item(ItemRow.item, code)).order_by(ItemRow.item)
    found = [ItemName(*row) for row in connection.execute(known)]
    if not found:
        unnamed = select(PositionRow.item).where(of_item(PositionRow.item, code)).distinct()
        found = [ItemName(item, item, "", False, None, None) for item in connection.execute(unnamed).scalars()]
    if not found:
        raise NotFound(f"No item is called {code}")
    return found


def find_state(connection: Connection, text: str) -> str:
    """The state (entidad) as the catalogue writes it, from however a person did; raises `NotFound`."""
    states = sorted(set(connection.execute(select(FacilityRow.state)).scalars()) - {""})
    for state in states:
        if folded(state) == folded(text):
            return state
    raise NotFound(f"No facility is in {text}. States in the catalogue: {', '.join(states) or 'none'}")
