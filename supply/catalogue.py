"""The catalogue as a shard looks things up in it: items, facilities by code or alias, official CPM."""

import datetime as dt
from collections.abc import Iterable

from schemas.catalogue import CatalogueEntry, Facility, Item, OfficialCpm, entry_key


class Catalogue:
    """What is known of items and facilities, changed in place while events flow.

    `revision` rises with every change, so that what was derived from an entry can be derived again.
    """

    def __init__(self, entries: Iterable[CatalogueEntry] = ()) -> None:
        self.revision = 0
        self._entries: dict[str, CatalogueEntry] = {}
        self._items: dict[str, Item] = {}
        self._facilities: dict[str, Facility] = {}
        self._official: dict[tuple[str, str], dict[str, OfficialCpm]] = {}
        for entry in entries:
            self.put(entry)

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, entry: CatalogueEntry) -> None:
        """Add an entry or replace the one of the same key."""
        self.remove(entry_key(entry))
        self.revision += 1
        self._entries[entry_key(entry)] = entry
        match entry:
            case Item(item=item):
                self._items[item] = entry
            case Facility(facility=facility, aliases=aliases):
                for code in (facility, *aliases):
                    self._facilities[code] = entry
            case OfficialCpm(facility=facility, item=item):
                self._official.setdefault((facility, item), {})[entry_key(entry)] = entry

    def remove(self, key: str) -> None:
        """Remove the entry of a key; nothing happens when there is none."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self.revision += 1
        match entry:
            case Item(item=item):
                del self._items[item]
            case Facility(facility=facility, aliases=aliases):
                for code in (facility, *aliases):
                    if self._facilities.get(code) is entry:
                        del self._facilities[code]
            case OfficialCpm(facility=facility, item=item):
                del self._official[facility, item][key]

    def item(self, code: str) -> Item | None:
        """The item of a normalised code."""
        return self._items.get(code)

    def facility(self, code: str) -> Facility | None:
        """The facility of a normalised code or alias."""
        return self._facilities.get(code)

    def items(self) -> Iterable[Item]:
        """All items."""
        return self._items.values()

    def official_cpm(self, facility: str, item: str, on: dt.date) -> float | None:
        """The CPM registered for a facility and item and valid on a day, in pieces a month."""
        registered = [
            entry
            for entry in self._official.get((facility, item), {}).values()
            if entry.valid_from is None or entry.valid_from <= on
        ]
        if not registered:
            return None
        return max(registered, key=lambda entry: entry.valid_from or dt.date.min).cpm
