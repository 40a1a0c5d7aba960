"""CloudEvents 1.0 on Kafka: where the attributes and the content of an event lie in a record.

Sources: CloudEvents 1.0.2, its JSON event format and its Kafka protocol binding. In this binding header values are
plain UTF-8: there is no percent-encoding, which belongs to HTTP, and no batched mode.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from schemas.dead_letters import BadRecord

Headers = Sequence[tuple[str, bytes | None]]
NamedHeaders = Mapping[str, bytes | None]

SPEC_VERSION = "1.0"
ATTRIBUTES = ("type", "id", "source", "time")
"""The attributes that are fields of the event too; everything else of an event is content."""

HEADER_PREFIX = "ce_"
CONTENT_TYPE = "content-type"
STRUCTURED_MEDIA_TYPE = "application/cloudevents+json"

_HEADERS = {HEADER_PREFIX + name: name for name in ("specversion", *ATTRIBUTES)}

_MEDIA_TYPES = "application/cloudevents"
_BATCH_MEDIA_TYPES = "application/cloudevents-batch"


Form = Literal["plain", "structured", "binary"]
"""How a record carries its event."""


def place(form: Form, field: str) -> str:
    """Where a field of the event is looked for in a record of that form, as the end of a sentence."""
    if form == "binary" and (field in ATTRIBUTES or field == "specversion"):
        return f" in the header {HEADER_PREFIX}{field}"
    if form == "structured" and field not in ATTRIBUTES and field != "specversion":
        return " inside data"
    return ""


def named(headers: Headers) -> NamedHeaders:
    """The headers by their names in lower case; the last of two equal ones counts, as Kafka has it."""
    return {name.lower(): value for name, value in headers}


def form_of(headers: NamedHeaders) -> Form:
    """The form that the headers tell. A structured event without headers looks plain here.

    Raises `BadRecord` for the formats of CloudEvents that are not taken.
    """
    content_type = headers.get(CONTENT_TYPE)
    if content_type is not None:
        media_type = content_type.decode("latin-1").lower().partition(";")[0].strip()
        if media_type.startswith(_MEDIA_TYPES):
            _refuse_other_formats(media_type)
            return "structured"
    return "plain" if headers.keys().isdisjoint(_HEADERS) else "binary"


def _refuse_other_formats(media_type: str) -> None:
    if media_type.startswith(_BATCH_MEDIA_TYPES):
        raise BadRecord(
            "undecodable", None, "the record is a batch of CloudEvents; expected each event in a record of its own"
        )
    if media_type != STRUCTURED_MEDIA_TYPE:
        raise BadRecord(
            "undecodable",
            None,
            f"the content-type is a CloudEvents format that is not taken; expected {STRUCTURED_MEDIA_TYPE}",
        )


def from_structured(body: dict[str, Any]) -> dict[str, Any]:
    """The fields of an event in structured mode: the attributes around it and the content in `data`.

    Content fields beside `data` are extensions of somebody else and do not count.
    """
    _check_version(body.get("specversion"), "structured")
    if "data" in body and "data_base64" in body:
        raise BadRecord("invalid_field", "data", "data and data_base64 are both there; expected one of them")
    content = _from_base64(body["data_base64"]) if "data_base64" in body else body.get("data")
    if content is None:
        raise BadRecord(
            "missing_field", "data", "data is missing; a CloudEvent has facility, item and the rest in an object data"
        )
    if not isinstance(content, dict):
        raise BadRecord("invalid_field", "data", "data is no object; expected facility, item and the rest in it")
    return _joined(content, {name: body[name] for name in ATTRIBUTES if name in body})


def from_binary(content: dict[str, Any], headers: NamedHeaders) -> dict[str, Any]:
    """The fields of an event in binary mode: attributes in `ce_` headers, the content in the record's value."""
    attributes: dict[str, str] = {}
    for header, attribute in _HEADERS.items():
        value = headers.get(header)
        if value is not None:
            try:
                attributes[attribute] = value.decode()
            except UnicodeDecodeError:
                raise BadRecord("undecodable", attribute, f"the header {header} is not text in UTF-8") from None
    _check_version(attributes.pop("specversion", None), "binary")
    return _joined(content, attributes)


def _joined(content: dict[str, Any], attributes: dict[str, Any]) -> dict[str, Any]:
    # A second `id` or `time` within the content must not stand in for an attribute that is missing.
    for name in ATTRIBUTES:
        content.pop(name, None)
    return content | attributes


def _check_version(version: object, form: Form) -> None:
    if version == SPEC_VERSION:
        return
    where = place(form, "specversion")
    if version is None:
        raise BadRecord("missing_field", "specversion", f'specversion is missing{where}; expected "{SPEC_VERSION}"')
    raise BadRecord(
        "invalid_field",
        "specversion",
        f'specversion{where} names a version of CloudEvents that is not taken; expected "{SPEC_VERSION}"',
    )


def _from_base64(text: object) -> object:
    try:
        content: object = msgspec.json.decode(base64.b64decode(text if isinstance(text, str) else "!", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise BadRecord(
            "invalid_field", "data_base64", "data_base64 is no JSON in base64; expected an event's content"
        ) from None
    return content
