"""Copies of events that were sent on to the partition of their position, and where their originals lie."""

import re
from typing import NamedTuple

import msgspec

from schemas.events import Event
from streams.records import LeanRecord
from supply.intake import RECORD_BYTES_LIMIT

_encode = msgspec.json.Encoder().encode

_MARK = re.compile(rb',"abasto_forwarded_from":"([^":]+):([0-9]+):([0-9]+)"}\Z')
"""The last field of a copy: `topic:partition:offset` of its original. Messages ignore fields that are not theirs."""


class Origin(NamedTuple):
    """The record that a publisher sent."""

    topic: str
    partition: int
    offset: int


def copy_of(event: Event, origin: Origin) -> bytes:
    """The body of a copy: a person who finds it among the dead letters must be able to find what was published."""
    body = _encode(event)
    mark = b',"abasto_forwarded_from":"%b:%d:%d"}' % (origin.topic.encode(), origin.partition, origin.offset)
    # An event that fills its limit goes without: it would be refused for the mark alone.
    return body if len(body) + len(mark) > RECORD_BYTES_LIMIT else body[:-1] + mark


def original(topic: str, partition: int, record: LeanRecord) -> tuple[Origin, bytes | None]:
    """Where the record that a publisher sent lies, and the event's body without a mark: of most, the record itself."""
    mark = None if record.value is None else _MARK.search(record.value)
    # Copies stay on the topic of their original: whatever names another is no mark of ours.
    if record.value is None or mark is None or mark[1] != topic.encode():
        return Origin(topic, partition, record.offset), record.value
    return Origin(topic, int(mark[2]), int(mark[3])), record.value[: mark.start()] + b"}"
