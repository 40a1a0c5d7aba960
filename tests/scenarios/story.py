"""Scenario files: what happens at hospitals with one medicine, and the alerts that a coordinator sees of it.

A file is Markdown. Under `## What happens` each item is an event, under `## What the coordinator sees until DATE` each
item is a transition, followed by its sentences in Spanish and English where the story quotes them. A story about many
places tells `## What the coordinator sees of it until DATE`: transitions of its own condition only.

    - 2026-03-05 10:00 counted 40
    - 2026-03-05 10:00 counted 40, of which 30 expire 2026-06-01 (or received)
    - 2026-03-06 09:00 dispensed 3 (or issued, returned, unmet)
    - 2026-03-06 09:00 ordered 50 as P-1 for 2026-03-10
    - 2026-03-11 09:00 received 50 of P-1
    - 2026-01-01 registered 60 a month
    - 2026-03-01 to 2026-03-20 10:00 dispensed 3 (on each of these days)
    - 2026-03-05 10:00 counted 40 at hospitals 2-4 (where nothing is said: at hospital 1)
"""

import datetime as dt
import re
from pathlib import Path
from typing import NamedTuple

import msgspec

from abasto.proof.replay import Replay
from schemas.alerts import Alert
from schemas.catalogue import CatalogueEntry, OfficialCpm
from schemas.events import Event, Lot
from supply.catalogue import Catalogue
from supply.rules import Rules
from tests import events
from tests.events import HOSPITAL, ITEM, day, lot, ms
from tests.unit.supply.shelf import hospital, medicine

_EVENT = re.compile(
    r"- (?P<from>\d{4}-\d\d-\d\d)(?: to (?P<to>\d{4}-\d\d-\d\d))?(?P<time> \d\d:\d\d)? "
    r"(?P<verb>\w+) (?P<quantity>\d+)(?P<rest>.*?)(?: at hospitals? (?P<first>\d+)(?:-(?P<last>\d+))?)?"
)
_LOT = re.compile(r", of which (\d+) expire (\S+)")
_ORDERED = re.compile(r" as (\S+) for (\S+)")
_OF_ORDER = re.compile(r" of (\S+)")


class Told(NamedTuple):
    """A transition as a scenario tells it: `2026-03-06 shortage firing high`, and its sentences if it quotes them."""

    line: str
    sentences: tuple[str, ...]


class Scenario(NamedTuple):
    """A scenario file, read; `only`: the one condition that it tells of."""

    events: list[Event]
    registered: list[CatalogueEntry]
    until: str
    only: str | None
    sees: list[Told]


def read(path: Path) -> Scenario:
    """Read a scenario file; a line that it does not understand is an error."""
    happens, _, sees = path.read_text(encoding="utf-8").partition("## What the coordinator sees ")
    span, _, sees = sees.partition("\n")
    only, _, until = span.rpartition("until ")
    told: list[Event] = []
    registered: list[CatalogueEntry] = []
    for line in happens.partition("## What happens")[2].splitlines():
        if line.startswith("- ") and " registered " in line:
            found = _EVENT.fullmatch(line)
            assert found, line
            cpm, valid_from = float(found["quantity"]), day(found["from"])
            registered.append(OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=cpm, valid_from=valid_from))
        elif line.startswith("- "):
            told += _events(line)
    blocks = [block.splitlines() for block in re.split(r"^- ", sees, flags=re.MULTILINE)[1:]]
    return Scenario(
        told,
        registered,
        until.strip(),
        path.stem if only == "of it " else None,
        [Told(head, tuple(line.strip()[2:] for line in rest if line.strip())) for head, *rest in blocks],
    )


def code_of(number: int) -> str:
    """The code of a hospital of the story."""
    return HOSPITAL if number == 1 else f"DFIMS{number:06d}"


def _events(line: str) -> list[Event]:
    """What a line tells: on each of its days, at each of its hospitals."""
    found = _EVENT.fullmatch(line)
    assert found, line
    first, last = day(found["from"]), day(found["to"] or found["from"])
    days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    one = int(found["first"] or 1)
    hospitals = [code_of(number) for number in range(one, int(found["last"] or one) + 1)]
    return [_event(found, f"{each}{found['time'] or ''}", facility, line) for each in days for facility in hospitals]


def _event(found: "re.Match[str]", at: str, facility: str, line: str) -> Event:
    quantity, rest = int(found["quantity"]), found["rest"]
    match found["verb"]:
        case "ordered":
            ordered = _ORDERED.fullmatch(rest)
            assert ordered, line
            return events.scheduled(quantity, at, ordered[2], ordered[1], facility=facility)
        case "received":
            order = _OF_ORDER.fullmatch(rest)
            number = None if order is None else order[1]
            return events.received(quantity, at, *_lots(rest), order=number, facility=facility)
        case "counted":
            return events.counted(quantity, at, *_lots(rest), facility=facility)
        case "dispensed" | "issued" | "returned" | "unmet" as verb:
            made: Event = getattr(events, verb)(quantity, at, facility=facility)
            return made
        case verb:
            raise AssertionError(f"{line}: nothing is {verb!r} in a scenario")


def _lots(text: str) -> list[Lot]:
    return [lot(int(held), on, f"L{number}") for number, (held, on) in enumerate(_LOT.findall(text))]


def alerts_of(scenario: Scenario) -> list[Alert]:
    """Everything that is told of the events, midnight by midnight."""
    hospitals = sorted({HOSPITAL, *(event.facility for event in scenario.events)})
    entries = [medicine(), *(hospital(facility=code, name=_name(code)) for code in hospitals), *scenario.registered]
    replay = Replay(Catalogue(entries), Rules(), ms(scenario.until))
    replay.read("story", enumerate(map(msgspec.json.encode, scenario.events), start=1))
    replay.finish()
    assert not replay.refusals
    alerts = [msgspec.json.decode(alert, type=Alert) for alert in replay.alerts]
    return [alert for alert in alerts if scenario.only in (None, alert.condition)]


def _name(code: str) -> str:
    return "Hospital" if code == HOSPITAL else f"Hospital {int(code[5:])}"


def in_short(alert: Alert) -> str:
    """`2026-03-06 shortage firing high`; ` at hospital 2` if it is not the first one, `, again` if it is a reminder."""
    where = "" if alert.facility in (None, HOSPITAL) else f" at {_name(alert.facility).lower()}"
    again = ", again" if alert.repeat else ""
    return f"{alert.at.date()} {alert.condition} {alert.state} {alert.severity}{where}{again}"
