"""Bad records become dead letters that always fit their topic."""

import datetime as dt

import msgspec

from schemas.dead_letters import BadRecord, DeadLetter
from streams.forwards import original
from streams.ports import Record
from streams.records import LeanRecord

LETTER_BYTES = 3 << 20
"""Largest dead letter. An input record is at most 1 MiB (streams/topics.py), 1.4 MiB in base64; what is left is for
headers, whose names JSON may need to escape."""

REASON_CHARACTERS = 1000
"""A reason is a sentence; whatever it quotes is cut to this."""

_encode = msgspec.json.Encoder().encode


def dead_letter(bad: BadRecord, topic: str, partition: int, record: LeanRecord, at_ms: int) -> Record:
    """The dead letter of a record, keyed by its `topic:partition:offset`. That of a copy names the original, which has
    no dead letter of its own: it was good enough to be sent on."""
    origin, value = original(topic, partition, record)
    letter = DeadLetter(
        topic=origin.topic,
        partition=origin.partition,
        offset=origin.offset,
        at=dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC),
        fault=bad.fault,
        field=bad.field,
        reason=bad.reason[:REASON_CHARACTERS],
        key=record.key,
        value=value,
        headers=tuple(record.headers),
    )
    encoded = _encode(letter)
    if len(encoded) > LETTER_BYTES:
        # Only headers can be that large once escaped. Key and value are what a person mends and sends again.
        note = f"{letter.reason} (its {len(letter.headers)} headers do not fit a dead letter and were left out)"
        encoded = _encode(msgspec.structs.replace(letter, headers=(), reason=note))
    return letter.number.encode(), encoded
