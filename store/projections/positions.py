"""Positions: the newest of each facility and item, and every month they ever showed."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, tuple_

from schemas.channels import position_key
from schemas.positions import MonthTotals, Position
from store.bulk import stored, upsert
from store.projections.records import Decoded, Fault, OutputRecord, UnreadableRecord
from store.tables import ConsumptionMonthRow, PositionRow

Key = tuple[str, str]
"""Facility and item."""


class Removed(msgspec.Struct, frozen=True):
    """A tombstone: the position is no more."""

    facility: str
    item: str


class _Shown(msgspec.Struct, frozen=True):
    """The part of a stored document that says which months are already in the table."""

    months: tuple[MonthTotals, ...]


class _Change:
    """What one batch does to a position."""

    def __init__(self) -> None:
        self.removed = False
        self.newest: Decoded[Position | Removed] | None = None
        self.months: dict[str, MonthTotals] = {}


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
        before: dict[Key, tuple[int, tuple[MonthTotals, ...]]] = {
            (row.facility, row.item): (row.version, _shown.decode(row.document).months)
            for row in stored(
                connection,
                (PositionRow.facility, PositionRow.item),
                keys,
                (PositionRow.facility, PositionRow.item, PositionRow.version, PositionRow.document),
            )
        }
        changes = _fold(records, before, thinned, faults)
        _remove(connection, [key for key, change in changes.items() if change.removed])
        upsert(
            connection,
            PositionRow,
            [row for change in changes.values() if (row := _row(change)) is not None],
            rises=PositionRow.version,
        )
        upsert(connection, ConsumptionMonthRow, _month_rows(changes, before))
        return faults


def _fold(
    records: Sequence[Decoded[Position | Removed]],
    before: dict[Key, tuple[int, tuple[MonthTotals, ...]]],
    thinned: Callable[[OutputRecord], bool],
    faults: Counter[Fault],
) -> dict[Key, _Change]:
    versions = {key: version for key, (version, _) in before.items()}
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
        change.newest = each
        for month in message.months:
            change.months[month.month] = month
    return changes


def _remove(connection: Connection, keys: Sequence[Key]) -> None:
    if not keys:
        return
    for table in (PositionRow, ConsumptionMonthRow):
        connection.execute(delete(table).where(tuple_(table.facility, table.item).in_(keys)))


def _row(change: _Change) -> dict[str, Any] | None:
    if change.newest is None or isinstance(change.newest.message, Removed):
        return None
    position = change.newest.message
    value = change.newest.record.value or b""
    return {
        "facility": position.facility,
        "item": position.item,
        "as_of": position.as_of,
        "version": position.version,
        "status": position.status,
        "on_hand": position.on_hand,
        "usable": position.usable,
        "cpm": position.cpm,
        "cpm_state": position.cpm_inputs.state,
        "official_cpm": position.official_cpm,
        "cover_days": position.cover_days,
        "due_quantity": position.due_quantity,
        "next_due_on": min((due.expected_on for due in position.due if not due.late), default=None),
        "projected_stockout_on": position.projected_stockout_on,
        "projected_stockout_on_without_due": position.projected_stockout_on_without_due,
        "expires_unused": position.expires_unused,
        "last_count_on": position.last_count_on,
        "last_count_gap": position.last_count_gap,
        "last_event_at": position.last_event_at,
        "months_from": min((month.month for month in position.months), default=None),
        "document": value.decode(),
    }


def _month_rows(
    changes: dict[Key, _Change], before: dict[Key, tuple[int, tuple[MonthTotals, ...]]]
) -> list[dict[str, Any]]:
    """Only months that differ from what the stored position showed: most positions change one month in fifteen."""
    rows: list[dict[str, Any]] = []
    for (facility, item), change in changes.items():
        known: set[MonthTotals] = set()
        if not change.removed and (facility, item) in before:
            known = set(before[facility, item][1])
        rows.extend(
            {
                "facility": facility,
                "item": item,
                "month": totals.month,
                "consumption": totals.consumption,
                "dispensed": totals.dispensed,
                "issued": totals.issued,
                "returned": totals.returned,
                "unmet": totals.unmet,
                "days_out": totals.days_out,
                "reported": totals.reported,
            }
            for totals in change.months.values()
            if totals not in known
        )
    return rows
