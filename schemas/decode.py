"""From the bytes of a record to an event, or to the reason why it is none."""

import re
from collections.abc import Callable
from typing import Any, Final, NoReturn

import msgspec

from schemas import cloud_events
from schemas.cloud_events import Form, Headers, NamedHeaders, place
from schemas.dead_letters import BadRecord, Fault
from schemas.events import Event, Lot
from schemas.expectations import KNOWN_TYPES, expected, found
from schemas.messages import EVENT_TYPES
from schemas.plausibility import check, check_text

_decode_plain: Final[Callable[[bytes], Event]] = msgspec.json.Decoder(Event).decode
# A number beyond the range of floats reads as infinite here, so that its field can be named.
_parse: Final = msgspec.json.Decoder(Any, float_hook=float).decode

# Everything msgspec raises on bytes of any kind; the last for documents nested deeper than the stack.
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_PLAIN: Final[Form] = "plain"
_NO_HEADERS: Final[NamedHeaders] = {}

_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_MISSING = re.compile(r"Object missing required field `(?P<field>[^`]+)`")
_STEP = re.compile(r"\[(?P<index>\d+)\]|(?P<name>[^.\[]+)")
_BYTE = re.compile(r"\(byte (?P<position>\d+)\)$")
_NOT_JSON = re.compile(rb"NaN|Infinity")
_HALF_PAIR = re.compile(rb"\\u[dD][89abAB]")
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def decode_event(value: bytes | None, headers: Headers = ()) -> Event:
    """The event in a record: plain JSON, or a CloudEvent in structured or in binary mode.

    Codes are as the publisher wrote them. Raises `BadRecord` for every other content, and nothing else.
    """
    named, form = _NO_HEADERS, _PLAIN
    if headers:
        named = cloud_events.named(headers)
        form = cloud_events.form_of(named)
    if form == _PLAIN and value is not None:
        try:
            event = _decode_plain(value)
        except _UNREADABLE:
            pass  # Most records are good: what is wrong with this one is found out below, at leisure.
        else:
            # A structured event may carry all fields as extensions too: only its data counts. A backslash may
            # spell the attribute in another way, or a control character that JSON forbids as it is.
            if value.find(b'"specversion"') < 0 and value.find(b"\\") < 0:
                check(event)
                return event
    return _decode_carefully(value, named, form)


def _decode_carefully(value: bytes | None, headers: NamedHeaders, form: Form) -> Event:
    body = _object_in(value)
    if form == _PLAIN and "specversion" in body:
        form = "structured"
    fields = body
    if form == "structured":
        fields = cloud_events.from_structured(body)
    elif form == "binary":
        fields = cloud_events.from_binary(body, headers)
    event = _converted(fields, form)
    check_text(event)
    check(event)
    return event


def _converted(fields: dict[str, Any], form: Form) -> Event:
    kind = fields.get("type")
    # Asked for one class msgspec is ten times as quick as for the union, which it analyses anew each time.
    wanted: Any = EVENT_TYPES.get(kind, Event) if isinstance(kind, str) else Event
    try:
        event: Event = msgspec.convert(fields, wanted)
    except msgspec.ValidationError as error:
        _explain(str(error), fields, form)
    return event


def _object_in(value: bytes | None) -> dict[str, Any]:
    if value is None:
        raise BadRecord("undecodable", None, "the record has no value (a tombstone); expected an event in JSON")
    if not value.strip():
        raise BadRecord("undecodable", None, "the record is empty; expected an event in JSON")
    try:
        body = _parse(value)
    except _UNREADABLE as error:
        raise BadRecord("undecodable", None, _why_unreadable(value, error)) from None
    if isinstance(body, list):
        raise BadRecord(
            "undecodable", None, "the record is a list; expected one JSON object: each event in a record of its own"
        )
    if not isinstance(body, dict):
        raise BadRecord("undecodable", None, "the record is a single JSON value; expected an object with the event")
    return body


def _why_unreadable(value: bytes, error: Exception) -> str:
    if value.startswith(_BYTE_ORDER_MARKS):
        return "the record begins with a byte order mark; expected JSON in UTF-8 without one"
    if isinstance(error, RecursionError):
        return "the record is nested too deeply; expected an event in JSON"
    if isinstance(error, UnicodeDecodeError):
        return "the record is not text in UTF-8; expected JSON in UTF-8"
    message = str(error)
    if "out of range" in message:
        return "the record holds a number of thousands of digits; expected an event in JSON"
    if "truncated" in message:
        # msgspec says the same of an escape whose second half would lie beyond the end.
        half = ", or of a surrogate pair such as \\ud83d\\ude00" if _HALF_PAIR.search(value) else ""
        return f"the record is not JSON: it ends in the middle{half}"
    at = _BYTE.search(message)
    literal = _NOT_JSON.match(value, int(at["position"])) if at else None
    if literal:
        name = literal.group().decode()
        return f"the record is not JSON: {name} is no number in it; leave out a field that has no value"
    return f"the record is not JSON: {message.removeprefix('JSON is malformed: ')}"


def _explain(message: str, fields: dict[str, Any], form: Form) -> NoReturn:
    """Turns msgspec's finding into the fault, the field's path and a reason. The only place that reads its words."""
    at = _PATH.search(message)
    path = at["path"] if at else ""
    missing = _MISSING.match(message)
    if missing:
        path = f"{path}.{missing['field']}".lstrip(".")
    name = path.rpartition(".")[2].partition("[")[0]
    wanted = _wanted(path, name, fields)
    where = place(form, path)
    if missing:
        raise BadRecord("missing_field", path, f"{path} is missing{where}; expected {wanted}")
    value = _value_at(path, fields)
    fault: Fault = "invalid_field"
    held = f"is {found(name, value)}"
    if path == "type" and isinstance(value, str):
        fault = "unknown_type"
    elif "timezone component" in message:
        fault = "naive_time"
        held += ", without an offset"
    raise BadRecord(fault, path, f"{path}{where} {held}; expected {wanted}")


def _wanted(path: str, name: str, fields: dict[str, Any]) -> str:
    if path == "type":
        return f"one of {KNOWN_TYPES}"
    if "]" in path:
        return expected(Lot, name) if "." in path else "an object with lot, expires_on and quantity"
    return expected(EVENT_TYPES[fields["type"]], name)


def _value_at(path: str, fields: dict[str, Any]) -> object:
    value: Any = fields
    for step in _STEP.finditer(path):
        value = value[int(step["index"])] if step["index"] else value[step["name"]]
    return value
