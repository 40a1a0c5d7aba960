"""What must hold between the rows of a catalogue: one row for each code, and no reference into nothing."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from schemas.catalogue import PLANNED_LIMIT, CatalogueEntry, DemandProfile, Facility, Item, OfficialCpm, entry_key
from schemas.codes import shown
from supply.catalogue_entries import check_entry
from supply.demand import plan_of

Placed = tuple[str, CatalogueEntry]
"""An entry and where it stands: file and row."""

_FAULTS_SHOWN = 20
_COUNTRY = re.compile("[A-Z]{2,3}")


def cross_check(placed: Sequence[Placed], whole: bool, kept: Sequence[Placed] = ()) -> tuple[list[Placed], list[str]]:
    """The entries, with aliases of facilities resolved, and a sentence for each fault between them.

    `whole` says that items and facilities are both at hand, so that a reference to neither is a fault. Entries that are
    `kept` beside them give codes a meaning too; what is wrong among those alone is no fault of these.
    """
    codes = _Codes([*kept, *placed])
    ours = {entry.facility for _, entry in placed if isinstance(entry, Facility)}
    faults = [str(clash) for clash in codes.clashes if clash.owner in ours or clash.facility in ours]
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


def check_over(
    known: Mapping[str, CatalogueEntry], entries: Iterable[CatalogueEntry]
) -> tuple[list[CatalogueEntry], list[str]]:
    """The entries as they would stand over what the service knows, by key, and a sentence for each fault.

    Somebody who loads a part says nothing of the rest: without a look at it an alias would go over to another facility,
    and with it all events that come under it.
    """
    wanted = list(entries)
    keys = {entry_key(entry) for entry in wanted}
    kept = [(f"{_subject(entry)} as the service knows it", entry) for key, entry in known.items() if key not in keys]
    placed = [(_subject(entry), entry) for entry in wanted]
    kinds = {type(entry) for _, entry in (*kept, *placed)}
    checked, faults = cross_check(placed, {Item, Facility} <= kinds, kept)
    return [entry for _, entry in checked], faults


def fault_lines(faults: Sequence[str]) -> str:
    """The faults for a person, a line for each; of a wrong file the first ones say enough."""
    lines = list(faults[:_FAULTS_SHOWN])
    if len(faults) > _FAULTS_SHOWN:
        lines.append(f"and {len(faults) - _FAULTS_SHOWN} more")
    return "".join(f"\n  {line}" for line in lines)


def _subject(entry: CatalogueEntry) -> str:
    match entry:
        case Item():
            return f"item {entry.item}"
        case Facility():
            return f"facility {entry.facility}"
        case OfficialCpm():
            return f"the official CPM of {entry.item} in {entry.facility}"
        case DemandProfile():
            return f"the demand profile of {entry.item} in {entry.facility}"


class _Clash(NamedTuple):
    """An alias that means another facility."""

    place: str
    facility: str
    alias: str
    owner: str

    def __str__(self) -> str:
        return f"{self.place}, column aliases: {self.alias} already means facility {self.owner}"


class _Codes:
    """Which facility each code or alias means, and which items there are."""

    def __init__(self, placed: Sequence[Placed]) -> None:
        self.items = {entry.item for _, entry in placed if isinstance(entry, Item)}
        self.facility_of = {entry.facility: entry.facility for _, entry in placed if isinstance(entry, Facility)}
        self.clashes: list[_Clash] = []
        for place, entry in placed:
            if not isinstance(entry, Facility):
                continue
            for alias in entry.aliases:
                owner = self.facility_of.setdefault(alias, entry.facility)
                if owner != entry.facility:
                    self.clashes.append(_Clash(place, entry.facility, alias, owner))

    def canonical(self, entry: CatalogueEntry) -> CatalogueEntry:
        """The entry with every facility it refers to under its own code."""
        match entry:
            case OfficialCpm() | DemandProfile():
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
            return [*_unknown_codes(entry, codes, whole), *_validity_faults(entry)]
        case DemandProfile():
            return [*_unknown_codes(entry, codes, whole), *_plan_faults(entry)]


def _validity_faults(entry: OfficialCpm) -> list[str]:
    begins, ends = entry.valid_from, entry.valid_until
    if begins is not None and ends is not None and ends < begins:
        return [f"column valid_until: {ends} lies before valid_from, {begins}"]
    return []


def _unknown_codes(entry: OfficialCpm | DemandProfile, codes: _Codes, whole: bool) -> list[str]:
    faults = []
    if whole and entry.facility not in codes.facility_of:
        faults.append(f"column facility: {entry.facility} is not among the facilities")
    if whole and entry.item not in codes.items:
        faults.append(f"column item: {entry.item} is not among the items")
    return faults


def _plan_faults(profile: DemandProfile) -> list[str]:
    where = f"column on: {profile.item} in {profile.facility}"
    if len(profile.planned) > PLANNED_LIMIT:
        return [
            f"{where}: {len(profile.planned):,} planned uses; at most {PLANNED_LIMIT:,} are kept, leave old ones out"
        ]
    try:
        plan_of(profile)
    except ValueError as fault:
        return [f"{where}: {fault}"]
    return []


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
    if not _COUNTRY.fullmatch(facility.country):
        faults.append(f"column country: {shown(facility.country)} is no code of ISO 3166 such as MX")
    try:
        check_entry(facility)
    except ValueError as fault:
        faults.append(f"column {fault}")
    return faults
