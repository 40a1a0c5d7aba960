"""Lines that cannot count, a few of each kind, each with the fault that must be found in it.

Most are refused by `abasto publish` too; what takes the catalogue to see (an unknown facility or item, parts of a
piece) only the service finds. A wrong key stands in the line's `partitionkey`; its event repeats one that counts, so
that a reader who does not look at keys finds the same positions.
"""

import json
from dataclasses import dataclass
from typing import Any

from abasto.simulate.days import DAY_SECONDS
from abasto.simulate.draws import Draws
from abasto.simulate.journal import Marked
from abasto.simulate.network import Position, Site
from abasto.simulate.world import World
from schemas.dead_letters import Fault
from supply.intake import RECORD_BYTES_LIMIT

EACH_NATIONAL, EACH_SMALL = 5, 2

BURST = 12
"""Bad lines of the burst in which every second line is bad."""


@dataclass(frozen=True)
class BadKind:
    """A kind of bad line: what is done to a good event, and what must be found."""

    name: str
    fault: Fault
    field: str | None
    by_publish: bool = True


KINDS = (
    BadKind("truncated", "undecodable", None),
    BadKind("not_utf8", "undecodable", None),
    BadKind("unknown_type", "unknown_type", "type"),
    BadKind("missing_item", "missing_field", "item"),
    BadKind("naive_time", "naive_time", "time"),
    BadKind("future_time", "future_time", "time"),
    BadKind("unset_clock", "invalid_field", "time"),
    BadKind("negative_quantity", "invalid_field", "quantity"),
    BadKind("absurd_quantity", "invalid_field", "quantity"),
    BadKind("part_of_a_piece", "invalid_field", "quantity", by_publish=False),
    BadKind("malformed_item", "invalid_field", "item"),
    BadKind("unknown_item", "unknown_item", "item", by_publish=False),
    BadKind("unknown_facility", "unknown_facility", "facility", by_publish=False),
    BadKind("oversize", "oversize", None),
)
WRONG_KEY = BadKind("wrong_key", "wrong_key", "key")


class BadLine(Marked):
    """A planted line and what must be found in it."""

    __slots__ = ("bad",)

    def __init__(self, bad: BadKind, source: str, identifier: str, time: str) -> None:
        super().__init__("bad", source, identifier, time, 0.0, None)
        self.bad = bad


class BadLines:
    """Plants bad lines over the whole simulation."""

    def __init__(self, seed: int, world: World, *, small: bool) -> None:
        self._draws = Draws(seed, "bad lines")
        self._world = world
        self._positions = [position for site in world.network.users for position in site.positions.values()]
        self._number = 0
        self._planned: dict[int, list[BadKind]] = {}
        self._burst_day = world.days.count // 2
        for kind in KINDS:
            for _ in range(EACH_SMALL if small else EACH_NATIONAL):
                self._planned.setdefault(self._draws.whole(0, world.days.count - 1), []).append(kind)

    def plant(self) -> None:
        """Today's bad lines."""
        for kind in self._planned.get(self._world.day, ()):
            self._plant_at(kind, self._speaking(), self._draws.whole(8 * 3600, 16 * 3600))
        if self._world.day == self._burst_day:
            self._plant_burst()

    def _speaking(self) -> Position:
        """A position of a site that still sends."""
        while (position := self._draws.pick(self._positions)).site.silent_from <= self._world.day:
            pass
        return position

    def _plant_burst(self) -> None:
        """One system sends a good event and a bad one in turn, in the same seconds."""
        position = self._speaking()
        for number in range(BURST):
            second = 12 * 3600 + number
            sent = self._sent(position.site, second)
            good = self._event(position, second, "demand.unmet")
            self._world.journal.plant(sent, _line(good), self._marked("unmet", good))
            position.shelf.month.unmet += 1
            kind = KINDS[number % len(KINDS)]
            self._plant_at(kind, position, second)

    def _plant_at(self, kind: BadKind, position: Position, second: int) -> None:
        event = self._event(position, second, "demand.unmet")
        bad = BadLine(kind, event["source"], event["id"], event["time"])
        self._world.journal.plant(self._sent(position.site, second), _spoiled(kind, event), bad)
        if kind.name == "unknown_type":
            self._plant_wrong_key(position, second)

    def _plant_wrong_key(self, position: Position, second: int) -> None:
        event = self._event(position, second, "demand.unmet")
        position.shelf.month.unmet += 1
        self._world.journal.plant(self._sent(position.site, second), _line(event), self._marked("unmet", event))
        other = self._draws.pick(self._positions)
        event["partitionkey"] = f"{other.site.code}|X{other.item}"
        bad = BadLine(WRONG_KEY, event["source"], event["id"], event["time"])
        self._world.journal.plant(self._sent(position.site, second + 1), _line(event), bad)

    def _marked(self, kind: str, event: dict[str, Any]) -> Marked:
        return Marked(kind, event["source"], event["id"], event["time"], 0.0, None)

    def _sent(self, site: Site, second: int) -> int:
        day = self._world.day
        return day * DAY_SECONDS + second - site.zone.offsets[day]

    def _event(self, position: Position, second: int, kind: str) -> dict[str, Any]:
        self._number += 1
        site = position.site
        return {
            "type": kind,
            "id": f"odd-{self._number}",
            "source": f"simulation/{site.code}",
            "time": self._world.moment(site, self._world.day, second),
            "facility": site.code,
            "item": position.item,
            "quantity": 1,
        }


def _line(event: dict[str, Any]) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode() + b"\n"


def _spoiled(kind: BadKind, event: dict[str, Any]) -> bytes:
    match kind.name:
        case "truncated":
            return _line(event)[:-20] + b"\n"
        case "not_utf8":
            return _line(event).replace(b'"odd-', b'"\xf3dd-')
        case "unknown_type":
            event["type"] = "stock.sold"
        case "missing_item":
            del event["item"]
        case "naive_time":
            event["time"] = event["time"][:-6]
        case "future_time":
            event["time"] = f"{int(event['time'][:4]) + 50}{event['time'][4:]}"
        case "unset_clock":
            event["time"] = f"1970-01-01{event['time'][10:]}"
        case "negative_quantity":
            event["quantity"] = -1
        case "absurd_quantity":
            event["quantity"] = 5_000_000_000_000
        case "part_of_a_piece":
            event["quantity"] = 2.5
        case "malformed_item":
            event["item"] = event["item"][-7:]
        case "unknown_item":
            event["item"] = "010.000.9999.99"
        case "unknown_facility":
            event["facility"] = "ZZSIM999999"
        case "oversize":
            event["note"] = "x" * (RECORD_BYTES_LIMIT + 1000)
    return _line(event)
