"""A book in service that is told history beside the present, a checkpoint each second."""

import datetime as dt

from schemas.events import Event
from schemas.positions import MonthTotals
from supply.clock import Reach
from tests.events import counted, dispensed, ms, received
from tests.unit.supply.shelf import RULES, Shelf

NOW = ms("2026-03-01 12:00")
OTHER = "010.000.5433.01"
SECOND_MS = 1_000


def history(days: int, until: str = "2026-02-28") -> list[Event]:
    """Two pieces dispensed each day, and now and then a count and a delivery, in the order of their time."""
    last = dt.datetime.fromisoformat(until)
    told: list[Event] = []
    for ago in range(days, -1, -1):
        day = f"{last - dt.timedelta(ago):%Y-%m-%d}"
        told.append(dispensed(2, f"{day} 09:00"))
        if ago % 20 == 7:
            told.append(received(40, f"{day} 10:00"))
        if ago % 30 == 11:
            told.append(counted(500 + ago, f"{day} 12:00"))
    return told


class Live:
    """A book in service, a checkpoint each second."""

    def __init__(self, *known: Event, now: int = NOW) -> None:
        self.shelf = Shelf(*known)
        self.now = now
        self.months: dict[str, MonthTotals] = {}
        """What was said of each month, the last word on each."""
        self.checkpoint()

    def checkpoint(self, after_ms: int = SECOND_MS) -> None:
        self.now += after_ms
        self.shelf.book.advance(Reach(self.now, self.now - RULES.lateness_ms, True, True, self.now))
        self.shelf.keep(self.shelf.book.publish(self.now))

    def behind(self, after_ms: int = SECOND_MS) -> None:
        """A look with more to read: as far as all topics are, whose newest events are of now."""
        self.now += after_ms
        settle_ms = self.now - RULES.lateness_ms
        self.shelf.book.advance(Reach(settle_ms, settle_ms, wall_ms=self.now))
        self.shelf.keep(self.shelf.book.publish(None))

    def tell(self, *events: Event) -> None:
        self.shelf.tell(*events)
        self.checkpoint()

    def tell_all(self, events: list[Event], at_once: int) -> "Live":
        """Tell events in order, so many to a checkpoint."""
        for first in range(0, len(events), at_once):
            self.tell(*events[first : first + at_once])
            shown = self.shelf.position
            self.months |= {month.month: month for month in (*shown.rolled_months, *shown.months)}
        return self
