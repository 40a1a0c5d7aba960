"""A whole simulation: day after day, from the first count to the last line of the truth."""

import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from abasto.catalogue.files import write_catalogue
from abasto.simulate.bad_lines import BadLines
from abasto.simulate.days import Days
from abasto.simulate.demand import Demand
from abasto.simulate.draws import Draws
from abasto.simulate.journal import Journal
from abasto.simulate.network import Network, Site, build_network
from abasto.simulate.scenarios import arrange, first_stock
from abasto.simulate.shelf import Month
from abasto.simulate.stocktaking import Stocktaking
from abasto.simulate.supply import Supply
from abasto.simulate.truth import MonthTruth, write_truth
from abasto.simulate.world import World
from schemas.catalogue import Facility, Item, OfficialCpm

MONTH_DAYS = 30.0

REGISTERED = 0.6
"""Positions of hospitals with an official CPM; most are near the true need, some are years old."""
REGISTERED_RANGE = (0.85, 1.15)
OUTDATED, OUTDATED_FACTOR = 0.08, 1.6


def simulate(
    seed: int,
    months: int,
    until: dt.date,
    out: Path,
    *,
    small: bool = False,
    advance: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:
    """Write events, catalogue and truth of a network over `months` months up to midnight UTC of `until`.

    The same arguments give the same bytes, whatever the machine. `advance` is told the days done. A summary comes back.
    """
    days = Days(until, months)
    network = build_network(seed, days, small=small)
    scenarios = arrange(seed, network, days.count - 1, small=small)
    out.mkdir(parents=True, exist_ok=True)
    with (out / "events.jsonl").open("wb") as file:
        world = World(days, network, Journal(seed, days, file), Draws(seed, "world"))
        truths = _run(seed, world, small=small, advance=advance)
    _write_catalogue(out / "catalogue", seed, network, days)
    summary = {
        "seed": seed,
        "months": months,
        "scale": "small" if small else "national",
        "from": days.start.isoformat(),
        "until": until.isoformat(),
        "facilities": len(network.sites),
        "items": len(network.keys),
        "positions": len(network.positions),
        "lines": world.journal.lines,
        "types": dict(sorted(world.journal.types.items())),
    }
    write_truth(out / "truth", world, truths, scenarios, summary)
    return summary


def _run(seed: int, world: World, *, small: bool, advance: Callable[[int], None]) -> list[MonthTruth]:
    network, days = world.network, world.days
    for site in network.sites:
        first_stock(world, site)
    stocktaking, supply, demand = Stocktaking(world), Supply(world), Demand(world)
    bad_lines = BadLines(seed, world, small=small)
    truths: list[MonthTruth] = []
    positions = network.positions
    for day in range(days.count):
        world.day = day
        if day == 0:
            stocktaking.begin()
        stocktaking.morning()
        supply.receive()
        supply.fulfil()
        demand.serve()
        supply.review()
        bad_lines.plant()
        if day + 1 < days.count:  # The last local day is not over yet at midnight of UTC.
            for position in positions:
                position.shelf.end_day(day)
        if days.month_ends[day]:
            for position in positions:
                if position.shelf.month:
                    truths.append((position, days.months[day], position.shelf.month))
                    position.shelf.month = Month()
        world.journal.write_day(day)
        advance(1)
    world.journal.write_rest()
    for position in positions:
        position.shelf.close()
    return truths


def _write_catalogue(folder: Path, seed: int, network: Network, days: Days) -> None:
    items = [
        Item(item=key.item, name=key.name, presentation=key.presentation, oncology=True, ven=key.ven)
        for key in network.keys
    ]
    write_catalogue(folder, items, map(_facility, network.sites), _official_cpm(seed, network, days))


def _facility(site: Site) -> Facility:
    return Facility(
        facility=site.code,
        name=site.name,
        kind=site.kind,
        state=site.state,
        supplier=site.supplier.code if site.supplier else None,
        aliases=(site.alias,) if site.alias else (),
        timezone=site.timezone,
    )


def _official_cpm(seed: int, network: Network, days: Days) -> list[OfficialCpm]:
    draws = Draws(seed, "official CPM")
    registered: list[OfficialCpm] = []
    for site in network.users:
        for position in site.positions.values():
            if site.kind == "hospital" and draws.chance(REGISTERED):
                factor = OUTDATED_FACTOR if draws.chance(OUTDATED) else draws.between(*REGISTERED_RANGE)
                cpm = math.ceil(position.pieces_a_day * MONTH_DAYS * factor)
                registered.append(
                    OfficialCpm(facility=site.code, item=position.item, cpm=float(cpm), valid_from=days.start)
                )
    return registered
