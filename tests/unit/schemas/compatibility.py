"""Finds what would break publishers or readers between an old and a new schema of a message.

Both schemas are asked about values at the edges of the other one: shortest and longest texts, bounds, every word of
an enumeration, with and without each optional field.
"""

from collections.abc import Iterator
from typing import Any

from tests.unit.schemas.validation import validator

Schema = dict[str, Any]

_TIMES = ["2026-01-31T08:00:00-06:00", "2199-12-31T23:59:59.999999Z"]
_DATES = ["2026-01-31", "2199-12-31"]
_MONTHS = ["2026-01", "2199-12"]


def breaks(old: Schema, new: Schema) -> list[str]:
    """What an old publisher or reader would stumble over, one sentence each."""
    return [
        *(f"no longer valid: {value}" for value in _refused(old, new)),
        *(f"not valid for those who know the old schema: {value}" for value in _refused(new, old)),
        *(f"gone: {path}" for path in sorted(_fields(old, old) - _fields(new, new))),
    ]


def values_of(schema: Schema) -> list[Any]:
    """Valid values of the schema, at its edges."""
    judge = validator(schema)
    return [value for value in _values(schema, schema) if judge.is_valid(value)]


def _refused(one: Schema, other: Schema) -> Iterator[Any]:
    judge = validator(other)
    yield from (value for value in values_of(one) if not judge.is_valid(value))


def _values(schema: Schema, root: Schema) -> list[Any]:
    match schema:
        case {"$ref": str(reference)}:
            return _values(root["$defs"][reference.removeprefix("#/$defs/")], root)
        case {"const": value}:
            return [value]
        case {"enum": words}:
            return list(words)
        case {"anyOf": choices} | {"oneOf": choices}:
            return [value for choice in choices for value in _values(choice, root)]
        case {"type": list(types)}:
            return [value for each in types for value in _values({**schema, "type": each}, root)]
        case {"type": "object"}:
            return list(_objects(schema, root))
        case {"type": "array"}:
            length = max(schema.get("minItems", 0), 1)
            items = [[value] * length for value in _values(schema["items"], root)]
            return items if "minItems" in schema else [*items, []]
        case {"type": "string"}:
            return _texts(schema)
        case {"type": "integer" | "number"}:
            return _numbers(schema)
        case {"type": "boolean"}:
            return [True, False]
        case {"type": "null"}:
            return [None]
        case _:
            raise NotImplementedError(f"no values for {schema}")


def _objects(schema: Schema, root: Schema) -> Iterator[dict[str, Any]]:
    values = {name: _values(each, root) for name, each in schema["properties"].items() if each is not False}
    shortest = {name: values[name][0] for name in schema["required"]}
    yield shortest
    yield {name: each[0] for name, each in values.items()}
    yield {**shortest, "a field of tomorrow": 1}
    for name, each in values.items():
        for value in each:
            yield {**shortest, name: value}
            for word in values.get("reason", []) if name == "delta" else []:
                yield {**shortest, name: value, "reason": word}  # which sign is right depends on the word


def _texts(schema: Schema) -> list[str]:
    if schema.get("format") == "date-time":
        return _TIMES
    if schema.get("format") == "date":
        return _DATES
    if schema.get("contentEncoding") == "base64":
        return ["", "AP8="]
    if schema.get("maxLength") == 7:
        return _MONTHS
    return ["x" * schema.get("minLength", 0), "ñ" * schema.get("maxLength", 1000)]


def _numbers(schema: Schema) -> list[int | float]:
    bounds = {"maximum": 1_000_000, "minimum": schema.get("exclusiveMinimum", -1_000_000), **schema}
    most, least = bounds["maximum"], bounds["minimum"]
    if schema["type"] == "integer":
        return [most, least, least + 1]
    return [most, least, least + 1, least + 0.5]


def _fields(schema: object, root: Schema, path: str = "") -> set[str]:
    match schema:
        case {"$ref": str(reference)}:
            return _fields(root["$defs"][reference.removeprefix("#/$defs/")], root, path)
        case {"properties": dict(properties), "type": "object"}:
            found = {f"{path}{name}" for name, each in properties.items() if each is not False}
            return found.union(*(_fields(each, root, f"{path}{name}.") for name, each in properties.items()))
        case {"items": dict(items)}:
            return _fields(items, root, path)
        case {"anyOf": list(choices)} | {"oneOf": list(choices)}:
            return set().union(*(_fields(choice, root, path) for choice in choices))
        case _:
            return set()
