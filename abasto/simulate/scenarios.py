"""What is arranged beforehand: shortages that are true at the end, a silent hospital, a surge, supplier failures."""

from dataclasses import dataclass

from abasto.simulate.draws import Draws
from abasto.simulate.network import Network, Position, Site
from abasto.simulate.supply import SHELF_LIFE_DAYS
from abasto.simulate.world import World

SHORT_ITEMS_NATIONAL, SHORT_ITEMS_SMALL = 8, 1
SHORTAGE_BEGINS_DAYS_BEFORE_END = ((150, 190), (115, 150))
"""A warehouse's stock and orders last three months and more, its clients' about two and a half: so the clients of one
shortage have run out by the end, those of the next are about to."""
SHORTAGE_LASTS_BEYOND_END_DAYS = 30
GENEROUS = 1.6
"""What the other warehouses hold of an item that one lacks, relative to their usual stock."""

FAILING_SHARE = 0.08
"""Items of a warehouse whose suppliers fail once in the past."""
FAILURE_DAYS = (45, 120)
FAILURES_OVER_BEFORE_END_DAYS = 45
"""So that what is short at the end is short by arrangement, all but a little."""

SILENT_BEFORE_END_DAYS = 24
SURGE_BEFORE_END_DAYS = 75
SURGE = 1.8
SURGING_ITEMS = 3

USUAL_WAREHOUSE_DAYS, USUAL_HOSPITAL_DAYS = (70, 110), (50, 80)
RUNS_DRY_DAYS_BEFORE_END = (55, 90)
"""For a warehouse with a shortage in a simulation too short for it to run dry by itself."""


@dataclass(frozen=True)
class Scenario:
    """Something arranged, for the truth: what, where, from which day on."""

    kind: str
    facility: str
    item: str | None
    since: int


def arrange(seed: int, network: Network, last_day: int, *, small: bool) -> list[Scenario]:
    """Arrange everything for a simulation whose last day is `last_day`."""
    draws = Draws(seed, "scenarios")
    scenarios = _past_failures(network, last_day, draws)
    scenarios += _shortages(network, last_day, draws, SHORT_ITEMS_SMALL if small else SHORT_ITEMS_NATIONAL)
    scenarios.append(_silence(network, last_day, draws))
    scenarios += _surge(network, last_day, draws)
    return scenarios


def _past_failures(network: Network, last_day: int, draws: Draws) -> list[Scenario]:
    failures: list[Scenario] = []
    latest = last_day - FAILURES_OVER_BEFORE_END_DAYS - FAILURE_DAYS[1]
    if latest < 0:
        return failures
    for warehouse in network.warehouses:
        for position in warehouse.positions.values():
            if draws.chance(FAILING_SHARE):
                begin = draws.whole(0, latest)
                position.blocked.append((begin, begin + draws.whole(*FAILURE_DAYS)))
                failures.append(Scenario("supplier_failure", warehouse.code, position.item, begin))
    return failures


def _shortages(network: Network, last_day: int, draws: Draws, count: int) -> list[Scenario]:
    """Items that one warehouse cannot get while the others have plenty."""
    shortages: list[Scenario] = []
    large = [site for site in network.warehouses if len(site.clients) > 1]
    taken: list[str] = []
    for number in range(count):
        warehouse = large[number % len(large)]
        position = _most_widely_used(warehouse, network, taken)
        if position is None:
            continue
        taken.append(position.item)
        begin = max(0, last_day - draws.whole(*SHORTAGE_BEGINS_DAYS_BEFORE_END[number % 2]))
        position.blocked = [(begin, last_day + SHORTAGE_LASTS_BEYOND_END_DAYS)]
        shortages.append(Scenario("shortage", warehouse.code, position.item, begin))
        for other in network.warehouses:
            if other is not warehouse and position.item in other.positions:
                other.positions[position.item].generous = GENEROUS
                other.positions[position.item].blocked = []
    return shortages


def _most_widely_used(warehouse: Site, network: Network, taken: list[str]) -> Position | None:
    """A vital item that most clients of a warehouse use, and another warehouse has too."""
    candidates = [
        (users, position.usual, position)
        for position in warehouse.positions.values()
        if position.item not in taken
        and any(position.item in other.positions for other in network.warehouses if other is not warehouse)
        and (users := sum(position.item in client.positions for client in warehouse.clients)) > 1
    ]
    vital = [found for found in candidates if found[2].key.ven == "V"] or candidates
    return max(vital, key=lambda found: found[:2])[2] if vital else None


def _silence(network: Network, last_day: int, draws: Draws) -> Scenario:
    """One hospital of the smaller ones stops sending; it names no lots, so that its book stays what it last said."""
    hospitals = [site for site in network.users if site.kind == "hospital" and site.alias is None]
    smaller = sorted(hospitals, key=lambda site: len(site.positions))[: max(1, len(hospitals) // 2)]
    site = smaller[-1] if len(smaller) == 1 else draws.pick(smaller[len(smaller) // 2 :])
    site.reports_lots = False
    site.silent_from = max(last_day // 2, last_day - SILENT_BEFORE_END_DAYS)
    return Scenario("silent_facility", site.code, None, site.silent_from)


def _surge(network: Network, last_day: int, draws: Draws) -> list[Scenario]:
    """More patients than ever for a few items of the largest hospital."""
    site = max(network.users, key=lambda site: (site.kind == "hospital", len(site.positions)))
    begin = max(0, last_day - SURGE_BEFORE_END_DAYS)
    positions = list(site.positions.values())
    chosen = draws.some(positions, [position.usual for position in positions], SURGING_ITEMS)
    for position in chosen:
        position.surges_from = begin
        position.surge = SURGE
    return [Scenario("surge", site.code, position.item, begin) for position in chosen]


def first_stock(world: World, site: Site) -> None:
    """What lies on every shelf before the first morning."""
    usual = USUAL_WAREHOUSE_DAYS if site.kind == "warehouse" else USUAL_HOSPITAL_DAYS
    for position in site.positions.values():
        stock_days = site.draws.between(*usual) * position.generous
        if position.blocked and position.blocked[-1][1] >= world.days.count:
            stock_days = min(stock_days, max(3.0, world.days.count - site.draws.whole(*RUNS_DRY_DAYS_BEFORE_END)))
        pieces = round(position.usual * stock_days) + position.safety
        first, second = pieces - pieces // 2, pieces // 2
        lots = [world.new_lot(part, site.draws, SHELF_LIFE_DAYS) for part in (first, second) if part]
        if lots:
            world.put(position, lots, 0)
