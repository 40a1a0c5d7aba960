"""Dead letters: each refused record once, with where it was and why."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from schemas.dead_letters import DeadLetter
from store.bulk import stored, upsert
from store.projections.records import Decoded, Fault, OutputRecord, UnreadableRecord
from store.tables import DeadLetterRow
from store.words import column_text

_dead_letter = msgspec.json.Decoder(DeadLetter)


class DeadLetterProjection:
    """`abasto.dead-letter.v1`."""

    def decode(self, record: OutputRecord) -> DeadLetter:
        if record.value is None:
            raise UnreadableRecord(record, "it is empty")
        try:
            return _dead_letter.decode(record.value)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnreadableRecord(record, str(error)) from error

    def write(
        self,
        connection: Connection,
        records: Sequence[Decoded[DeadLetter]],
        thinned: Callable[[OutputRecord], bool],  # noqa: ARG002 - a missing dead letter cannot be told
    ) -> Counter[Fault]:
        faults: Counter[Fault] = Counter()
        numbers = {(each.message.number,) for each in records}
        known = {row.number for row in stored(connection, (DeadLetterRow.number,), numbers, (DeadLetterRow.number,))}
        rows: list[dict[str, Any]] = []
        for each in records:
            if each.message.number in known:
                faults["repeated_dead_letter"] += 1
                continue
            known.add(each.message.number)
            rows.append(_row(each))
        upsert(connection, DeadLetterRow, rows)
        return faults


def _row(each: Decoded[DeadLetter]) -> dict[str, Any]:
    letter = each.message
    return {
        "number": letter.number,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "at": letter.at,
        "fault": letter.fault,
        "field": None if letter.field is None else column_text(letter.field),
        "reason": column_text(letter.reason),
        "document": (each.record.value or b"").decode(),
        "topic_partition": each.record.partition,
        "topic_offset": each.record.offset,
    }
