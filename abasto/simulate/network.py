"""The simulated network: real units and keys, invented warehouses and mixing centres, and how much each needs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from abasto.simulate.days import Days, Zone
from abasto.simulate.draws import Draws
from abasto.simulate.reference import Key, Unit, oncology_keys, state_names, units, zone_of
from abasto.simulate.shelf import Shelf
from schemas.catalogue import FacilityKind

NEVER = 1 << 30
"""A day beyond any simulation."""

PROFILES = {
    "Oncología": (150, 3.0),
    "Especialidades": (95, 1.6),
    "General": (110, 1.5),
    "Pediatría": (70, 1.0),
    "Gineco": (55, 0.9),
    "Cardiología": (10, 0.3),
    "Trauma": (8, 0.3),
}
"""By a word of the unit's name: how many of the keys it uses, and how much, relative to others."""

MIXING_CENTRE = (30, 2.5)

VISITS_A_MONTH = {"V": 10.0, "E": 6.0, "N": 3.0, None: 2.0}
"""Median of an item in a unit of size 1, by VEN class."""

USE_WEIGHT = {"V": 6.0, "E": 3.0, "N": 1.0, None: 0.5}

INJECTION_CYCLES = (7, 14, 21, 21, 21, 28)
"""Days between two visits; three weeks is the usual one of chemotherapy."""

SUPPLIED_BY = {
    "NL": "NLSIM800001", "CL": "NLSIM800001", "SR": "SRSIM800002", "JC": "JCSIM800003", "GT": "GTSIM800004",
    "DF": "DFSIM800005", "MC": "MCSIM800006", "PL": "PLSIM800007", "VZ": "PLSIM800007", "YN": "YNSIM800008",
}  # fmt: skip
"""The regional warehouse of each CLUES prefix. SIM stands where a CLUES names the institution: no such unit exists."""

MIXING_CENTRES = ("NLSIM700001", "JCSIM700002", "DFSIM700003", "PLSIM700004", "YNSIM700005")

SMALL_UNITS = ("DFIMS000604", "NLIMS000303", "JCIMS000301")
SMALL_SUPPLIED_BY = {"NL": "NLSIM800001", "DF": "DFSIM800005", "JC": "DFSIM800005"}
SMALL_KEYS = 8

SAFETY_VISITS = 3

WEEK = 5


@dataclass(eq=False)
class Position:
    """One item in one facility: how it is used, where it comes from, and its shelf.

    `visit_rate` patients' visits a day, each of `least` to `most` pieces every `cycle` days.
    """

    site: "Site"
    key: Key
    visit_rate: float
    cycle: int
    courses: int
    least: int
    most: int
    swing: float
    peak: float
    supplier: "Position | None" = None
    shelf: Shelf = field(default_factory=Shelf)
    on_order: int = 0
    used: int = 0
    """Pieces asked for since the last review."""
    usual: float = 0.0
    """Pieces a day, as its orders assume."""
    next_beginner: float = 0.0
    """The day on which the next patient begins, with the part of it that is gone."""
    surge: float = 1.0
    """How many more patients begin from `surges_from` on."""
    surges_from: int = 0
    blocked: list[tuple[int, int]] = field(default_factory=list)
    """From day to day: the suppliers deliver nothing."""
    safety: int = 0
    """Pieces that are kept whatever the mean says, for patients who happen to come together."""
    generous: float = 1.0
    """Stock beyond the usual target."""

    @property
    def item(self) -> str:
        return self.key.item

    @property
    def pieces_a_day(self) -> float:
        """Mean demand, without seasons and surges."""
        return self.visit_rate * (self.least + self.most) / 2


@dataclass(eq=False)
class Site:
    """A facility with its own stream of draws and numbers of events and orders.

    `reports_lots`: its receipts and counts name lots. `silent_from`: the day it stops sending.
    """

    code: str
    name: str
    kind: FacilityKind
    state: str
    timezone: str
    zone: Zone
    draws: Draws
    weekday: int
    reports_lots: bool
    supplier: "Site | None" = None
    alias: str | None = None
    silent_from: int = NEVER
    positions: dict[str, Position] = field(default_factory=dict)
    clients: list["Site"] = field(default_factory=list)
    events: int = 0
    orders: int = 0

    def next_order(self) -> str:
        """A new order number."""
        self.orders += 1
        return f"P{self.orders:05d}"


@dataclass(frozen=True)
class Network:
    """All sites: hospitals and mixing centres, which use, and warehouses, which supply them."""

    keys: list[Key]
    users: list[Site]
    warehouses: list[Site]

    @property
    def sites(self) -> list[Site]:
        return [*self.users, *self.warehouses]

    @property
    def positions(self) -> list[Position]:
        return [position for site in self.sites for position in site.positions.values()]


