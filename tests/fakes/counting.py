"""A book and an intake that only count: no rule and, unlike the real book, no look-out for duplicates. A record
counted twice, or not at all, shows at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from schemas.alerts import Condition, Severity
from schemas.channels import position_key
from schemas.dead_letters import BadRecord
from schemas.events import Event, StockDispensed
from supply.calendar import milliseconds
from supply.clock import Reach
from supply.position import Outcome
from supply.totals import ItemStock

Record = tuple[bytes, bytes]
_decode_event = msgspec.json.Decoder(Event).decode


class Count(msgspec.Struct):
    """What a key has had: events, pieces, and how often it was published."""

    events: int = 0
    pieces: int = 0
    version: int = 0


class Publication(NamedTuple):
    """What a checkpoint writes."""

    changelog: list[Record]
    positions: list[Record]
    alerts: list[Record]
    rekeyed: tuple[Record, ...] = ()


class CountingBook:
    """Counts the events and pieces of each key; every publication of a key is an alert too."""

    def __init__(self, owns: Callable[[str], bool] = lambda _key: True) -> None:
        self.behind = False
        self.counts: dict[str, Count] = {}
        self.reaches: list[Reach | None] = []
        self.published_at: list[int | None] = []
        self._owns = owns
        self._touched: set[str] = set()

    @property
    def touched(self) -> int:
        return len(self._touched)

    def __len__(self) -> int:
        return len(self.counts)

    def load(self, key: bytes, value: bytes | None) -> None:
        if value is None:
            self.counts.pop(key.decode(), None)
        else:
            self.counts[key.decode()] = msgspec.json.decode(value, type=Count)

    def take(self, key: str, event: Event, at_ms: int) -> Outcome:
        if key not in self.counts and not self._owns(key):
            return Outcome.ELSEWHERE
        if not isinstance(event, StockDispensed):
            raise TypeError(f"the counting book knows no {type(event).__name__}")
        count = self.counts.setdefault(key, Count())
        count.events += 1
        count.pieces += int(event.quantity)
        self._touched.add(key)
        return Outcome.COUNTED

    def advance(self, reach: Reach | None) -> None:
        self.reaches.append(reach)

    def publish(self, now_ms: int | None) -> Publication:
        self.published_at.append(now_ms)
        records: list[Record] = []
        for key in sorted(self._touched):
            self.counts[key].version += 1
            records.append((key.encode(), msgspec.json.encode(self.counts[key])))
        self._touched.clear()
        return Publication(records, list(records), list(records))

    def open_alerts(self) -> Mapping[tuple[Condition, Severity], int]:
        return {}

    def stock_by_item(self) -> Mapping[str, ItemStock]:
        return {}


class PlainIntake:
    """Admits plain JSON events of any facility and item on any topic."""

    def admit(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes | None]],
        now_ms: int,
    ) -> tuple[str, Event, int]:
        try:
            event = _decode_event(value or b"")
        except msgspec.MsgspecError as wrong:
            raise BadRecord("undecodable", None, f"no event: {wrong}") from wrong
        return position_key(event.facility, event.item), event, milliseconds(event.time)
