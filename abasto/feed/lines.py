"""Lines of a JSONL file as Kafka records: which topic, which key, which bytes.

A line is an event in plain JSON or a structured CloudEvent. Its record is keyed by its position, in canonical codes,
and holds the line as it is. The CloudEvents extension `partitionkey` may repeat the key; one that denotes another
position is refused.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

from abasto.feed.keys import PositionKeys
from abasto.feed.records import KEY_BYTES, RECORD_BYTES, Record
from schemas.channels import INVENTORY, TOPIC_OF, position_key
from schemas.codes import shown
from schemas.dead_letters import BadRecord, Fault
from schemas.decode import decode_event
from supply.intake import FUTURE_TOLERANCE_MS, RECORD_BYTES_LIMIT

FUTURE_TOLERANCE = dt.timedelta(milliseconds=FUTURE_TOLERANCE_MS)

LINE_BYTES = RECORD_BYTES + 1
"""What is longer is no event and is cut: a file without line ends must not fill the memory."""

_TOPIC_OF_TYPE = {str(kind.__struct_config__.tag): topic for kind, topic in TOPIC_OF.items()}

_PARTITION_KEY = b'"partitionkey"'


class BadLine(msgspec.Struct, frozen=True, gc=False):
    """A line that no position could take, and why."""

    number: int
    value: bytes
    fault: Fault
    field: str | None
    reason: str

    @property
    def sendable(self) -> bool:
        """Whether it can be sent as it is: otherwise no broker would take it, and `value` is but its beginning."""
        return len(self.value) <= RECORD_BYTES


class CutLine(bytes):
    """The beginning of a line that is longer than any event may be; `size` are the bytes of the whole line."""

    size: int


class _Loose(msgspec.Struct):
    """What can be made out of a line that is no valid event."""

    type: object = None
    facility: object = None
    item: object = None
    partitionkey: object = None
    data: object = None


def numbered_lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines that hold anything, with their numbers from 1 on and without their ends.

    Of a line that exceeds `LINE_BYTES` only so much is kept: it is refused for its length, whatever follows.
    """
    number = 0
    while line := file.readline(LINE_BYTES):
        number += 1
        if len(line) == LINE_BYTES and not line.endswith(b"\n"):
            cut = CutLine(line)
            cut.size = len(line)
            while not line.endswith(b"\n") and (line := file.readline(LINE_BYTES)):
                cut.size += len(line.rstrip(b"\r\n") if line.endswith(b"\n") else line)
            yield number, cut
            continue
        bare = line.rstrip(b"\r\n")
        if bare.strip():
            yield number, bare


def records(lines: Iterable[tuple[int, bytes]], now: dt.datetime, keys: PositionKeys) -> Iterator[Record | BadLine]:
    """Each line's record, or what is wrong with it."""
    latest = now + FUTURE_TOLERANCE
    for number, line in lines:
        try:
            yield record_of(line, latest, keys, number)
        except BadRecord as bad:
            yield BadLine(number, line, bad.fault, bad.field, bad.reason)


def record_of(line: bytes, latest: dt.datetime, keys: PositionKeys, number: int = 0) -> Record:
    """The record of one line, which has this number in its file. Whether the catalogue knows its codes
    is not judged here but by the service.

    Raises:
        BadRecord: the line is no event, happened after `latest`, or its codes are none.
    """
    check_size(line)
    event = decode_event(line)
    if event.time > latest:
        raise BadRecord("future_time", "time", f"time is {event.time.isoformat()}, which lies in the future")
    key = keys.of(event.facility, event.item)
    if _PARTITION_KEY in line:
        _check_key(line, key, keys)
    # Only the key is in the catalogue's words; the body stays as its publisher wrote it. The worker reads any spelling
    # and alias, by the catalogue of its time; written anew the line would lose fields that are not ours and the
    # envelope of a CloudEvent, and its publisher would not know it again among the dead letters.
    return Record(TOPIC_OF[type(event)], key, line, event.time, line=number)


def check_size(line: bytes) -> None:
    """Refuses, as `BadRecord`, a line that is too long for an event, with the size it has in the file."""
    size = line.size if isinstance(line, CutLine) else len(line)
    if size > RECORD_BYTES_LIMIT:
        raise BadRecord("oversize", None, f"the line has {size} bytes; expected at most {RECORD_BYTES_LIMIT}")


def raw_record(bad: BadLine, keys: PositionKeys) -> Record:
    """The record of a line sent as it is, faults and all: as near to where it would belong as can be made out."""
    try:
        loose = msgspec.json.decode(bad.value, type=_Loose)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Record(INVENTORY, None, bad.value, line=bad.number)
    content = loose.data if isinstance(loose.data, dict) else {"facility": loose.facility, "item": loose.item}
    key = loose.partitionkey
    facility, item = content.get("facility"), content.get("item")
    if key is None and isinstance(facility, str) and isinstance(item, str):
        key = _readable_key(facility, item, keys)
    topic = _TOPIC_OF_TYPE.get(loose.type, INVENTORY) if isinstance(loose.type, str) else INVENTORY
    named = key.encode() if isinstance(key, str) else None
    return Record(topic, named if named is None or len(named) <= KEY_BYTES else None, bad.value, line=bad.number)


def partition_key_of(line: bytes) -> bytes | None:
    """The Kafka key that a line asks for by the extension `partitionkey`, if it does."""
    if _PARTITION_KEY not in line:
        return None
    try:
        given = msgspec.json.decode(line, type=_Loose).partitionkey
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return given.encode() if isinstance(given, str) else None


def _check_key(line: bytes, key: bytes, keys: PositionKeys) -> None:
    given = msgspec.json.decode(line, type=_Loose).partitionkey
    if given is not None and not (isinstance(given, str) and keys.name_it(given, key)):
        what = shown(given) if isinstance(given, str) else "no text"
        raise BadRecord(
            "wrong_key", "partitionkey", f"partitionkey is {what}; expected the event's own position, {key.decode()}"
        )


def _readable_key(facility: str, item: str, keys: PositionKeys) -> str:
    try:
        return keys.of(facility, item).decode()
    except BadRecord:
        return position_key(facility, item)
