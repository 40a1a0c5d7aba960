"""The AsyncAPI 3.0 document: which messages travel on which topic, in which form and under which key."""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

import msgspec

from schemas import channels, examples
from schemas.catalogue import CatalogueEntry
from schemas.cloud_events import STRUCTURED_MEDIA_TYPE
from schemas.encode import Record, as_binary, as_plain, as_structured, to_json
from schemas.events import Event
from schemas.json_schema import Schema, event_content, event_headers, output, parts, plain_event, structured_event
from schemas.messages import EVENT_TYPES, OUTPUTS

_KAFKA_BINDING = "0.5.0"

_JSON = "application/json"

_POSITION_KEY = "facility|item, such as DFIMS000604|010.000.5423.00: all records of a position share a partition"
_KEYS = {
    channels.INVENTORY: _POSITION_KEY,
    channels.ARRIVALS: _POSITION_KEY,
    channels.CONSUMPTION: _POSITION_KEY,
    channels.POSITIONS: _POSITION_KEY,
    channels.ALERTS: "facility|item of a position; of an alert about a whole facility or item its code",
    channels.DEAD_LETTERS: "topic:partition:offset of the record refused",
    channels.CATALOGUE: "item|ITEM, facility|FACILITY, official_cpm|FACILITY|ITEM|DATE or "
    "demand_profile|FACILITY|ITEM; no value removes the entry",
}

_PURPOSE = {
    channels.INVENTORY: "What is on the shelf: counts and adjustments.",
    channels.ARRIVALS: "What was ordered, received and cancelled.",
    channels.CONSUMPTION: "What was used, sent on, returned and missing.",
    channels.POSITIONS: "The stock position of every facility and item; the latest record under a key counts.",
    channels.ALERTS: "Each transition of every alert.",
    channels.DEAD_LETTERS: "Records that could not count, with the reason and their original bytes.",
    channels.CATALOGUE: "Items, facilities, official CPM and planned demand; the latest record under a key counts.",
}

_COMPACTED = {channels.POSITIONS, channels.CATALOGUE}


def async_api() -> dict[str, Any]:
    """The whole document. What it refers to lies in its own `components`."""
    messages = {name: message for by_name in _messages().values() for name, message in by_name.items()}
    schemas = {name: _in_components(schema) for name, schema in sorted(_schemas().items())}
    return {
        "asyncapi": "3.0.0",
        "id": "urn:abasto",
        "info": {
            "title": "Abasto",
            "version": "1.0.0",
            "description": "Stock events in; exact stock positions and shortage alerts out. Unknown fields are "
            "ignored. A breaking change is a new type and a new topic.",
        },
        "defaultContentType": _JSON,
        "channels": {_short(topic): _channel(topic, names) for topic, names in _messages().items()},
        "operations": dict(_operation(topic, names) for topic, names in _messages().items()),
        "components": {"messages": messages, "schemas": schemas},
    }


def _messages() -> dict[str, dict[str, Any]]:
    """The messages of every topic by name: each event in its three forms."""
    by_topic: dict[str, dict[str, Any]] = {topic: {} for topic in _KEYS}
    for kind, event in EVENT_TYPES.items():
        topic = channels.TOPIC_OF[event]
        by_topic[topic].update(_event_messages(kind, event, _key_binding(topic)))
    for topic, names in (
        (channels.POSITIONS, ["Position"]),
        (channels.ALERTS, ["Alert"]),
        (channels.DEAD_LETTERS, ["DeadLetter"]),
        (channels.CATALOGUE, [kind.__name__ for kind in get_args(CatalogueEntry)]),
    ):
        by_topic[topic] = {name: _output_message(name, _key_binding(topic)) for name in names}
    return by_topic


