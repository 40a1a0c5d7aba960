"""The topics of Abasto and which event types each input topic takes."""

from typing import Final

from schemas import events

INVENTORY = "abasto.inventory.v1"
ARRIVALS = "abasto.arrivals.v1"
CONSUMPTION = "abasto.consumption.v1"
POSITIONS = "abasto.positions.v1"
ALERTS = "abasto.alerts.v1"
DEAD_LETTERS = "abasto.dead-letter.v1"
CATALOGUE = "abasto.catalogue.v1"
CHANGELOG = "abasto.changelog.v1"

REKEYED = "abasto.rekeyed.v1"
"""What concerns a facility or an item everywhere: from the shards of the positions to the shards that judge it."""
WIDE_CHANGELOG = "abasto.wide-changelog.v1"

INPUTS = (INVENTORY, ARRIVALS, CONSUMPTION)

TOPIC_OF: Final[dict[type[events.Event], str]] = {
    events.StockCounted: INVENTORY,
    events.StockAdjusted: INVENTORY,
    events.ArrivalScheduled: ARRIVALS,
    events.ArrivalReceived: ARRIVALS,
    events.ArrivalCancelled: ARRIVALS,
    events.StockDispensed: CONSUMPTION,
    events.StockIssued: CONSUMPTION,
    events.StockReturned: CONSUMPTION,
    events.DemandUnmet: CONSUMPTION,
    events.ConsumptionReported: CONSUMPTION,
}


def position_key(facility: str, item: str) -> str:
    """The Kafka key of a position: all its events, its position and its alerts share a partition by it."""
    return f"{facility}|{item}"


def facility_key(facility: str) -> str:
    """The key of what concerns a whole facility."""
    return f"facility|{facility}"


def item_key(item: str) -> str:
    """The key of what concerns an item everywhere."""
    return f"item|{item}"
