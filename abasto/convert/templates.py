"""The few expressions of a map: `{site}`, `{-quantity}`, `{ordered + 7 days}`, `{sum(quantity)}`, and conditions."""

import datetime as dt
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Value = str | int | float | dt.date | dt.datetime | None
Values = Mapping[str, Value]

_BRACES = re.compile(r"\{([^{}]*)\}")
_NAME = r"[A-Za-z_][\w .%/-]*?"
_REFERENCE = re.compile(
    rf"\s*(?P<minus>-)?\s*(?:(?P<over>sum|min|max)\(\s*(?P<inner>{_NAME})\s*\)|(?P<name>{_NAME}))"
    r"\s*(?:(?P<sign>[+-])\s*(?P<days>\d{1,4})\s*days?)?\s*"
)
_CONDITION = re.compile(
    rf"\s*(?P<name>{_NAME})\s*(?P<sign>>=|<=|==|!=|>|<)\s*(?:'(?P<text>[^']*)'|(?P<number>-?\d+(?:\.\d+)?))\s*"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}
_OVER: dict[str, Callable[..., Value]] = {"sum": sum, "min": min, "max": max}


@dataclass(frozen=True)
class _Reference:
    name: str
    minus: bool
    over: str | None
    days: int

    def value(self, row: Values, group: Sequence[Values]) -> Value:
        if self.over is None:
            found = row[self.name]
        else:
            held = [each for member in group if (each := member[self.name]) is not None]
            found = _OVER[self.over](held) if held else None
        if found is not None and self.minus:
            found = -found  # type: ignore[operator] # the map's check lets only numbers be negated
        if found is not None and self.days:
            found += dt.timedelta(days=self.days)  # type: ignore[operator] # and only dates be moved
        return found


@dataclass(frozen=True)
class Expression:
    """A template made ready: texts and references in turn."""

    parts: tuple[str | _Reference, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The values it refers to, in its order."""
        return tuple(part.name for part in self.parts if isinstance(part, _Reference))

    @property
    def groups(self) -> bool:
        """Whether it looks at a group of rows."""
        return any(part.over for part in self.parts if isinstance(part, _Reference))

    @property
    def arithmetic(self) -> tuple[tuple[str, str], ...]:
        """The names that are reckoned with, and whether they must be a `number` or a `date`."""
        references = [part for part in self.parts if isinstance(part, _Reference)]
        numbers = [(part.name, "number") for part in references if part.minus or part.over == "sum"]
        return (*numbers, *((part.name, "date") for part in references if part.days))

    def value(self, row: Values, group: Sequence[Values] = ()) -> Value:
        """One reference alone keeps its kind, anything else is text. `None` when a value in it is empty."""
        if len(self.parts) == 1 and isinstance(self.parts[0], _Reference):
            return self.parts[0].value(row, group)
        texts: list[str] = []
        for part in self.parts:
            value = part.value(row, group) if isinstance(part, _Reference) else part
            if value is None:
                return None
            texts.append(str(value))
        return "".join(texts)


def expression(template: str) -> Expression:
    """Read a template. Raises `ValueError` with a sentence when it cannot be understood."""
    parts: list[str | _Reference] = []
    at = 0
    for found in _BRACES.finditer(template):
        if found.start() > at:
            parts.append(template[at : found.start()])
        parts.append(_reference(found[1]))
        at = found.end()
    rest = template[at:]
    if rest or not parts:
        parts.append(rest)
    if any(isinstance(part, str) and ("{" in part or "}" in part) for part in parts):
        raise ValueError(f"'{template}' has a brace too many")
    return Expression(tuple(parts))


def _reference(text: str) -> _Reference:
    found = _REFERENCE.fullmatch(text)
    if found is None:
        raise ValueError(
            f"'{{{text}}}' is not understood; expected {{name}}, {{-name}}, {{name + 7 days}} or {{sum(name)}}"
        )
    days = int(found["days"] or 0)
    return _Reference(
        name=found["inner"] or found["name"],
        minus=found["minus"] is not None,
        over=found["over"],
        days=-days if found["sign"] == "-" else days,
    )


@dataclass(frozen=True)
class Condition:
    """`quantity > 0` or `kind == 'issue'`; an empty value meets none."""

    name: str
    sign: str
    limit: str | float

    def holds(self, row: Values) -> bool:
        """Whether a row meets it."""
        value = row[self.name]
        return value is not None and _COMPARE[self.sign](value, self.limit)


def conditions(texts: Sequence[str] | str) -> tuple[Condition, ...]:
    """Read conditions that must all hold. Raises `ValueError` with a sentence when one cannot be understood."""
    read: list[Condition] = []
    for text in (texts,) if isinstance(texts, str) else texts:
        found = _CONDITION.fullmatch(text)
        if found is None:
            raise ValueError(f"'{text}' is no condition such as \"quantity > 0\" or \"kind == 'issue'\"")
        limit = float(found["number"]) if found["number"] else found["text"]
        read.append(Condition(found["name"], found["sign"], limit))
    return tuple(read)
