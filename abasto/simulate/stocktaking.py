"""Counts, and why book and count differ: losses nobody saw, mistakes, expired lots, quarantine."""

from abasto.simulate.network import Position, Site
from abasto.simulate.world import CHECK_SECONDS, COUNT_SECONDS, FIND_SECONDS, World

MISCOUNTED = 0.012
"""Counts that are wrong by a few pieces."""

TROUBLES_A_DAY = 1 / 800
"""Losses, finds and quarantines for each position and day."""
UNSEEN = 0.5
"""Losses that only a count brings to light."""
QUARANTINED_DAYS = (5, 20)
WEEK_DAYS = 7


class Stocktaking:
    """Everything about the shelf that is neither use nor supply."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._positions = world.network.positions

    def begin(self) -> None:
        """Every shelf is counted once, right, on the first morning."""
        for position in self._positions:
            self._count(position, right=True)

    def morning(self) -> None:
        """Expired lots go, shelves are counted, troubles are found."""
        world = self._world
        for position in world.expiries.pop(world.day, ()):
            self._remove_expired(position)
        if world.day:
            for site in world.network.sites:
                self._count_site(site)
        for position in world.releases.pop(world.day, ()):
            self._release(position)
        for _ in range(int(len(self._positions) * TROUBLES_A_DAY + world.draws.random())):
            self._trouble(world.draws.pick(self._positions))

    def _count_site(self, site: Site) -> None:
        days, day = self._world.days, self._world.day
        if days.weekdays[day] != site.weekday:
            return
        monthly = int(days.texts[day][8:]) <= WEEK_DAYS
        for position in site.positions.values():
            weekly = site.kind != "warehouse" and position.key.ven in {"V", "E"}
            if weekly or monthly:
                self._count(position)

    def _count(self, position: Position, *, right: bool = False) -> None:
        world, site, shelf = self._world, position.site, position.shelf
        pieces = shelf.on_hand
        wrong = not right and pieces > 2 and site.draws.random() < MISCOUNTED
        if wrong:
            pieces += site.draws.pick((-2, -1, 1, 2, 10))
        quantity, lots = pieces, ""
        if site.reports_lots and not wrong:
            quantity += sum(lot[2] for lot in shelf.quarantine)
            lots = world.lots_json(shelf.lots, shelf.quarantine)
        second = world.second(site, COUNT_SECONDS)
        if world.journal.emit(position, world.day, second, "stock.counted", f',"quantity":{quantity}{lots}'):
            shelf.counted(pieces)
            shelf.lots_known = bool(lots) or not pieces

    def _remove_expired(self, position: Position) -> None:
        world, shelf = self._world, position.shelf
        # Where lots are reported, the rules take an expired lot out by themselves: rightly, if they know how much of
        # it was left.
        shelf.sure = shelf.sure and (shelf.lots_known or not position.site.reports_lots)
        gone = sum(lot[2] for lot in shelf.lots if lot[0] < world.day)
        if gone:
            second = world.second(position.site, CHECK_SECONDS)
            shelf.take(gone, world.day, second)
            self._adjust(position, second, -gone, "expired")

    def _trouble(self, position: Position) -> None:
        world, site, shelf = self._world, position.site, position.shelf
        if not shelf.on_hand:
            return
        second = world.second(site, FIND_SECONDS)
        fate = world.draws.random()
        if fate < 0.6:
            pieces = world.draws.whole(1, max(1, shelf.on_hand // 20))
            shelf.take(pieces, world.day, second)
            if world.draws.chance(UNSEEN):
                shelf.lots_known = False
                return
            self._adjust(position, second, -pieces, world.draws.pick(("lost", "damaged")))
        elif fate < 0.75:
            pieces = world.draws.whole(1, 3)
            last_day, lot, _ = shelf.lots[0]
            world.put(position, [(last_day, lot, pieces)], second)
            shelf.lots_known = False
            self._adjust(position, second, pieces, "found")
        elif not shelf.quarantine:
            last_day, lot, pieces = shelf.lots[0]
            shelf.quarantine = shelf.take(pieces, world.day, second)
            self._adjust(position, second, -pieces, "quarantined")
            world.releases[world.day + world.draws.whole(*QUARANTINED_DAYS)].append(position)

    def _release(self, position: Position) -> None:
        world, shelf = self._world, position.shelf
        held = [lot for lot in shelf.quarantine if lot[0] >= world.day]
        shelf.quarantine = []
        pieces = sum(lot[2] for lot in held)
        if pieces:
            second = world.second(position.site, FIND_SECONDS)
            world.put(position, held, second)
            shelf.lots_known = False
            self._adjust(position, second, pieces, "released")

    def _adjust(self, position: Position, second: int, delta: int, reason: str) -> None:
        self._world.move(position, second, "stock.adjusted", delta, f',"delta":{delta},"reason":"{reason}"')
