"""The catalogue of the read model as the engine's rules look things up in it."""

from contextlib import suppress

import msgspec
from sqlalchemy import Connection, select

from schemas.catalogue import Facility, Item
from store.tables import FacilityAliasRow, FacilityRow, ItemRow
from supply.catalogue import Catalogue


def known_catalogue(connection: Connection) -> Catalogue:
    """Items and facilities as far as the door of a shard asks for them: codes, aliases, decimals and time zones.

    An entry that the engine does not take for its spelling or time zone is not known here either.
    """
    catalogue = Catalogue()
    aliases: dict[str, list[str]] = {}
    for alias, facility in connection.execute(select(FacilityAliasRow.alias, FacilityAliasRow.facility)):
        aliases.setdefault(facility, []).append(alias)
    of_facility = (FacilityRow.facility, FacilityRow.name, FacilityRow.kind, FacilityRow.timezone)
    entries: list[Item | Facility] = [
        msgspec.convert({**row, "entry": "facility", "aliases": aliases.get(row["facility"], [])}, Facility)
        for row in connection.execute(select(*of_facility)).mappings()
    ]
    of_item = (ItemRow.item, ItemRow.name, ItemRow.decimals)
    entries.extend(
        msgspec.convert({**row, "entry": "item"}, Item) for row in connection.execute(select(*of_item)).mappings()
    )
    for entry in entries:
        with suppress(ValueError):
            catalogue.put(entry)
    return catalogue
