"""A map made ready for use: every name in it is known, every expression understood, before the first row is read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from abasto.convert.map_file import CodeMap, EventMap, MapFault, MapFile, Moment
from abasto.convert.templates import Condition, Expression, conditions, expression
from schemas.catalogue import Facility, Item
from schemas.channels import TOPIC_OF
from schemas.codes import normalise_facility, normalise_item
from schemas.events import Envelope

PLACE_VALUES = {"row": "integer", "file": "text"}
"""Values that every row has beside its columns: its number, and the stem of the file's name."""


@dataclass(frozen=True)
class CheckedEvent:
    """An event of the map, its expressions read."""

    name: str
    type: str
    time: Moment
    fields: dict[str, Expression | int | float]
    when: tuple[Condition, ...]
    once_per: tuple[str, ...]


EVENT_TYPES = {str(kind.__struct_config__.tag): kind for kind in TOPIC_OF}

CodeKind = Literal["facility", "item"]
CodeEntry = Facility | Item


@dataclass(frozen=True)
class CheckedCode:
    """How a row's facility or item is found, and the entries its codes become."""

    kind: CodeKind
    code: Expression
    entries: dict[str, CodeEntry]
    shared: dict[str, Expression | Any]
    """Fields of an entry that is made from the rows, where the map lists no codes."""


@dataclass(frozen=True)
class CheckedMap:
    """A map whose names and expressions are all understood."""

    file: MapFile
    zone: ZoneInfo
    source: Expression
    id: Expression
    templates: dict[str, Expression]
    facility: CheckedCode
    item: CheckedCode
    events: tuple[CheckedEvent, ...]
    skip_when: tuple[Condition, ...]


def check_map(map_file: MapFile, name: str) -> CheckedMap:
    """The map made ready.

    Raises:
        MapFault: something in it is not understood; the sentence says where.
    """
    reader = _Reader(name, {label: column.type for label, column in map_file.values.items()})
    templates: dict[str, Expression] = {}
    for label, column in map_file.values.items():
        if column.template is not None:
            where = f"columns.{label}"
            templates[label] = reader.expression(column.template, where)
            if any(other in templates and other != label for other in templates[label].names):
                raise reader.fault(where, "a template over another template; use columns of the sheet")
    return CheckedMap(
        file=map_file,
        zone=_zone(map_file.timezone, reader),
        source=reader.expression(map_file.source, "source"),
        id=reader.expression(map_file.id, "id"),
        templates=templates,
        facility=_code("facility", map_file.facility, reader, map_file.timezone),
        item=_code("item", map_file.item, reader, map_file.timezone),
        events=tuple(_event(event, reader) for event in map_file.events),
        skip_when=reader.conditions(map_file.skip_when, "skip_when"),
    )


class _Reader:
    """Reads the expressions of one map, knowing which values there are."""

    def __init__(self, name: str, types: Mapping[str, str]) -> None:
        self._name = name
        self.types = {**types, **PLACE_VALUES}

    def fault(self, where: str, what: str) -> MapFault:
        return MapFault(f"the map {self._name}: {where}: {what}")

    def expression(self, template: str, where: str, *, grouped: bool = False) -> Expression:
        try:
            read = expression(template)
        except ValueError as fault:
            raise self.fault(where, str(fault)) from fault
        self.known(read.names, where)
        if read.groups and not grouped:
            raise self.fault(where, f"'{template}' looks at a group of rows; that needs once_per in an event")
        for name, wanted in read.arithmetic:
            if not (self.types[name] == wanted or (wanted == "number" and self.types[name] == "integer")):
                raise self.fault(
                    where, f"'{template}' reckons with {name}, which is no {wanted} but {self.types[name]}"
                )
        return read

    def conditions(self, texts: Iterable[str] | str, where: str) -> tuple[Condition, ...]:
        try:
            read = conditions(texts if isinstance(texts, str) else tuple(texts))
        except ValueError as fault:
            raise self.fault(where, str(fault)) from fault
        self.known([condition.name for condition in read], where)
        for condition in read:
            number = self.types[condition.name] in {"number", "integer"}
            if number != isinstance(condition.limit, float):
                raise self.fault(where, f"{condition.name} is {self.types[condition.name]}; compare it with one")
        return read

    def known(self, names: Iterable[str], where: str) -> None:
        for name in names:
            if name not in self.types:
                raise self.fault(where, f"no column '{name}' in the map; it has {', '.join(self.types)}")


def _zone(name: str, reader: _Reader) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise reader.fault("timezone", f"'{name}' is no IANA time zone such as America/Mexico_City") from None


def _code(kind: CodeKind, code_map: CodeMap, reader: _Reader, timezone: str) -> CheckedCode:
    written: dict[str, Any] = {"timezone": timezone, **code_map.entry} if kind == "facility" else code_map.entry
    known = set((Facility if kind == "facility" else Item).__struct_fields__) - {kind}
    for field in written.keys() - known:
        fields = ", ".join(sorted(known))
        raise reader.fault(f"{kind}.entry", f"no field '{field}' in a catalogue's {kind}; it has {fields}")
    shared = {
        field: reader.expression(value, f"{kind}.entry.{field}") if isinstance(value, str) else value
        for field, value in written.items()
    }
    constants = {field: value for field, value in written.items() if not _refers(value)}
    entries: dict[str, CodeEntry] = {}
    for foreign, own in code_map.codes.items():
        fields_of: dict[str, Any] = {"name": foreign, **constants, **({kind: own} if isinstance(own, str) else own)}
        try:
            entries[foreign] = code_entry(kind, str(fields_of.get(kind, "")), fields_of)
        except (ValueError, msgspec.ValidationError) as fault:
            raise reader.fault(f"{kind}.codes.{foreign}", str(fault)) from fault
    return CheckedCode(kind, reader.expression(code_map.code, f"{kind}.code"), entries, shared)


def code_entry(kind: CodeKind, code: str, fields: Mapping[str, Any]) -> CodeEntry:
    """The catalogue entry of a code and its fields. Raises `ValueError` or `ValidationError` when it is none."""
    if kind == "facility":
        return msgspec.convert({**fields, "entry": kind, kind: normalise_facility(code)}, Facility)
    return msgspec.convert({**fields, "entry": kind, kind: normalise_item(code)}, Item)


def _refers(value: Any) -> bool:
    return isinstance(value, str) and "{" in value


def _event(event: EventMap, reader: _Reader) -> CheckedEvent:
    where = f"event '{event.name}'"
    if event.type not in EVENT_TYPES:
        raise reader.fault(where, f"no type '{event.type}'; expected one of {', '.join(sorted(EVENT_TYPES))}")
    own = [
        field
        for field in msgspec.structs.fields(EVENT_TYPES[event.type])
        if field.name not in Envelope.__struct_fields__
    ]
    names = {field.name for field in own}
    for field in event.fields.keys() - names:
        raise reader.fault(where, f"{event.type} has no field '{field}'; it has {', '.join(sorted(names))}")
    for required in own:
        if required.required and required.name not in event.fields:
            raise reader.fault(where, f"{event.type} needs the field '{required.name}'")
    reader.known([event.time.on, *event.once_per], where)
    if reader.types[event.time.on] not in {"date", "datetime", "month"}:
        raise reader.fault(where, f"time.on is {event.time.on}, which is no date, time or month")
    fields = {
        field: reader.expression(value, f"{where}, {field}", grouped=bool(event.once_per))
        if isinstance(value, str)
        else value
        for field, value in event.fields.items()
    }
    return CheckedEvent(
        event.name, event.type, event.time, fields, reader.conditions(event.when, where), event.once_per
    )
