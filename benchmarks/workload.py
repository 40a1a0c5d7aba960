"""A month of a network: events of many positions in the order of their time, with a little disorder."""

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import msgspec

from abasto.catalogue_files import write_catalogue
from schemas.catalogue import Facility, Item

SPAN_DAYS = 30
START = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
DISORDER_SECONDS = 6 * 3600
FACILITIES = 50
SOURCE = "urn:abasto:benchmark"


def _codes(positions: int) -> tuple[list[str], list[str]]:
    facilities = [f"DFSSA{number:06d}" for number in range(FACILITIES)]
    items = [f"010.000.{number:04d}.00" for number in range(positions // FACILITIES)]
    return facilities, items


def write_network(folder: Path, positions: int) -> None:
    """The catalogue of the workload: all items oncology, so every position is watched."""
    facilities, items = _codes(positions)
    write_catalogue(
        folder,
        [Item(item=code, name=code, oncology=True, ven="V") for code in items],
        [Facility(facility=code, name=code, kind="hospital") for code in facilities],
    )


def events(count: int, positions: int, seed: int = 1) -> Iterator[bytes]:
    """`count` events in plain JSON: each position is counted first, then mostly dispenses; 4 % concern orders."""
    chance = random.Random(seed)  # a workload, not a secret
    facilities, items = _codes(positions)
    keys = [(facility, item) for facility in facilities for item in items]
    encode = msgspec.json.encode
    for number in range(count):
        facility, item = keys[number] if number < len(keys) else chance.choice(keys)
        elapsed = SPAN_DAYS * 86_400 * number / count
        at = START + dt.timedelta(seconds=elapsed - chance.random() * DISORDER_SECONDS * (number >= len(keys)))
        event = {"id": f"e{number}", "source": SOURCE, "time": at.isoformat(), "facility": facility, "item": item}
        encoded = encode({**_content(number < len(keys), number, at, chance), **event})
        yield encoded


def _content(first: bool, number: int, at: dt.datetime, chance: random.Random) -> dict[str, object]:
    draw = chance.random()
    if first or draw < 0.06:
        return {"type": "stock.counted", "quantity": chance.randrange(0, 400)}
    if draw < 0.12:
        return {"type": "arrival.received", "quantity": chance.randrange(10, 100)}
    if draw < 0.16:
        expected = (at + dt.timedelta(days=chance.randrange(2, 20))).date().isoformat()
        quantity = chance.randrange(10, 200)
        return {"type": "arrival.scheduled", "order": f"o{number}", "quantity": quantity, "expected_on": expected}
    if draw < 0.18:
        return {"type": "demand.unmet", "quantity": chance.randrange(1, 5)}
    return {"type": "stock.dispensed", "quantity": chance.randrange(1, 9)}
