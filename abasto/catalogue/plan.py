"""What loading a catalogue changes, decided before anything is sent."""

from collections.abc import Iterable, Mapping

import msgspec

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


def plan(known: Mapping[str, CatalogueEntry | None], entries: Iterable[CatalogueEntry], replace: bool) -> Plan:
    """The way from what the service knows, by key, to the entries. Only `replace` removes anything.

    `None` stands for an entry that cannot be read: it is put anew, or removed.
    """
    wanted = {entry_key(entry): entry for entry in entries}
    refused = [
        f"item {entry.item}: decimals {before.decimals} -> {entry.decimals}"
        for key, entry in wanted.items()
        if isinstance(entry, Item) and isinstance(before := known.get(key), Item) and before.decimals != entry.decimals
    ]
    return Plan(
        new={key: entry for key, entry in wanted.items() if key not in known},
        changed={key: entry for key, entry in wanted.items() if key in known and known[key] != entry},
        removed=tuple(sorted(known.keys() - wanted.keys())) if replace else (),
        unchanged=sum(1 for key, entry in wanted.items() if key in known and known[key] == entry),
        refused=tuple(refused),
    )
