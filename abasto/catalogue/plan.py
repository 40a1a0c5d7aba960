"""What loading a catalogue changes, decided before anything is sent."""

from collections.abc import Iterable

import msgspec

from abasto.catalogue.topic import Known
from schemas.catalogue import CatalogueEntry, Item, entry_key


class Plan(msgspec.Struct, frozen=True):
    """Entries to put, keys to remove, and how many stay as they are.

    `refused` says which items would change the unit their stock is kept in: every quantity in the ledgers would
    change its meaning.
    """

    new: dict[str, CatalogueEntry]
    changed: dict[str, CatalogueEntry]
    removed: tuple[str, ...]
    unchanged: int
    refused: tuple[str, ...]


def plan(known: Known, entries: Iterable[CatalogueEntry], replace: bool) -> Plan:
    """The way from what the service knows to the entries. Only `replace` removes anything.

    What is spoiled is put anew, or removed.
    """
    there = known.entries.keys() | known.spoiled
    wanted = {entry_key(entry): entry for entry in entries}
    before = known.entries
    refused = [
        f"item {entry.item}: decimals {old.decimals} -> {entry.decimals}"
        for key, entry in wanted.items()
        if isinstance(entry, Item) and isinstance(old := before.get(key), Item) and old.decimals != entry.decimals
    ]
    same = {key for key, entry in wanted.items() if key not in known.spoiled and before.get(key) == entry}
    return Plan(
        new={key: entry for key, entry in wanted.items() if key not in there},
        changed={key: wanted[key] for key in wanted if key in there and key not in same},
        removed=tuple(sorted(there - wanted.keys())) if replace else (),
        unchanged=len(same),
        refused=tuple(refused),
    )
