"""Records and chunks as the consumer hands them over."""

import datetime as dt
from dataclasses import dataclass

import msgspec

from schemas.channels import CONSUMPTION, position_key
from schemas.events import StockDispensed
from streams.records import Chunk

MIDSUMMER = dt.datetime(2026, 6, 21, 12, tzinfo=dt.UTC)


@dataclass
class FakeRecord:
    """A record of a batch."""

    offset: int
    value: bytes | None
    key: bytes | None = None
    timestamp: int = 0
    headers: tuple[tuple[str, bytes | None], ...] = ()


def dispensed(
    number: int, *, facility: str = "DFIMS000001", item: str = "010.000.0001.00", pieces: int = 1, days: float = 0
) -> StockDispensed:
    """An event that the counting book counts."""
    return StockDispensed(
        id=str(number),
        source="test",
        time=MIDSUMMER + dt.timedelta(days=days),
        facility=facility,
        item=item,
        quantity=pieces,
    )


def record_of(offset: int, event: StockDispensed) -> FakeRecord:
    """The event as a record under its position's key."""
    return FakeRecord(offset, msgspec.json.encode(event), position_key(event.facility, event.item).encode())


def chunk_of(*offsets: int, start: int | None = None, end: int | None = None, topic: str = CONSUMPTION) -> Chunk:
    """A chunk of partition 0 with one dispensed piece at each offset; its bounds fit the offsets unless given."""
    first, last = (offsets[0], offsets[-1] + 1) if offsets else (0, 0)
    return Chunk(
        topic,
        0,
        first if start is None else start,
        last if end is None else end,
        [record_of(offset, dispensed(offset)) for offset in offsets],
    )
