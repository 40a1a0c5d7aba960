"""Where and what a position is: its key looked up in the catalogue."""

from schemas.catalogue import Facility, Item
from supply.assessment import Place, place_of
from supply.catalogue import Catalogue
from supply.rules import Rules


def place_of_key(key: str, catalogue: Catalogue, rules: Rules) -> Place:
    """The place of a key; an entry that has left the catalogue is stood in for by its bare code, unwatched."""
    facility_code, _, item_code = key.partition("|")
    facility = catalogue.facility(facility_code)
    item = catalogue.item(item_code)
    place = place_of(
        facility or Facility(facility=facility_code, name=facility_code, kind="hospital"),
        item or Item(item=item_code, name=item_code),
        rules,
        None if facility is None else catalogue.plan(facility.facility, item_code),
    )
    return place._replace(
        watched=place.watched and facility is not None and item is not None,
        official=catalogue.registered_cpm(facility_code, item_code),
    )
