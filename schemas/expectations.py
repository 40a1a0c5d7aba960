"""What a field should hold and what was found in it, in words for the programmer of an upstream system."""

from typing import Any

import msgspec
from msgspec import inspect

from schemas.codes import shown
from schemas.events import Lot
from schemas.messages import EVENT_TYPES

KNOWN_TYPES = ", ".join(sorted(EVENT_TYPES))

_INSTANT = "a date and time with its offset, such as 2026-01-31T08:00:00-06:00"

_LONG_NUMBER = 1e18
"""More digits than that help nobody, and Python refuses to print thousands of them."""

# Free text is not shown again: what was typed into the wrong field may name a person.
_FREE_TEXT = frozenset({"id", "source", "order", "line", "supplier", "destination", "lot"})


def expected(struct: type[msgspec.Struct], field: str) -> str:
    """What the field of that message should hold: `a number from 0 to 1000000000`."""
    return _EXPECTED[struct].get(field, "a field of this message")


def found(field: str, value: object) -> str:
    """What the field held instead. Lists, objects and free text are described, never shown."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value) if abs(value) < _LONG_NUMBER else "a number of more than 18 digits"
        case "":
            return "an empty text"
        case str():
            return f"a text of {len(value)} characters" if field in _FREE_TEXT else shown(value)
        case dict():
            return "an object"
        case _:
            return "a list"


def _words(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata(type=inner, extra_json_schema=extra):
            return str((extra or {}).get("description") or _words(inner))
        case inspect.UnionType(types=types):
            # Of a quantity's two forms the decimal one says it all: both carry the same bounds. Null is left out.
            return _words(next(each for each in reversed(types) if not isinstance(each, inspect.NoneType)))
        case inspect.IntType():
            return "a whole " + _range(kind)
        case inspect.FloatType():
            return "a " + _range(kind)
        case inspect.StrType(min_length=shortest, max_length=longest):
            return f"a text of {shortest} to {longest} characters"
        case inspect.LiteralType(values=values):
            return "one of " + ", ".join(str(value) for value in values)
        case inspect.DateTimeType():
            return _INSTANT
        case inspect.DateType():
            return "a date such as 2026-01-31"
        case inspect.VarTupleType(item_type=item):
            return f"a list, each {_words(item)}"
        case inspect.StructType(fields=fields):
            return "an object with " + ", ".join(field.encode_name for field in fields)
        case _:
            raise TypeError(f"no words for {kind}")


def _range(kind: inspect.IntType | inspect.FloatType) -> str:
    return (
        f"number above {kind.gt} and up to {kind.le}" if kind.gt is not None else f"number from {kind.ge} to {kind.le}"
    )


def _of_struct(struct: type[msgspec.Struct]) -> dict[str, str]:
    described: Any = inspect.type_info(struct)
    return {field.encode_name: _words(field.type) for field in described.fields}


_EXPECTED: dict[type[msgspec.Struct], dict[str, str]] = {
    struct: _of_struct(struct) for struct in (*EVENT_TYPES.values(), Lot)
}
