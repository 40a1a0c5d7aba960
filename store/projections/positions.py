"""Positions: the newest of each facility and item, and every month they ever showed."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, delete, tuple_

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


class Before(NamedTuple):
    """What the database holds of a position."""

    version: int
    months: tuple[MonthTotals, ...]


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

    def changed_months(self, known: tuple[MonthTotals, ...]) -> Iterable[MonthTotals]:
        """Those that differ from what the stored position showed: most positions change one month in fifteen."""
        newest = self.published[-1].months
        if not any(each.rolled_months for each in self.published) and known[:-1] == newest[:-1]:
            return newest[-1:] if known != newest else ()
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
        keys = {(each.message.facility, each.message.item) for each in records}
        columns = (PositionRow.facility, PositionRow.item, PositionRow.version, PositionRow.document)
        found = stored(connection, (PositionRow.facility, PositionRow.item), sorted(keys), columns)
        before = {(row.facility, row.item): Before(row.version, _shown.decode(row.document).months) for row in found}
        changes = _fold(records, before, thinned, faults)
        _remove(connection, [key for key, change in changes.items() if change.removed])
        # In the order of the keys: neighbours share a page of the database, which is then written once.
        in_order = [(key, change) for key, change in sorted(changes.items()) if change.published]
        upsert_tuples(
            connection, PositionRow, POSITION_COLUMNS, [_row(each) for _, each in in_order], rises=PositionRow.version
        )
        upsert_tuples(connection, ConsumptionMonthRow, MONTH_COLUMNS, _month_rows(in_order, before))
        return faults


def _fold(
    records: Sequence[Decoded[Position | Removed]],
    before: Mapping[Key, Before],
    thinned: Callable[[OutputRecord], bool],
    faults: Counter[Fault],
) -> dict[Key, _Change]:
    versions = {key: known.version for key, known in before.items()}
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


def _month_rows(changes: Sequence[tuple[Key, _Change]], before: Mapping[Key, Before]) -> list[tuple[Any, ...]]:
    """The values of `MONTH_COLUMNS`."""
    rows: list[tuple[Any, ...]] = []
    for key, change in changes:
        known = () if change.removed or key not in before else before[key].months
        rows += [(*key, *msgspec.structs.astuple(totals)) for totals in change.changed_months(known)]
    return rows
