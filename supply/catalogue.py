"""The catalogue as a shard looks things up in it: items, facilities by code or alias, official CPM,
planned demand."""

from collections.abc import Callable, Iterable

from schemas.catalogue import CatalogueEntry, DemandProfile, Facility, Item, OfficialCpm, entry_key
from supply.catalogue_entries import check_entry
from supply.demand import Plan, plan_of
from supply.replenishment import DUST_PIECES

RegisteredFrom = tuple[int, float | None]
"""The first day (proleptic ordinal) from which a registered CPM holds, in pieces a month; `None`: none does."""


class Catalogue:
    """What is known of items and facilities, changed in place while events flow.

    `revision` rises with every change, so that what was derived from an entry can be derived again. A code that one
    facility has for its own and another as an alias means the first.
    """

    def __init__(self, entries: Iterable[CatalogueEntry] = ()) -> None:
        self.revision = 0
        self._entries: dict[str, CatalogueEntry] = {}
        self._items: dict[str, Item] = {}
        self._facilities: dict[str, Facility] = {}
        self._aliases: dict[str, dict[str, Facility]] = {}
        self._changed_at: dict[str, int] = {}
        self._official: dict[tuple[str, str], dict[str, OfficialCpm]] = {}
        self._plans: dict[tuple[str, str], Plan] = {}
        for entry in entries:
            self.put(entry)

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, entry: CatalogueEntry) -> None:
        """Add an entry or replace the one of the same key; the same entry once more changes nothing.

        Raises:
            ValueError: it is not what an entry must be (`supply.catalogue_entries`); the older entry stays.
        """
        key = entry_key(entry)
        if self._entries.get(key) == entry:
            return
        check_entry(entry)
        plan = plan_of(entry) if isinstance(entry, DemandProfile) else None
        self.remove(key)
        self._note_change(key)
        self._entries[key] = entry
        match entry:
            case Item(item=item):
                self._items[item] = entry
            case Facility(facility=facility, aliases=aliases):
                self._facilities[facility] = entry
                for alias in aliases:
                    self._aliases.setdefault(alias, {})[facility] = entry
            case OfficialCpm(facility=facility, item=item):
                self._official.setdefault((facility, item), {})[key] = entry
            case DemandProfile(facility=facility, item=item):
                if plan is not None:
                    self._plans[facility, item] = plan

    def remove(self, key: str) -> None:
        """Remove the entry of a key; nothing happens when there is none."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self._note_change(key)
        match entry:
            case Item(item=item):
                del self._items[item]
            case Facility(facility=facility, aliases=aliases):
                del self._facilities[facility]
                for alias in aliases:
                    self._aliases[alias].pop(facility, None)
            case OfficialCpm(facility=facility, item=item):
                del self._official[facility, item][key]
            case DemandProfile(facility=facility, item=item):
                del self._plans[facility, item]

    def _note_change(self, key: str) -> None:
        self.revision += 1
        self._changed_at[key] = self.revision

    def changed_since(self, revision: int) -> Callable[[str], bool]:
        """Tells of a position's key whether an entry that concerns it changed after a revision."""
        changed = [key.split("|") for key, at in self._changed_at.items() if at > revision]
        items = {code for kind, code, *_ in changed if kind == "item"}
        facilities = {code for kind, code, *_ in changed if kind == "facility"}
        both = {f"{codes[0]}|{codes[1]}" for kind, *codes in changed if kind in ("official_cpm", "demand_profile")}

        def concerns(position: str) -> bool:
            facility, _, item = position.partition("|")
            return item in items or facility in facilities or position in both

        return concerns

    def item(self, code: str) -> Item | None:
        """The item of a normalised code."""
        return self._items.get(code)

    def facility(self, code: str) -> Facility | None:
        """The facility of a normalised code or alias; of several with the same alias, the first by code: the order in
        which a reader meets them depends on what compaction has left."""
        facility = self._facilities.get(code)
        if facility is None and (others := self._aliases.get(code)):
            facility = others[min(others)]
        return facility

    def items(self) -> Iterable[Item]:
        """All items."""
        return self._items.values()

    def registered_cpm(self, facility: str, item: str) -> tuple[RegisteredFrom, ...]:
        """The CPM registered for a facility and item, by the days from which another one holds; day 0 for one without
        a first day."""
        entries = self._official.get((facility, item))
        return _by_day(list(entries.values())) if entries else ()

    def plan(self, facility: str, item: str) -> Plan | None:
        """What is planned to be used of an item in a facility."""
        return self._plans.get((facility, item))


def valid_on(registered: tuple[RegisteredFrom, ...], day: int) -> float | None:
    """Of CPM by the days from which they hold, the one that holds on a day; `None` where none does."""
    valid = None
    for from_day, cpm in registered:
        if from_day > day:
            break
        valid = cpm
    return valid


def _by_day(entries: list[OfficialCpm]) -> tuple[RegisteredFrom, ...]:
    """What holds from each day on which an entry begins, or the last one before has ended."""
    spans = sorted(
        (
            entry.valid_from.toordinal() if entry.valid_from else 0,
            entry.valid_until.toordinal() + 1 if entry.valid_until else None,
            # What a sheet's subtraction leaves of nothing is nothing: no stock can be divided by it.
            entry.cpm if entry.cpm > DUST_PIECES else 0.0,
        )
        for entry in entries
    )
    turns = {begins for begins, _, _ in spans} | {ends for _, ends, _ in spans if ends is not None}
    held = []
    for day in sorted(turns):
        valid = [cpm for begins, ends, cpm in spans if begins <= day and (ends is None or ends > day)]
        held.append((day, valid[-1] if valid else None))
    return tuple(held)
