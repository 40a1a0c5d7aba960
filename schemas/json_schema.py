"""JSON Schema (2020-12) of every message, generated from the Structs so that both say the same.

The schemas keep to words that draft 7 knows too: AsyncAPI documents and many code generators speak that one.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, get_args

import msgspec

from schemas.catalogue import CatalogueEntry
from schemas.cloud_events import ATTRIBUTES, SPEC_VERSION
from schemas.field_words import FIELD_WORDS
from schemas.messages import EVENT_TYPES, OUTPUTS
from schemas.plausibility import GAINS, LOSSES

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# What plausibility.py asks of years, and codes of control characters, as patterns that every validator checks:
# to most of them `format` is a mere remark.
_DATE = "2[01][0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_DATE_PATTERN = f"^{_DATE}$"
_TIME_PATTERN = f"^{_DATE}T{_CLOCK}:[0-5][0-9](\\.[0-9]+)?(Z|[+-]{_CLOCK})$"
_TEXT_PATTERN = "^[^\\u0000-\\u001f]*$"

_OPEN_WORDS = {
    "condition": "More conditions will come: take one you do not know as an alert like any other.",
    "fault": "More faults will come: take one you do not know as any other refusal.",
}
"""Enumerations that grow without a new version of the message."""


def plain_event(kind: str) -> Schema:
    """The event as plain JSON."""
    schema = _definitions()[EVENT_TYPES[kind].__name__]
    properties = {"type": {"const": kind}, **{name: schema["properties"][name] for name in ATTRIBUTES[1:]}}
    properties.update({name: each for name, each in schema["properties"].items() if name not in properties})
    return {
        **schema,
        # With this attribute the record is a CloudEvent, and its content is looked for in `data`.
        "properties": {**properties, "specversion": False},
        "required": [name for name in properties if name in schema["required"]],
        **_what_fields_ask_of_each_other(kind),
    }


def event_content(kind: str) -> Schema:
    """What a CloudEvent of that type carries: `data` in structured mode, the record's value in binary mode."""
    plain = plain_event(kind)
    left_out = {*ATTRIBUTES, "specversion"}
    return {
        **plain,
        "title": plain["title"] + "Content",
        "properties": {name: each for name, each in plain["properties"].items() if name not in left_out},
        "required": [name for name in plain["required"] if name not in left_out],
    }


def structured_event(kind: str, content: Schema) -> Schema:
    """The event as a CloudEvent in structured mode around that content (a schema or a reference to it)."""
    plain = plain_event(kind)
    return {
        "title": plain["title"] + "CloudEvent",
        "description": plain["description"],
        "type": "object",
        "properties": {
            "specversion": {"const": SPEC_VERSION},
            **{name: plain["properties"][name] for name in ATTRIBUTES},
            "datacontenttype": {"type": "string", "description": "The content is JSON, whatever this says."},
            "data": content,
        },
        "required": ["specversion", *ATTRIBUTES, "data"],
    }


def event_headers(kind: str) -> Schema:
    """The Kafka headers of an event in binary mode."""
    properties = plain_event(kind)["properties"]
    return {
        "title": EVENT_TYPES[kind].__name__ + "Headers",
        "type": "object",
        "properties": {
            "ce_specversion": {"const": SPEC_VERSION},
            **{f"ce_{name}": properties[name] for name in ATTRIBUTES},
            "content-type": {"type": "string", "description": "application/json"},
        },
        "required": ["ce_specversion", *(f"ce_{name}" for name in ATTRIBUTES)],
    }


def output(message: type[msgspec.Struct]) -> Schema:
    """A message that Abasto publishes, or an entry of the catalogue."""
    return _definitions()[message.__name__]


def parts() -> dict[str, Schema]:
    """What messages are made of, by name: lots, due arrivals, months, the inputs of a CPM."""
    whole = {kind.__name__ for kind in (*EVENT_TYPES.values(), *OUTPUTS.values())}
    return {name: schema for name, schema in _definitions().items() if name not in whole}


def document(schema: Schema, name: str) -> Schema:
    """The schema as a file of its own: what it refers to comes along."""
    needed: dict[str, Schema] = {}
    _collect(schema, needed)
    return {
        "$schema": DIALECT,
        "$id": f"urn:abasto:{name}:v1",
        **schema,
        **({"$defs": dict(sorted(needed.items()))} if needed else {}),
    }


