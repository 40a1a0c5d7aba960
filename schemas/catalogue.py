"""The catalogue as it travels on its compacted topic: items, facilities, official CPM and planned demand."""

import datetime as dt
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from schemas.events import QUANTITY_LIMIT, Code

FacilityKind = Literal["hospital", "warehouse", "mixing_centre"]
VenClass = Literal["V", "E", "N"]

PLANNED_LIMIT = 2_000
"""Entries of one demand profile: five years of days, far below the largest record of Kafka."""

Pieces = Annotated[float, Meta(ge=0, le=QUANTITY_LIMIT)]
Months = Annotated[float, Meta(ge=0, le=60)]
Days = Annotated[int, Meta(ge=0, le=730)]


class Item(msgspec.Struct, frozen=True, kw_only=True, tag="item", tag_field="entry", omit_defaults=True):
    """A medicine in one presentation.

    `decimals`: places after the point its quantities may carry (0: whole pieces). `critical_months`,
    `min_months`, `max_months`: the cut-offs of the status, in months of CPM. `lead_time_days`: from order to
    shelf. `None` leaves the choice to the policy.
    """

    item: Code
    name: str
    presentation: str = ""
    oncology: bool = False
    ven: VenClass | None = None
    pack_size: Annotated[int, Meta(gt=0, le=QUANTITY_LIMIT)] = 1
    decimals: Annotated[int, Meta(ge=0, le=3)] = 0
    critical_months: Months | None = None
    min_months: Months | None = None
    max_months: Months | None = None
    lead_time_days: Days | None = None


class Facility(msgspec.Struct, frozen=True, kw_only=True, tag="facility", tag_field="entry", omit_defaults=True):
    """A hospital, warehouse or mixing centre. `supplier` is the facility that supplies it; `aliases` are other
    codes of the same place; `timezone` an IANA name that fixes where its days and months begin; `country` an ISO 3166
    code, by which rules may be chosen."""

    facility: Code
    name: str
    kind: FacilityKind
    state: str = ""
    supplier: Code | None = None
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None
    aliases: tuple[Code, ...] = ()
    timezone: str = "America/Mexico_City"
    country: str = "MX"


class OfficialCpm(msgspec.Struct, frozen=True, kw_only=True, tag="official_cpm", tag_field="entry", omit_defaults=True):
    """The CPM registered for a facility and item, in pieces a month, valid from one date to another, both included.
    Without `valid_until` it is valid until another one begins; of several for a day the one that began last holds."""

    facility: Code
    item: Code
    cpm: Pieces
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None


PlannedTreatments = Annotated[int, Meta(ge=0, le=1_000_000)]


class PlannedUse(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Pieces to be used on a day, or evenly from `on` to `until`, both included; `treatments`: for how many treatments
    of patients, where that is known."""

    on: dt.date
    pieces: Pieces
    until: dt.date | None = None
    treatments: PlannedTreatments | None = None


class DemandProfile(
    msgspec.Struct, frozen=True, kw_only=True, tag="demand_profile", tag_field="entry", omit_defaults=True
):
    """What a facility plans to use of an item: treatments by date, or a season. From its first day to its last it
    stands in for the CPM in the projection, and a day without an entry uses nothing; entries share no day."""

    facility: Code
    item: Code
    planned: Annotated[tuple[PlannedUse, ...], Meta(min_length=1, max_length=PLANNED_LIMIT)]


CatalogueEntry = Item | Facility | OfficialCpm | DemandProfile


def entry_key(entry: CatalogueEntry) -> str:
    """The Kafka key of an entry on the catalogue topic; a tombstone under it removes the entry."""
    match entry:
        case Item(item=item):
            return f"item|{item}"
        case Facility(facility=facility):
            return f"facility|{facility}"
        case OfficialCpm(facility=facility, item=item, valid_from=valid_from):
            return f"official_cpm|{facility}|{item}|{valid_from or ''}"
        case DemandProfile(facility=facility, item=item):
            return f"demand_profile|{facility}|{item}"
