"""From an event to a Kafka record in any of the three forms, and from any message to JSON."""

from typing import Any, NamedTuple

import msgspec

from schemas.channels import TOPIC_OF, position_key
from schemas.cloud_events import ATTRIBUTES, CONTENT_TYPE, HEADER_PREFIX, SPEC_VERSION, STRUCTURED_MEDIA_TYPE
from schemas.events import Event

_encoder = msgspec.json.Encoder()

to_json = _encoder.encode
"""A message of any kind as JSON in UTF-8: times in RFC 3339, bytes in base64."""


class Record(NamedTuple):
    """An event as it is published. `key` puts all events of a position into one partition."""

    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


def as_plain(event: Event) -> Record:
    """The event as plain JSON: the shortest form, and the quickest to read."""
    return Record(TOPIC_OF[type(event)], _key(event), to_json(event))


def as_structured(event: Event) -> Record:
    """The event as a CloudEvent in structured mode: all of it in the value, the content under `data`."""
    attributes, content = _parts(event)
    return Record(
        TOPIC_OF[type(event)],
        _key(event),
        to_json({"specversion": SPEC_VERSION, **attributes, "data": content}),
        ((CONTENT_TYPE, STRUCTURED_MEDIA_TYPE.encode()),),
    )


def as_binary(event: Event) -> Record:
    """The event as a CloudEvent in binary mode: attributes in `ce_` headers, the content in the value."""
    attributes, content = _parts(event)
    headers = {
        f"{HEADER_PREFIX}specversion": SPEC_VERSION,
        **{HEADER_PREFIX + name: text for name, text in attributes.items()},
        CONTENT_TYPE: "application/json",
    }
    return Record(
        TOPIC_OF[type(event)],
        _key(event),
        to_json(content),
        tuple((name, text.encode()) for name, text in headers.items()),
    )


def _key(event: Event) -> bytes:
    return position_key(event.facility, event.item).encode()


def _parts(event: Event) -> tuple[dict[str, str], dict[str, Any]]:
    content = msgspec.to_builtins(event)
    return {name: content.pop(name) for name in ATTRIBUTES}, content
