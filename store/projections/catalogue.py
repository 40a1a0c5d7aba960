"""The catalogue: the newest entry of each key; a tombstone takes it away.

It is no output of ours: administrators publish it. An entry that is left out leaves the older one in force, and every
worker leaves out the same ones (`supply.catalogue_entries`).
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, delete

from schemas.catalogue import CatalogueEntry, DemandProfile, Facility, Item, OfficialCpm
from store.bulk import upsert
from store.projections.records import Decoded, Fault, OutputRecord
from store.tables import Base, FacilityAliasRow, FacilityRow, ItemRow, OfficialCpmRow
from store.words import column_text, folded
from supply.catalogue_entries import entry_of

log = logging.getLogger(__name__)


class CatalogueChange(msgspec.Struct, frozen=True):
    """The entry that now stands under a key; `None` when it was removed."""

    key: str
    entry: CatalogueEntry | None


class LeftOut(msgspec.Struct, frozen=True):
    """A record that is no entry this program can read."""

    reason: str


class CatalogueProjection:
    """`abasto.catalogue.v1`, compacted."""

    def decode(self, record: OutputRecord) -> CatalogueChange | LeftOut:
        key = (record.key or b"").decode("utf-8", "replace")
        if record.value is None:
            unknown = _place(key) is None or "\0" in key
            return LeftOut(f"no entry is called {key!r}") if unknown else CatalogueChange(key, None)
        try:
            return CatalogueChange(key, entry_of(record.key, record.value))
        except ValueError as wrong:
            return LeftOut(str(wrong))

    def write(
        self,
        connection: Connection,
        records: Sequence[Decoded[CatalogueChange | LeftOut]],
        thinned: Callable[[OutputRecord], bool],  # noqa: ARG002 - entries carry no version
    ) -> Counter[Fault]:
        faults: Counter[Fault] = Counter()
        newest: dict[str, CatalogueEntry | None] = {}
        for record, message in records:
            if isinstance(message, CatalogueChange):
                newest[message.key] = message.entry
                continue
            faults["unreadable_entry"] += 1
            log.error(
                "%s:%d:%d: this entry is left out: %s. If a newer Abasto wrote it, update this one and rebuild",
                record.topic,
                record.partition,
                record.offset,
                message.reason,
            )
        items: list[dict[str, Any]] = []
        facilities: list[dict[str, Any]] = []
        aliases: list[dict[str, Any]] = []
        official: list[dict[str, Any]] = []
        for key, entry in newest.items():
            match entry:
                case Item():
                    items.append(_item_row(entry))
                case Facility():
                    facilities.append(_facility_row(entry))
                    connection.execute(delete(FacilityAliasRow).where(FacilityAliasRow.facility == entry.facility))
                    aliases.extend({"alias": each, "facility": entry.facility} for each in set(entry.aliases))
                case OfficialCpm():
                    official.append({"entry": key} | msgspec.structs.asdict(entry))
                case DemandProfile():
                    pass  # a position shows what it counts on of it; no page asks for the rest
                case None:
                    _remove(connection, key)
        upsert(connection, ItemRow, items)
        upsert(connection, FacilityRow, facilities)
        upsert(connection, FacilityAliasRow, aliases)
        upsert(connection, OfficialCpmRow, official)
        return faults


def _place(key: str) -> list[tuple[type[Base], ColumnElement[bool]]] | None:
    """The rows that an entry's key denotes."""
    match key.split("|"):
        case ["item", item]:
            return [(ItemRow, ItemRow.item == item)]
        case ["facility", facility]:
            return [
                (FacilityRow, FacilityRow.facility == facility),
                (FacilityAliasRow, FacilityAliasRow.facility == facility),
            ]
        case ["official_cpm", _, _, _]:
            return [(OfficialCpmRow, OfficialCpmRow.entry == key)]
        case ["demand_profile", _, _]:
            return []
    return None


def _remove(connection: Connection, key: str) -> None:
    for table, rows in _place(key) or ():
        connection.execute(delete(table).where(rows))


def _item_row(item: Item) -> dict[str, Any]:
    row = msgspec.structs.asdict(item)
    row["name"] = column_text(item.name)
    row["presentation"] = column_text(item.presentation)
    row["search"] = column_text(folded(item.item, item.name, item.presentation))
    return row


def _facility_row(facility: Facility) -> dict[str, Any]:
    row = msgspec.structs.asdict(facility)
    del row["aliases"]
    del row["country"]  # by which rules are chosen; no page asks for it
    row["name"] = column_text(facility.name)
    row["state"] = column_text(facility.state)
    row["search"] = column_text(folded(facility.facility, *facility.aliases, facility.name, facility.state))
    return row
