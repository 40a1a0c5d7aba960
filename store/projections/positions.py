"""Positions: the newest of each facility and item, and every month they ever showed."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, delete, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from schemas.channels import position_key
from schemas.positions import MonthTotals, Position
from store.bulk import stored, table_of, upsert_tuples
from store.projections.records import Decoded, Fault, OutputRecord, UnreadableRecord
from store.tables import ConsumptionMonthRow, PositionRow

Key = tuple[str, str]
"""Facility and item."""

POSITION_COLUMNS = tuple(column.name for column in table_of(PositionRow).columns)

MONTH_COLUMNS = ("facility", "item", *MonthTotals.__struct_fields__)
"""A month's columns are the fields of its message."""


class Removed(msgspec.Struct, frozen=True):
    """A tombstone: the position is no more."""

    facility: str
    item: str


MEMORY = "positions"
"""Under which a connection keeps what it remembers."""

POSITIONS_REMEMBERED = 100_000
"""By a connection, some 400 bytes each."""


_packed = msgspec.msgpack.Encoder().encode


class Shape(NamedTuple):
    """The months that a version of a position shows, by hashes: the last one, and all before it."""

    version: int
    earlier: int
    last: int


class Memory:
    """The shapes of the positions that a connection wrote last: their documents need not be read to know which months
    are in the table. Of a transaction that was rolled back it remembers a version that the database does not hold."""

    def __init__(self) -> None:
        self._shapes: dict[Key, Shape] = {}

    def note(self, key: Key, shape: Shape) -> None:
        """Remember what was written, and forget what was written longest ago."""
        self._shapes.pop(key, None)
        self._shapes[key] = shape
        if len(self._shapes) > POSITIONS_REMEMBERED:
            del self._shapes[next(iter(self._shapes))]

    def of(self, key: Key, version: int) -> Shape | None:
        """The shape of a version that the database holds."""
        shape = self._shapes.get(key)
        return shape if shape is not None and shape.version == version else None


def shape_of(position: Position) -> Shape:
    """The shape of a published position. Bytes are hashed: of numbers -1 and -2 have one and the same."""
    months = position.months
    return Shape(position.version, hash(_packed(months[:-1])), hash(_packed(months[-1:])))


class _Shown(msgspec.Struct, frozen=True):
    """The part of a stored document that says which months are already in the table."""

    months: tuple[MonthTotals, ...]


class _Change:
    """What one batch does to a position."""

    def __init__(self) -> None:
        self.removed = False
        self.published: list[Position] = []
        """The versions in the batch that are newer than the stored one."""
        self.document = ""
        """The newest of them, as it was published."""

    @cached_property
    def shape(self) -> Shape:
        """The shape of the newest version."""
        return shape_of(self.published[-1])

    def changed_month(self, known: Shape) -> Iterable[MonthTotals] | None:
        """What differs from what the stored position showed where that is the last month at most, as it mostly is;
        `None`: more than that."""
        if self.shape.earlier != known.earlier or any(each.rolled_months for each in self.published):
            return None
        return self.published[-1].months[-1:] if self.shape.last != known.last else ()

    def changed_months(self, known: tuple[MonthTotals, ...]) -> Iterable[MonthTotals]:
        """Those that differ from what the stored position showed."""
        # Those of every version in the batch: one that rolled out of the newest is kept too.
        told = {month.month: month for each in self.published for month in (*each.rolled_months, *each.months)}
        before = {each.month: each for each in known}
        return [month for month in told.values() if before.get(month.month) != month]


_position = msgspec.json.Decoder(Position)
_shown = msgspec.json.Decoder(_Shown)


