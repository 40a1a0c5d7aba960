"""Deliver events as a shard meets them: chunks, checkpoints, and a crash now and then."""

from collections.abc import Iterable
from typing import Any

from schemas.alerts import Alert
from schemas.catalogue import CatalogueEntry, OfficialCpm
from supply.clock import Reach
from supply.holdings import AWAKE_LIMIT
from supply.position import Outcome
from supply.rules import Rules
from tests.events import HOSPITAL, ITEM, day, ms
from tests.unit.supply.histories import Delivery
from tests.unit.supply.shelf import Shelf

END = ms("2026-07-20")


def transitions(alerts: list[Alert]) -> list[tuple[Any, ...]]:
    """What must be the same of alerts, sorted."""
    return sorted((a.at, a.condition, a.sequence, a.alert, a.state, a.severity, a.since) for a in alerts)


REGISTERED = (
    OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=10, valid_from=day("2026-02-20")),
    OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=45, valid_from=day("2026-05-12")),
)
"""A CPM registered in the middle of a month, and another one."""


def deliver(
    delivery: Delivery, rules: Rules, *, awake_limit: int = AWAKE_LIMIT, entries: Iterable[CatalogueEntry] = ()
) -> Shelf:
    """Tell a shelf the events of a delivery, then evaluate to the end and publish.

    A crash loses what was not published: a new book is loaded from the changelog and told again what came since.
    """
    entries = (*REGISTERED, *entries)
    shelf = Shelf(rules=rules, awake_limit=awake_limit, entries=entries)
    saved_at, saved_clock = 0, shelf.clock.snapshot()
    crashes = set(delivery.crashes)
    number = 0
    while number < len(delivery.events):
        (outcome,) = shelf.tell(delivery.events[number])
        assert outcome in (Outcome.COUNTED, Outcome.DUPLICATE)
        if number in delivery.advances:
            shelf.advance()
        if number in delivery.publications:
            shelf.publish()
            saved_at, saved_clock = number + 1, shelf.clock.snapshot()
        number += 1
        if number - 1 in crashes:
            crashes.remove(number - 1)
            survivor = Shelf(rules=rules, changelog=shelf.changelog, awake_limit=awake_limit, entries=entries)
            survivor.raw, survivor.positions, survivor.alerts = shelf.raw, shelf.positions, shelf.alerts
            survivor.clock.restore(saved_clock)
            shelf, number = survivor, saved_at
    shelf.book.advance(Reach(END, END))
    return shelf.publish()


def without_version(shelf: Shelf) -> dict[str, dict[str, Any]]:
    """The positions as last published, but for how often they were."""
    return {key: {**message, "version": None} for key, message in shelf.raw.items()}
