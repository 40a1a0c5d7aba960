"""A validator that takes JSON Schema at its word."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators


def _has_day(value: object) -> bool:
    # Of what the pattern beside the format leaves open: whether the month has that day.
    return not isinstance(value, str) or bool(dt.date.fromisoformat(value[:10]))


_formats = FormatChecker(formats=())
_formats.checkers |= {"date": (_has_day, ValueError), "date-time": (_has_day, ValueError)}


def _pattern(_: object, pattern: str, value: object, __: object) -> Iterator[ValidationError]:
    # The expressions are JavaScript's, whose `$` is the very end; Python's lets a line break follow.
    if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


_Strict = validators.extend(Draft202012Validator, {"pattern": _pattern})


def validator(schema: dict[str, Any]) -> Any:
    """Checks values against the schema, formats included."""
    return _Strict(schema, format_checker=_formats)
