"""A simulated network to publish, and what a replay makes of the same events."""

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from abasto.catalogue.files import read_catalogue
from abasto.feed.keys import PositionKeys
from abasto.feed.lines import BadLine, numbered_lines, raw_record, record_of
from abasto.feed.records import Record
from abasto.proof.replay import Replay
from abasto.simulate.simulation import simulate
from schemas.catalogue import CatalogueEntry, Facility, Item
from schemas.channels import INPUTS, position_key
from schemas.dead_letters import BadRecord
from schemas.decode import decode_event
from streams.partitioning import partition_of
from supply.calendar import milliseconds
from supply.catalogue import Catalogue
from supply.rules import Rules

UNTIL = dt.date(2026, 3, 1)
END = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
"""Days are judged up to here, a day after the last event."""

LATEST = dt.datetime.now(dt.UTC)

CLOSING = END + dt.timedelta(days=Rules().lateness_days)
"""The events' clock of a shard reaches `END` when each of its topics has an event of this time."""


class Network:
    """Some months of a simulated network, small or the whole nation: good and bad records, duplicates and disorder."""

    def __init__(self, folder: Path, months: int, partitions: int, *, small: bool = True) -> None:
        simulate(3, months, UNTIL, folder, small=small)
        self._partitions = partitions
        self.catalogue: tuple[CatalogueEntry, ...] = read_catalogue(folder / "catalogue").entries
        with (folder / "events.jsonl").open("rb") as file:
            lines = [line for _, line in numbered_lines(file)]
        self.lines = list(_in_time(lines))

    def records(self) -> list[Record]:
        """The events as records, good and bad, then those that close each partition's topics."""
        return self.as_records([*self.lines, *self._closing()])

    def as_records(self, lines: Iterable[bytes]) -> list[Record]:
        """Lines as records."""
        keys = PositionKeys(Catalogue(self.catalogue))
        return [_record(line, keys) for line in lines]

    def _closing(self) -> Iterator[bytes]:
        return self.everywhere(CLOSING, "closing")

    def everywhere(self, at: dt.datetime, name: str, *, but_not: str | None = None) -> Iterator[bytes]:
        """An event of an instant on each topic of each partition, by a facility other than one."""
        contents: dict[str, dict[str, Any]] = dict(
            zip(
                INPUTS,
                (
                    {"type": "stock.counted", "quantity": 1},
                    {"type": "arrival.scheduled", "order": "last", "quantity": 1, "expected_on": "2026-06-01"},
                    {"type": "stock.dispensed", "quantity": 1},
                ),
                strict=True,
            )
        )
        known = [entry.facility for entry in self.catalogue if isinstance(entry, Facility)]
        facilities = [facility for facility in known if facility != but_not]
        items = [entry.item for entry in self.catalogue if isinstance(entry, Item)]
        keys = {
            partition_of(position_key(facility, item), self._partitions): (facility, item)
            for facility in facilities
            for item in items
        }
        for partition in range(self._partitions):
            facility, item = keys[partition]
            for topic, content in contents.items():
                yield msgspec.json.encode(
                    content
                    | {
                        "id": f"{name}-{partition}-{topic}",
                        "source": "urn:test",
                        "time": at.isoformat(),
                        "facility": facility,
                        "item": item,
                    }
                )

    def replayed(self, until: dt.datetime = END) -> Replay:
        """The same events without a broker, judged up to an instant, but with all of them counted."""
        replay = Replay(Catalogue(self.catalogue), Rules(), None)
        lines = [*self.lines, *self._closing()]
        replay.read("events", enumerate(lines, start=1))
        replay.finish(milliseconds(until))
        return replay


def _in_time(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Leaves out what comes later than the lateness window allows, less a day. What becomes of the few such events
    depends on when they are read, and a replay reads at another pace."""
    window = dt.timedelta(days=Rules().lateness_days - 1)
    newest = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    for line in lines:
        try:
            event = decode_event(line)
        except BadRecord:
            yield line
            continue
        if event.time > END:
            yield line
        elif newest - event.time <= window:
            newest = max(newest, event.time)
            yield line


def _record(line: bytes, keys: PositionKeys) -> Record:
    try:
        return record_of(line, LATEST, keys)
    except BadRecord as bad:
        return raw_record(BadLine(0, line, bad.fault, bad.field, bad.reason), keys)
