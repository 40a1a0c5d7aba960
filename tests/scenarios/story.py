"""Scenario files: what happens at one hospital with one medicine, and the alerts that a coordinator sees of it.

A file is Markdown. Under `## What happens` each item is an event, under `## What the coordinator sees until DATE` each
item is a transition, followed by its sentences in Spanish and English where the story quotes them.

    - 2026-03-05 10:00 counted 40
    - 2026-03-05 10:00 counted 40, of which 30 expire 2026-06-01 (or received)
    - 2026-03-06 09:00 dispensed 3 (or issued, returned, unmet)
    - 2026-03-06 09:00 ordered 50 as P-1 for 2026-03-10
    - 2026-03-11 09:00 received 50 of P-1
    - 2026-01-01 registered 60 a month
"""

import re
from pathlib import Path
from typing import NamedTuple

from schemas.alerts import Alert
from schemas.catalogue import CatalogueEntry, OfficialCpm
from schemas.events import Event, Lot
from tests import events
from tests.events import HOSPITAL, ITEM, day, lot
from tests.unit.supply.shelf import Shelf

_EVENT = re.compile(r"- (?P<at>\d{4}-\d\d-\d\d(?: \d\d:\d\d)?) (?P<verb>\w+) (?P<quantity>\d+)(?P<rest>.*)")
_LOT = re.compile(r", of which (\d+) expire (\S+)")
_ORDERED = re.compile(r" as (\S+) for (\S+)")
_OF_ORDER = re.compile(r" of (\S+)")


class Told(NamedTuple):
    """A transition as a scenario tells it: `2026-03-06 shortage firing high`, and its sentences if it quotes them."""

    line: str
    sentences: tuple[str, ...]


class Scenario(NamedTuple):
    """A scenario file, read."""

    events: list[Event]
    registered: list[CatalogueEntry]
    until: str
    sees: list[Told]


def read(path: Path) -> Scenario:
    """Read a scenario file; a line that it does not understand is an error."""
    happens, _, sees = path.read_text(encoding="utf-8").partition("## What the coordinator sees until ")
    until, _, sees = sees.partition("\n")
    told: list[Event] = []
    registered: list[CatalogueEntry] = []
    for line in happens.partition("## What happens")[2].splitlines():
        if line.startswith("- ") and " registered " in line:
            found = _EVENT.fullmatch(line)
            assert found, line
            valid_from = day(found["at"])
            cpm = float(found["quantity"])
            registered.append(OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=cpm, valid_from=valid_from))
        elif line.startswith("- "):
            told.append(_event(line))
    blocks = [block.splitlines() for block in re.split(r"^- ", sees, flags=re.MULTILINE)[1:]]
    return Scenario(
        told,
        registered,
        until.strip(),
        [Told(head, tuple(line.strip()[2:] for line in rest if line.strip())) for head, *rest in blocks],
    )


def _event(line: str) -> Event:
    found = _EVENT.fullmatch(line)
    assert found, line
    at, quantity, rest = found["at"], int(found["quantity"]), found["rest"]
    match found["verb"]:
        case "ordered":
            ordered = _ORDERED.fullmatch(rest)
            assert ordered, line
            return events.scheduled(quantity, at, ordered[2], ordered[1])
        case "received":
            order = _OF_ORDER.fullmatch(rest)
            return events.received(quantity, at, *_lots(rest), order=None if order is None else order[1])
        case "counted":
            return events.counted(quantity, at, *_lots(rest))
        case "dispensed" | "issued" | "returned" | "unmet" as verb:
            made: Event = getattr(events, verb)(quantity, at)
            return made
        case verb:
            raise AssertionError(f"{line}: nothing is {verb!r} in a scenario")


def _lots(text: str) -> list[Lot]:
    return [lot(int(held), on, f"L{number}") for number, (held, on) in enumerate(_LOT.findall(text))]


def alerts_of(scenario: Scenario) -> list[Alert]:
    """Everything that is told of the events, midnight by midnight."""
    return Shelf(*scenario.events, entries=scenario.registered).until(scenario.until).alerts


def in_short(alert: Alert) -> str:
    """`2026-03-06 shortage firing high`, `, again` when it is a reminder."""
    again = ", again" if alert.repeat else ""
    return f"{alert.at.date()} {alert.condition} {alert.state} {alert.severity}{again}"