def catalogue_entry() -> Schema:
    """Any entry of the catalogue; `entry` says which."""
    return {
        "title": "CatalogueEntry",
        "description": "An entry of the catalogue; `entry` says which kind.",
        "oneOf": [output(kind) for kind in get_args(CatalogueEntry)],
    }


@cache
def _definitions() -> dict[str, Schema]:
    """Every Struct of the messages by its name, `$ref`s among them as `#/$defs/NAME`."""
    return {
        **{name: _mended(schema, _strict_input) for name, schema in _generated(EVENT_TYPES.values()).items()},
        **{name: _mended(schema, _open_output) for name, schema in _generated(OUTPUTS.values()).items()},
    }


def _generated(messages: Iterable[type[msgspec.Struct]]) -> dict[str, Schema]:
    return msgspec.json.schema_components(list(messages), ref_template="#/$defs/{name}")[1]


def _mended(schema: Schema, field: Callable[[str, Schema], Schema]) -> Schema:
    mended = {**schema, "description": " ".join(schema["description"].split())}
    mended["properties"] = {name: field(name, _simpler(each)) for name, each in schema["properties"].items()}
    return mended


def _simpler(schema: Schema) -> Schema:
    """The same said in fewer words, and in words of draft 7."""
    simpler: Schema = {name: _simpler(each) if isinstance(each, dict) else each for name, each in schema.items()}
    if "anyOf" in simpler:
        choices: list[Schema] = [_simpler(each) for each in simpler["anyOf"]]
        # A quantity is a whole or a decimal number within the same bounds: a number says both.
        if any(each.get("type") == "number" for each in choices):
            choices = [each for each in choices if each.get("type") != "integer"]
        simpler["anyOf"] = choices
        if len(choices) == 1:
            del simpler["anyOf"]
            simpler.update(choices[0])
    if len(simpler.get("enum", ())) == 1:
        return {"const": simpler["enum"][0]}
    if "prefixItems" in simpler:
        simpler["items"] = {"type": sorted(_types_of(simpler.pop("prefixItems")))}
    return simpler


def _types_of(choices: Iterable[Schema]) -> set[str]:
    return {name for each in choices for name in (_types_of(each["anyOf"]) if "anyOf" in each else {each["type"]})}


def _strict_input(name: str, schema: Schema) -> Schema:
    if name == "type":
        return schema
    return {"description": FIELD_WORDS[name], **_with_patterns(schema)}


def _with_patterns(schema: Schema) -> Schema:
    if "anyOf" in schema:
        return {**schema, "anyOf": [_with_patterns(each) for each in schema["anyOf"]]}
    match schema:
        case {"format": "date-time"}:
            return {**schema, "pattern": _TIME_PATTERN}
        case {"format": "date"}:
            return {**schema, "pattern": _DATE_PATTERN}
        case {"type": "string"}:
            return {"pattern": _TEXT_PATTERN, **schema}
        case _:
            return schema


def _open_output(name: str, schema: Schema) -> Schema:
    if name not in _OPEN_WORDS:
        return schema
    return {"description": _OPEN_WORDS[name], "anyOf": [schema, {"type": "string"}]}


def _what_fields_ask_of_each_other(kind: str) -> Schema:
    match kind:
        case "stock.adjusted":
            below, above = {"delta": {"exclusiveMaximum": 0}}, {"delta": {"exclusiveMinimum": 0}}
            return {
                "allOf": [
                    {"properties": {"delta": {"not": {"const": 0}}}},
                    _if({"reason": {"enum": sorted(LOSSES)}}, {"properties": below}),
                    _if({"reason": {"enum": sorted(GAINS)}}, {"properties": above}),
                ]
            }
        case "arrival.received":
            text = {"type": "string"}
            return _if({"line": text}, {"properties": {"order": text}, "required": ["order"]})
        case _:
            return {}


def _if(properties: Mapping[str, Schema], then: Schema) -> Schema:
    return {"if": {"properties": dict(properties), "required": list(properties)}, "then": then}


def _collect(schema: object, needed: dict[str, Schema]) -> None:
    if isinstance(schema, dict):
        name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
        if name and name not in needed:
            needed[name] = parts()[name]
            _collect(needed[name], needed)
        for each in schema.values():
            _collect(each, needed)
    elif isinstance(schema, list):
        for each in schema:
            _collect(each, needed)
