"""Some days of a network: events of many positions in the order of their time, with a little disorder."""

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import msgspec

from abasto.catalogue.files import write_catalogue
from schemas.catalogue import Facility, Item

EVENTS_OF_A_DAY = 40 / 9
"""Of each position: two million events are thirty days of 15,000 positions, or a day and a half of 300,000."""
START = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
DISORDER_SECONDS = 6 * 3600
FACILITIES = 50
MOST_ITEMS = 9_000
"""Codes of items have four digits to choose."""
SOURCE = "urn:abasto:benchmark"


def codes(positions: int) -> tuple[list[str], list[str]]:
    """The facilities and items of a network of so many positions."""
    facilities = [f"DFSSA{number:06d}" for number in range(max(FACILITIES, -(-positions // MOST_ITEMS)))]
    items = [f"010.000.{number:04d}.00" for number in range(positions // len(facilities))]
    return facilities, items


def write_network(folder: Path, positions: int) -> None:
    """The catalogue of the workload: all items oncology, so every position is watched."""
    facilities, items = codes(positions)
    write_catalogue(
        folder,
        [Item(item=code, name=code, oncology=True, ven="V") for code in items],
        [Facility(facility=code, name=code, kind="hospital") for code in facilities],
    )


def events(count: int, positions: int, seed: int = 1) -> Iterator[bytes]:
    """`count` events in plain JSON. Each position is counted first; then it dispenses, is counted now and then, orders
    when it is low and receives what it ordered."""
    chance = random.Random(seed)  # a workload, not a secret
    facilities, items = codes(positions)
    shelves = [_Shelf(facility, item, chance) for facility in facilities for item in items]
    encode = msgspec.json.encode
    seconds = count / (EVENTS_OF_A_DAY * len(shelves)) * 86_400
    for number in range(count):
        first = number < len(shelves)
        shelf = shelves[number] if first else chance.choice(shelves)
        at = START + dt.timedelta(seconds=seconds * number / count - chance.random() * DISORDER_SECONDS * (not first))
        content = shelf.count() if first else shelf.happening(number, at)
        whole = {"id": f"e{number}", "source": SOURCE, "time": at.isoformat()}
        yield encode({**content, **whole, "facility": shelf.facility, "item": shelf.item})


class _Shelf:
    """One position: what is on it and what is ordered."""

    def __init__(self, facility: str, item: str, chance: random.Random) -> None:
        self.facility = facility
        self.item = item
        self._chance = chance
        self._stock = chance.randrange(50, 400)
        self._order: tuple[str, int] | None = None

    def count(self) -> dict[str, object]:
        return {"type": "stock.counted", "quantity": self._stock}

    def happening(self, number: int, at: dt.datetime) -> dict[str, object]:
        draw = self._chance.random()
        if self._order is not None and draw < 0.3:
            (order, quantity), self._order = self._order, None
            self._stock += quantity
            return {"type": "arrival.received", "order": order, "quantity": quantity}
        if self._stock < 100 and self._order is None:
            quantity = self._chance.randrange(100, 300)
            self._order = f"o{number}", quantity
            expected = (at + dt.timedelta(days=self._chance.randrange(3, 15))).date().isoformat()
            return {"type": "arrival.scheduled", "order": f"o{number}", "quantity": quantity, "expected_on": expected}
        if draw > 0.95:
            return self.count()
        wanted = self._chance.randrange(1, 12)
        if wanted > self._stock:
            return {"type": "demand.unmet", "quantity": wanted}
        self._stock -= wanted
        return {"type": "stock.dispensed", "quantity": wanted}
