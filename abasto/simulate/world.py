"""What all parts of a simulation share: the days, the network, the journal, and what is planned for each day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from abasto.simulate.days import CLOCK, Days
from abasto.simulate.draws import Draws
from abasto.simulate.journal import Journal, Sent
from abasto.simulate.network import Network, Position, Site
from abasto.simulate.shelf import Lot

HOUR = 3600
CHECK_SECONDS = (6 * HOUR, 6 * HOUR + 1799)
"""Expired lots leave the shelf before anybody counts."""
COUNT_SECONDS = (6 * HOUR + 1800, 7 * HOUR - 1)
FIND_SECONDS = (7 * HOUR, 8 * HOUR - 1)
ARRIVE_SECONDS = (8 * HOUR, 9 * HOUR + 1799)
USE_SECONDS = (9 * HOUR + 1800, 14 * HOUR - 1)
RETURN_SECONDS = (14 * HOUR, 15 * HOUR - 1)
OFFICE_SECONDS = (15 * HOUR, 16 * HOUR - 1)
"""The day of every facility, in this order: so what happens on a day can be told one after the other."""


@dataclass
class Plan:
    """Pieces of an order that are to move on a day.

    `who` names the supplier or the origin. `attempt` counts the warehouse's tries, `sent_before` what the earlier ones
    sent. `comes` is the new day of a delivery that is put off.
    """

    position: Position
    pieces: int
    order: str
    who: str
    lots: list[Lot] = field(default_factory=list)
    attempt: int = 0
    sent_before: int = 0
    comes: int = 0


@dataclass
class World:
    """One simulation under way; `day` is today."""

    days: Days
    network: Network
    journal: Journal
    draws: Draws
    day: int = 0
    arrivals: dict[int, list[Plan]] = field(default_factory=lambda: defaultdict(list))
    fulfilments: dict[int, list[Plan]] = field(default_factory=lambda: defaultdict(list))
    reschedules: dict[int, list[Plan]] = field(default_factory=lambda: defaultdict(list))
    expiries: dict[int, list[Position]] = field(default_factory=lambda: defaultdict(list))
    releases: dict[int, list[Position]] = field(default_factory=lambda: defaultdict(list))
    lots: int = 0

    def second(self, site: Site, span: tuple[int, int]) -> int:
        """A moment of a part of the day."""
        low, high = span
        return low + int(site.draws.random() * (high - low))

    def put(self, position: Position, lots: Iterable[Lot], second: int) -> None:
        """Pieces come onto the shelf; what expires within the simulation is noted."""
        lots = list(lots)
        for last_day, _, _ in lots:
            if last_day + 1 < self.days.count:
                self.expiries[last_day + 1].append(position)
        position.shelf.put(lots, self.day, second)

    def move(self, position: Position, second: int, kind: str, delta: int, rest: str, covered: bool = False) -> Sent:
        """A movement that already happened on the shelf is told, and so enters the book."""
        sent = self.journal.emit(position, self.day, second, kind, rest, covered=covered)
        if sent == 1:
            position.shelf.moved(delta)
        return sent

    def tell(self, position: Position, second: int, kind: str, rest: str) -> None:
        """Something that moves no stock is told."""
        self.journal.emit(position, self.day, second, kind, rest)

    def moment(self, site: Site, day: int, second: int) -> str:
        """A local time as events write it."""
        return f"{self.days.texts[day]}T{CLOCK[second]}{site.zone.suffixes[day]}"

    def lots_json(self, lots: Iterable[Lot], quarantined: Iterable[Lot] = ()) -> str:
        """The `lots` field of an event, after a comma."""
        written = [
            f'{{"lot":"{lot}","expires_on":"{self.days.text(last_day)}","quantity":{pieces}{state}}}'
            for state, group in (("", lots), (',"state":"quarantined"', quarantined))
            for last_day, lot, pieces in group
        ]
        return f',"lots":[{",".join(written)}]' if written else ""

    def new_lot(self, pieces: int, draws: Draws, shelf_life: tuple[int, int]) -> Lot:
        """A lot that a supplier just made."""
        self.lots += 1
        return self.day + draws.whole(*shelf_life), f"L{self.lots:06d}", pieces