def _event_messages(kind: str, event: type[Event], binding: Schema) -> dict[str, Any]:
    name = event.__name__
    shared = {"summary": plain_event(kind)["description"], "bindings": binding}
    shown = examples.EVENTS[kind]
    return {
        name: {
            "name": kind,
            "title": f"{kind} as plain JSON",
            **shared,
            "contentType": _JSON,
            "payload": _reference("schemas", name),
            "examples": _examples(map(as_plain, shown)),
        },
        f"{name}CloudEvent": {
            "name": kind,
            "title": f"{kind} as a CloudEvent, structured mode",
            **shared,
            "contentType": STRUCTURED_MEDIA_TYPE,
            "payload": _reference("schemas", f"{name}CloudEvent"),
            "examples": _examples(map(as_structured, shown)),
        },
        f"{name}BinaryCloudEvent": {
            "name": kind,
            "title": f"{kind} as a CloudEvent, binary mode",
            **shared,
            "contentType": _JSON,
            "headers": _reference("schemas", f"{name}Headers"),
            "payload": _reference("schemas", f"{name}Content"),
            "examples": _examples(map(as_binary, shown)),
        },
    }


def _output_message(name: str, binding: Schema) -> dict[str, Any]:
    message = OUTPUTS[name]
    return {
        "name": name,
        "title": name,
        "summary": output(message)["description"],
        "bindings": binding,
        "contentType": _JSON,
        "payload": _reference("schemas", name),
        "examples": [{"payload": msgspec.json.decode(to_json(example))} for example in examples.OUTPUTS[message]],
    }


def _examples(records: Iterable[Record]) -> list[dict[str, Any]]:
    return [
        {
            **({"headers": {name: text.decode() for name, text in record.headers}} if record.headers else {}),
            "payload": msgspec.json.decode(record.value),
        }
        for record in records
    ]


def _channel(topic: str, names: Iterable[str]) -> dict[str, Any]:
    kafka: dict[str, Any] = {"topic": topic, "bindingVersion": _KAFKA_BINDING}
    if topic in _COMPACTED:
        kafka["topicConfiguration"] = {"cleanup.policy": ["compact"]}
    return {
        "address": topic,
        "description": _PURPOSE[topic],
        "messages": {name: _reference("messages", name) for name in names},
        "bindings": {"kafka": kafka},
    }


def _operation(topic: str, names: Iterable[str]) -> tuple[str, dict[str, Any]]:
    action = "receive" if topic in (*channels.INPUTS, channels.CATALOGUE) else "send"
    channel = f"#/channels/{_short(topic)}"
    return f"{action}-{_short(topic)}", {
        "action": action,
        "channel": {"$ref": channel},
        "summary": _PURPOSE[topic],
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in names],
    }


def _short(topic: str) -> str:
    return topic.removeprefix("abasto.").removesuffix(".v1")


def _key_binding(topic: str) -> Schema:
    key = {"type": "string", "description": _KEYS[topic]}
    return {"kafka": {"key": key, "bindingVersion": _KAFKA_BINDING}}


def _schemas() -> dict[str, Schema]:
    schemas = parts() | {name: output(message) for name, message in OUTPUTS.items()}
    for kind, event in EVENT_TYPES.items():
        name = event.__name__
        schemas[name] = plain_event(kind)
        schemas[f"{name}Content"] = event_content(kind)
        schemas[f"{name}CloudEvent"] = structured_event(kind, {"$ref": f"#/$defs/{name}Content"})
        schemas[f"{name}Headers"] = event_headers(kind)
    return schemas


def _in_components(schema: Any) -> Any:
    """The schema with its references pointing to where this document keeps them."""
    if isinstance(schema, Mapping):
        return {
            name: each.replace("#/$defs/", "#/components/schemas/") if name == "$ref" else _in_components(each)
            for name, each in schema.items()
        }
    return [_in_components(each) for each in schema] if isinstance(schema, list) else schema


def _reference(section: str, name: str) -> Schema:
    return {"$ref": f"#/components/{section}/{name}"}
