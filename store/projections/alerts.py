"""Alerts: each transition once, and the state the latest one left."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select

from schemas.alerts import Alert, AlertPlace
from store.bulk import stored, upsert
from store.projections.records import Decoded, Fault, OutputRecord, UnreadableRecord
from store.tables import AlertPlaceRow, AlertRow, AlertTransitionRow
from store.words import column_text

RESTORED_AT_ONCE = 5_000
"""Transitions held in memory while alerts are restored: some 10 MB."""

_alert = msgspec.json.Decoder(Alert)


class AlertProjection:
    """`abasto.alerts.v1`: the transitions of an alert lie in one partition, in their order."""

    def decode(self, record: OutputRecord) -> Alert:
        if record.value is None:
            raise UnreadableRecord(record, "it is empty")
        try:
            return _alert.decode(record.value)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnreadableRecord(record, str(error)) from error

    def write(
        self,
        connection: Connection,
        records: Sequence[Decoded[Alert]],
        thinned: Callable[[OutputRecord], bool],
    ) -> Counter[Fault]:
        faults: Counter[Fault] = Counter()
        known = _known(connection, {each.message.alert for each in records})
        sequences = {alert: sequence for alert, (sequence, _) in known.items()}
        accepted: list[Decoded[Alert]] = []
        for each in records:
            alert = each.message
            before = sequences.get(alert.alert, 0)
            if alert.sequence <= before:
                faults["repeated_transition"] += 1
                continue
            if alert.sequence != before + 1 and not thinned(each.record):
                faults["sequence_jump"] += 1
            sequences[alert.alert] = alert.sequence
            accepted.append(each)
        upsert(connection, AlertTransitionRow, [_transition_row(each) for each in accepted])
        _follow(connection, [(each.message, _document(each)) for each in accepted], known)
        return faults


def restore(connection: Connection) -> None:
    """Builds `alerts` from the transitions in the database: those that the topic no longer holds."""
    in_order = select(AlertTransitionRow.document).order_by(AlertTransitionRow.alert, AlertTransitionRow.sequence)
    documents = connection.execute(in_order).scalars()
    for part in documents.partitions(RESTORED_AT_ONCE):
        transitions = [(_alert.decode(document), document) for document in part]
        _follow(connection, transitions, _known(connection, {alert.alert for alert, _ in transitions}))


def _known(connection: Connection, alerts: set[str]) -> dict[str, tuple[int, dt.datetime | None]]:
    """The latest sequence of each alert, and when it first fired."""
    columns = (AlertRow.alert, AlertRow.sequence, AlertRow.fired_at)
    found = stored(connection, (AlertRow.alert,), ((alert,) for alert in alerts), columns)
    return {row.alert: (row.sequence, row.fired_at) for row in found}


def _follow(
    connection: Connection,
    transitions: Sequence[tuple[Alert, str]],
    known: Mapping[str, tuple[int, dt.datetime | None]],
) -> None:
    """Brings `alerts` to the state after these transitions, given with their documents in order of sequence."""
    fired_at = {alert: at for alert, (_, at) in known.items()}
    rows: dict[str, dict[str, Any]] = {}
    places: dict[str, tuple[AlertPlace, ...]] = {}
    for alert, document in transitions:
        if alert.state == "firing" and fired_at.get(alert.alert) is None:
            fired_at[alert.alert] = alert.at
        concerned = tuple(place for place in alert.places if place.role != "lends")
        if alert.facility is None or alert.item is None:
            places[alert.alert] = concerned if alert.state != "resolved" else ()
        rows[alert.alert] = {
            "alert": alert.alert,
            "fingerprint": alert.fingerprint,
            "condition": alert.condition,
            "facility": alert.facility,
            "item": alert.item,
            "state": alert.state,
            "severity": alert.severity,
            "since": alert.since,
            "at": alert.at,
            "fired_at": fired_at.get(alert.alert),
            "resolved_at": alert.at if alert.state == "resolved" else None,
            "sequence": alert.sequence,
            "reason": column_text(alert.reason),
            "reason_en": column_text(alert.reason_en),
            "places": len(concerned),
            "document": document,
        }
    upsert(connection, AlertRow, list(rows.values()), rises=AlertRow.sequence)
    _place(connection, places)


def _place(connection: Connection, places: Mapping[str, Sequence[AlertPlace]]) -> None:
    """Puts these places of wide alerts in the place of those of their transitions before."""
    for alert in places:
        connection.execute(delete(AlertPlaceRow).where(AlertPlaceRow.alert == alert))
    listed = [
        {"alert": alert, "facility": place.facility, "item": place.item}
        for alert, concerned in places.items()
        for place in concerned
    ]
    upsert(connection, AlertPlaceRow, listed)


def _document(each: Decoded[Alert]) -> str:
    return (each.record.value or b"").decode()


def _transition_row(each: Decoded[Alert]) -> dict[str, Any]:
    alert = each.message
    return {
        "alert": alert.alert,
        "sequence": alert.sequence,
        "state": alert.state,
        "severity": alert.severity,
        "at": alert.at,
        "reason": column_text(alert.reason),
        "document": _document(each),
        "topic_partition": each.record.partition,
        "topic_offset": each.record.offset,
    }
