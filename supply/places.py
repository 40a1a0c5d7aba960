"""Where and what a position is: its key looked up in the catalogue, with the rules that apply there."""

from schemas.catalogue import Facility, Item
from supply.assessment import Place
from supply.calendar import calendar_of
from supply.catalogue import Catalogue
from supply.demand import Plan
from supply.rules import Rules, StockLevels


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


def place_of(facility: Facility, item: Item, rules: Rules, plan: Plan | None = None) -> Place:
    """The cut-offs of an item in a kind of facility, the item's own where the catalogue gives them, and the CPM policy
    chosen for them."""
    kind = rules.levels[facility.kind]
    critical, minimum, maximum = _cut_offs(item, kind)
    levels = StockLevels(
        critical_months=critical,
        min_months=minimum,
        max_months=maximum,
        lead_time_days=kind.lead_time_days if item.lead_time_days is None else item.lead_time_days,
        # What should be there is neither low nor a surplus.
        target_months=max(minimum, min(kind.target_months, maximum)),
        observed_lead_time=kind.observed_lead_time,
    )
    chosen = rules.policies.policy_of(facility, item)
    return Place(
        facility, item, calendar_of(facility.timezone), levels, item.oncology or rules.watch == "all", chosen, plan
    )


def _cut_offs(item: Item, kind: StockLevels) -> tuple[float, float, float]:
    """Critical, minimum and maximum months, in this order also by size: else one stock would be low and a surplus.

    The item's own stand, and those of the kind move to them. An item that contradicts itself, which `abasto catalogue
    load` refuses, keeps its minimum: to run out is worse than to have too much.
    """
    minimum = item.min_months
    if minimum is None:
        minimum = kind.min_months
        if item.max_months is not None:
            minimum = min(minimum, item.max_months)
        if item.critical_months is not None:
            minimum = max(minimum, item.critical_months)
    critical = kind.critical_months if item.critical_months is None else item.critical_months
    maximum = kind.max_months if item.max_months is None else item.max_months
    return min(critical, minimum), minimum, max(maximum, minimum)