def build_network(seed: int, days: Days, *, small: bool) -> Network:
    """The network of a seed: who uses what, how much and from where."""
    draws = Draws(seed, "network")
    keys = oncology_keys()
    treatments = {key.item: _treatment(key, draws) for key in keys}
    if small:
        keys = draws.some(keys, [treatments[key.item].visits_a_month ** 2 for key in keys], SMALL_KEYS)
    supplied_by = SMALL_SUPPLIED_BY if small else SUPPLIED_BY
    site = _SiteMaker(seed, days, draws)
    warehouses = {code: site.warehouse(code) for code in dict.fromkeys(supplied_by.values())}
    chosen = [unit for unit in units() if unit.clues in SMALL_UNITS] if small else units()
    users = [site.hospital(unit, warehouses[supplied_by[unit.clues[:2]]]) for unit in chosen]
    for user in users:
        count, size = next(profile for word, profile in PROFILES.items() if word in user.name)
        _stock(user, keys, treatments, count, size, draws)
    for code in [code for code in MIXING_CENTRES if not small or code == "DFSIM700003"]:
        centre = site.mixing_centre(code, warehouses[supplied_by[code[:2]]])
        users.append(centre)
        injected = [key for key in keys if key.injected]
        _stock(centre, injected, treatments, *MIXING_CENTRE, draws)
    for warehouse in warehouses.values():
        _gather_demand(warehouse)
    # An alias shows that two codes may mean one hospital.
    users[0].alias = users[0].code[:2] + "SIM" + users[0].code[5:]
    return Network(keys, users, list(warehouses.values()))


@dataclass(frozen=True)
class _Treatment:
    """How patients take an item, everywhere alike."""

    visits_a_month: float
    cycle: int
    courses: int
    least: int
    most: int
    swing: float
    peak: float


def _treatment(key: Key, draws: Draws) -> _Treatment:
    cycle, courses = draws.pick((28, 30)), draws.whole(6, 18)
    if key.implanted:
        cycle, courses = 84, draws.whole(3, 8)
    elif key.injected:
        cycle, courses = draws.pick(INJECTION_CYCLES), draws.whole(4, 8)
    least = draws.whole(1, 2)
    return _Treatment(
        visits_a_month=draws.skewed(VISITS_A_MONTH[key.ven], 0.7),
        cycle=cycle,
        courses=courses,
        least=least,
        most=least + draws.whole(0, 2 if key.injected else 1),
        swing=draws.between(0.05, 0.3),
        peak=draws.between(0, 2 * math.pi),
    )


def _stock(
    site: Site, keys: Sequence[Key], treatments: dict[str, _Treatment], count: int, size: float, draws: Draws
) -> None:
    weights = [USE_WEIGHT[key.ven] * treatments[key.item].visits_a_month for key in keys]
    for key in draws.some(keys, weights, count):
        how = treatments[key.item]
        position = Position(
            site=site,
            key=key,
            visit_rate=how.visits_a_month * size * draws.skewed(1.0, 0.4) / 30.44,
            cycle=how.cycle,
            courses=how.courses,
            least=how.least,
            most=how.most,
            swing=how.swing,
            peak=how.peak,
        )
        position.usual = position.pieces_a_day
        position.safety = SAFETY_VISITS * position.most
        site.positions[key.item] = position


def _gather_demand(warehouse: Site) -> None:
    """A warehouse holds what its clients use, and needs what they need."""
    for client in warehouse.clients:
        for position in client.positions.values():
            held = warehouse.positions.get(position.item)
            if held is None:
                held = Position(warehouse, position.key, 0.0, 0, 0, 1, 1, 0.0, 0.0)
                warehouse.positions[position.item] = held
            held.visit_rate += position.pieces_a_day
            held.usual = held.visit_rate
            held.safety += position.safety
            position.supplier = held


class _SiteMaker:
    def __init__(self, seed: int, days: Days, draws: Draws) -> None:
        self._seed = seed
        self._days = days
        self._draws = draws
        self._states = state_names()

    def hospital(self, unit: Unit, supplier: Site) -> Site:
        return self._site(unit.clues, unit.name, "hospital", supplier)

    def mixing_centre(self, code: str, supplier: Site) -> Site:
        return self._site(code, f"Centro de mezclas simulado {self._states[code[:2]]}", "mixing_centre", supplier)

    def warehouse(self, code: str) -> Site:
        return self._site(code, f"Almacén regional simulado {self._states[code[:2]]}", "warehouse", None)

    def _site(self, code: str, name: str, kind: FacilityKind, supplier: Site | None) -> Site:
        timezone = zone_of(code)
        site = Site(
            code=code,
            name=name,
            kind=kind,
            state=self._states[code[:2]],
            timezone=timezone,
            zone=self._days.zone(timezone),
            draws=Draws(self._seed, code),
            weekday=self._draws.whole(0, WEEK - 1),
            reports_lots=kind == "warehouse" or self._draws.chance(0.5),
            supplier=supplier,
        )
        if supplier is not None:
            supplier.clients.append(site)
        return site