class PositionProjection:
    """`abasto.positions.v1`, compacted: only the newest version of a key is sure to be there."""

    def decode(self, record: OutputRecord) -> Position | Removed:
        if record.key is None:
            raise UnreadableRecord(record, "it has no key")
        if record.value is None:
            facility, _, item = record.key.decode("utf-8", "replace").partition("|")
            return Removed(facility, item)
        try:
            position = _position.decode(record.value)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnreadableRecord(record, str(error)) from error
        if record.key != position_key(position.facility, position.item).encode():
            raise UnreadableRecord(record, f"its key {record.key!r} is not that of {position.facility}|{position.item}")
        return position

    def write(
        self,
        connection: Connection,
        records: Sequence[Decoded[Position | Removed]],
        thinned: Callable[[OutputRecord], bool],
    ) -> Counter[Fault]:
        faults: Counter[Fault] = Counter()
        # In the order of the keys: neighbours share a page of the database, which is then written once.
        keys = sorted({(each.message.facility, each.message.item) for each in records})
        versions = {(row.facility, row.item): row.version for row in _stored(connection, keys, PositionRow.version)}
        changes = _fold(records, versions, thinned, faults)
        _remove(connection, [key for key, change in changes.items() if change.removed])
        in_order = [(key, changes[key]) for key in keys if key in changes and changes[key].published]
        known = {key: versions[key] for key, change in in_order if key in versions and not change.removed}
        memory = connection.info.setdefault(MEMORY, Memory())
        months = _changed_months(connection, in_order, known, memory)
        upsert_tuples(
            connection, PositionRow, POSITION_COLUMNS, [_row(each) for _, each in in_order], rises=PositionRow.version
        )
        upsert_tuples(connection, ConsumptionMonthRow, MONTH_COLUMNS, months)
        for key, change in in_order:
            memory.note(key, change.shape)
        return faults


def _stored(connection: Connection, keys: Iterable[Key], *columns: InstrumentedAttribute[Any]) -> Sequence[Row[Any]]:
    key = PositionRow.facility, PositionRow.item
    return stored(connection, key, keys, (*key, *columns))


def _changed_months(
    connection: Connection, changes: Sequence[tuple[Key, _Change]], known: Mapping[Key, int], memory: Memory
) -> list[tuple[Any, ...]]:
    """The values of `MONTH_COLUMNS` for the months that are not in the table as they are published; `known` are the
    stored versions of the positions that were there before."""
    changed: dict[Key, Iterable[MonthTotals] | None] = {}
    for key, change in changes:
        shape = memory.of(key, known[key]) if key in known else None
        changed[key] = None if shape is None else change.changed_month(shape)
    asked = [key for key in known if changed[key] is None]
    shown = {
        (row.facility, row.item): _shown.decode(row.document).months
        for row in _stored(connection, asked, PositionRow.document)
    }
    rows: list[tuple[Any, ...]] = []
    for key, change in changes:
        months = changed[key]
        if months is None:
            months = change.changed_months(shown.get(key, ()))
        rows += [(*key, *msgspec.structs.astuple(totals)) for totals in months]
    return rows


def _fold(
    records: Sequence[Decoded[Position | Removed]],
    stored_versions: Mapping[Key, int],
    thinned: Callable[[OutputRecord], bool],
    faults: Counter[Fault],
) -> dict[Key, _Change]:
    versions = dict(stored_versions)
    changes: dict[Key, _Change] = {}
    for each in records:
        message = each.message
        key = (message.facility, message.item)
        if isinstance(message, Removed):
            change = changes[key] = _Change()
            change.removed = True
            versions.pop(key, None)
            continue
        known = versions.get(key)
        if known is not None and message.version <= known:
            faults["stale_version"] += 1
            continue
        if message.version != (known or 0) + 1 and not thinned(each.record):
            faults["version_jump"] += 1
        versions[key] = message.version
        change = changes.setdefault(key, _Change())
        change.published.append(message)
        change.document = (each.record.value or b"").decode()
    return changes


def _remove(connection: Connection, keys: Sequence[Key]) -> None:
    if not keys:
        return
    for table in (PositionRow, ConsumptionMonthRow):
        connection.execute(delete(table).where(tuple_(table.facility, table.item).in_(keys)))


def _row(change: _Change) -> tuple[Any, ...]:
    """The values of `POSITION_COLUMNS`."""
    position = change.published[-1]
    return (
        position.facility,
        position.item,
        position.as_of,
        position.version,
        position.status,
        position.on_hand,
        position.usable,
        position.cpm,
        position.cpm_inputs.state,
        position.official_cpm,
        position.cover_days,
        position.due_quantity,
        min((due.expected_on for due in position.due if not due.late), default=None) if position.due else None,
        position.projected_stockout_on,
        position.projected_stockout_on_without_due,
        position.expires_unused,
        position.last_count_on,
        position.last_count_gap,
        position.last_event_at,
        min((each.month for each in position.months), default=None),
        change.document,
        position.surplus,
    )
