"""What must hold between the rows of a catalogue: one row for each code, and no reference into nothing."""

from collections.abc import Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from schemas.catalogue import CatalogueEntry, Facility, Item, OfficialCpm, entry_key

Placed = tuple[str, CatalogueEntry]
"""An entry and where it stands: file and row."""


def cross_check(placed: Sequence[Placed], whole: bool) -> tuple[list[Placed], list[str]]:
    """The entries, with aliases of facilities resolved, and a sentence for each fault between them.

    `whole` says that items and facilities are both at hand, so that a reference to neither is a fault.
    """
    codes = _Codes(placed)
    faults = list(codes.faults)
    checked: list[Placed] = []
    first_row: dict[str, str] = {}
    for place, written in placed:
        entry = codes.canonical(written)
        key = entry_key(entry)
        if key in first_row:
            faults.append(f"{place}: {_subject(entry)} stands already in {first_row[key]}")
            continue
        first_row[key] = place
        checked.append((place, entry))
        faults += [f"{place}, {fault}" for fault in _faults_of(entry, codes, whole)]
    return checked, faults


def _subject(entry: CatalogueEntry) -> str:
    match entry:
        case Item():
            return f"item {entry.item}"
        case Facility():
            return f"facility {entry.facility}"
        case OfficialCpm():
            return f"the official CPM of {entry.item} in {entry.facility}"


class _Codes:
    """Which facility each code or alias means, and which items there are."""

    def __init__(self, placed: Sequence[Placed]) -> None:
        self.items = {entry.item for _, entry in placed if isinstance(entry, Item)}
        self.facility_of = {entry.facility: entry.facility for _, entry in placed if isinstance(entry, Facility)}
        self.faults: list[str] = []
        for place, entry in placed:
            if not isinstance(entry, Facility):
                continue
            for alias in entry.aliases:
                owner = self.facility_of.setdefault(alias, entry.facility)
                if owner != entry.facility:
                    self.faults.append(f"{place}, column aliases: {alias} already means facility {owner}")

    def canonical(self, entry: CatalogueEntry) -> CatalogueEntry:
        """The entry with every facility it refers to under its own code."""
        match entry:
            case OfficialCpm():
                return msgspec.structs.replace(entry, facility=self.facility_of.get(entry.facility, entry.facility))
            case Facility(supplier=str(supplier)):
                return msgspec.structs.replace(entry, supplier=self.facility_of.get(supplier, supplier))
            case _:
                return entry


def _faults_of(entry: CatalogueEntry, codes: _Codes, whole: bool) -> list[str]:
    match entry:
        case Item():
            return _item_faults(entry)
        case Facility():
            return _facility_faults(entry, codes, whole)
        case OfficialCpm():
            faults = []
            if whole and entry.facility not in codes.facility_of:
                faults.append(f"column facility: {entry.facility} is not among the facilities")
            if whole and entry.item not in codes.items:
                faults.append(f"column item: {entry.item} is not among the items")
            return faults


def _item_faults(item: Item) -> list[str]:
    cut_offs = [
        (name, months)
        for name in ("critical_months", "min_months", "max_months")
        if (months := getattr(item, name)) is not None
    ]
    return [
        f"column {upper}: {above:g} lies below {lower} ({below:g})"
        for (lower, below), (upper, above) in pairwise(cut_offs)
        if above < below
    ]


def _facility_faults(facility: Facility, codes: _Codes, whole: bool) -> list[str]:
    faults = []
    if facility.supplier is not None:
        if whole and facility.supplier not in codes.facility_of:
            faults.append(f"column supplier: {facility.supplier} is not among the facilities")
        if facility.supplier == facility.facility:
            faults.append("column supplier: a facility cannot be its own supplier")
    if (facility.latitude is None) != (facility.longitude is None):
        faults.append("column latitude: latitude and longitude come together")
    try:
        ZoneInfo(facility.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        faults.append(f"column timezone: '{facility.timezone}' is no IANA time zone such as America/Mexico_City")
    return faults
