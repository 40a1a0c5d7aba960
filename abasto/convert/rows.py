"""Rows into events: each row gives all its events, or is refused with the columns at fault."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import msgspec

from abasto.convert.cells import CellReader
from abasto.convert.checked_map import CheckedCode, CheckedEvent, CheckedMap, CodeEntry, code_entry
from abasto.convert.map_file import MapFault, Moment
from abasto.convert.templates import Expression, Value, Values
from abasto.tables import Row, Table, Unreadable
from schemas.catalogue import entry_key
from schemas.codes import shown
from schemas.dead_letters import BadRecord
from schemas.decode import decode_event
from schemas.events import Event
from supply.entries import entry_of
from supply.intake import FUTURE_TOLERANCE_MS

END_OF_DAY = dt.time(23, 59, 59)


@dataclass(frozen=True)
class RefusedRow:
    """A row that gave nothing, and why; `column` is the sheet's column at fault, where it is one."""

    line: int
    column: str
    value: str
    reason: str


@dataclass
class Conversion:
    """What came of a table: events in the order of their time, the catalogue they need, and the rows refused."""

    events: list[Event] = field(default_factory=list)
    entries: dict[str, CodeEntry] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)
    rows: int = 0
    skipped: int = 0
    silent: int = 0
    """Rows that are right and have nothing to tell, such as an issue of 0 pieces."""


class _RefusedCell(Exception):
    """Why a row is refused: the value of the map at fault, and the reason."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name
        self.reason = reason


def convert_rows(
    checked: CheckedMap, table: Table, file: str, now: dt.datetime, advance: Callable[[int], None] = lambda _: None
) -> Conversion:
    """The events of a table's rows. `now` is what no event may lie beyond; `advance` is told the rows done.

    Raises:
        MapFault: the table lacks a column that the map names.
    """
    missing = sorted(set(_columns(checked).values()) - set(table.columns))
    if missing:
        raise MapFault(
            f"{table.name} has no column {', '.join(map(repr, missing))}; it has {', '.join(map(repr, table.columns))}"
        )
    return _Converter(checked, file, now, advance).convert(table.rows)


def _columns(checked: CheckedMap) -> dict[str, str]:
    """The sheet's column behind each value that is read from one."""
    return {
        name: column.column or name for name, column in checked.file.values.items() if name not in checked.templates
    }


class _Converter:
    def __init__(self, checked: CheckedMap, file: str, now: dt.datetime, advance: Callable[[int], None]) -> None:
        self._map = checked
        self._advance = advance
        self._columns = _columns(checked)
        self._reader = CellReader(checked.file)
        self._file = file
        self._latest = now + dt.timedelta(milliseconds=FUTURE_TOLERANCE_MS)
        self._line_of_id: dict[str, int] = {}
        self._done = Conversion()

    def convert(self, rows: Iterable[Row]) -> Conversion:
        done = self._done
        read = list(self._read_all(rows))
        groups = self._groups(read)
        for row, values in read:
            try:
                events = self._events(row, values, groups)
            except _RefusedCell as refused:
                self._refuse(row, refused)
                continue
            done.events += events
            done.silent += not events
        # Python's sort keeps the order of rows among events of the same instant.
        done.events.sort(key=lambda event: event.time)
        done.refused.sort(key=lambda refused: refused.line)
        return done

    def _read_all(self, rows: Iterable[Row]) -> Iterator[tuple[Row, Values]]:
        for row in rows:
            self._done.rows += 1
            self._advance(1)
            try:
                values = self._values(row)
            except _RefusedCell as refused:
                self._refuse(row, refused)
                continue
            if self._map.skip_when and all(condition.holds(values) for condition in self._map.skip_when):
                self._done.skipped += 1
                continue
            yield row, values

    def _values(self, row: Row) -> Values:
        stray = row.cells.get("")
        if isinstance(stray, Unreadable):
            raise _RefusedCell("", stray.reason)
        values: dict[str, Value] = {"row": row.number, "file": self._file}
        for name, column in self._columns.items():
            values[name] = self._read(name, row, column)
        for name, template in self._map.templates.items():
            made = template.value(values)
            try:
                values[name] = self._reader.read(None if made is None else str(made), self._map.file.values[name])
            except ValueError as fault:
                raise _RefusedCell(name, str(fault)) from fault
        return values

    def _read(self, name: str, row: Row, column: str) -> Value:
        try:
            return self._reader.read(row.cells.get(column), self._map.file.values[name])
        except ValueError as fault:
            raise _RefusedCell(name, str(fault)) from fault

    def _groups(self, read: list[tuple[Row, Values]]) -> dict[str, dict[tuple[Value, ...], list[Values]]]:
        """For each event that is one for many rows: its groups."""
        groups: dict[str, dict[tuple[Value, ...], list[Values]]] = {}
        for event in self._map.events:
            if event.once_per:
                of_event = groups[event.name] = defaultdict(list)
                for _, values in read:
                    if all(condition.holds(values) for condition in event.when):
                        of_event[_group_key(event, values)].append(values)
        return groups

    def _events(
        self, row: Row, values: Values, groups: Mapping[str, Mapping[tuple[Value, ...], list[Values]]]
    ) -> list[Event]:
        facility = self._entry(self._map.facility, values)
        item = self._entry(self._map.item, values)
        made: list[Event] = []
        for event in self._map.events:
            if not all(condition.holds(values) for condition in event.when):
                continue
            group: list[Values] = []
            if event.once_per:
                group = groups[event.name][_group_key(event, values)]
                if group[0] is not values:
                    continue
            made.append(self._event(event, values, group, facility, item))
        for each in made:
            before = self._line_of_id.setdefault(each.id, row.number)
            if before != row.number:
                raise _RefusedCell("", f"the same as row {before}, by the map's id ({each.id})")
        if made:
            for entry in (facility, item):
                self._done.entries.setdefault(entry_key(entry), entry)
        return made

    def _event(
        self, event: CheckedEvent, values: Values, group: list[Values], facility: CodeEntry, item: CodeEntry
    ) -> Event:
        body: dict[str, object] = {
            "type": event.type,
            "id": f"{self._map.id.value(values)}/{event.name}",
            "source": self._map.source.value(values),
            "time": _instant(event.time, values[event.time.on], self._map.zone),
            "facility": getattr(facility, "facility", None),
            "item": getattr(item, "item", None),
        }
        for name, template in event.fields.items():
            value = template.value(values, group) if isinstance(template, Expression) else template
            if value is not None:
                body[name] = value
        try:
            read = decode_event(msgspec.json.encode(body))
            entry_of(read, 0, 10 ** getattr(item, "decimals", 0))
            if read.time > self._latest:
                raise BadRecord("future_time", "time", f"time is {read.time.isoformat()}, which lies in the future")
        except BadRecord as bad:
            raise _RefusedCell(_value_behind(event, bad.field), bad.reason) from bad
        return read

    def _entry(self, code: CheckedCode, values: Values) -> CodeEntry:
        given = code.code.value(values)
        name = code.code.names[0] if code.code.names else ""
        if given is None:
            raise _RefusedCell(name, "empty")
        text = str(given)
        if code.entries:
            entry = code.entries.get(text)
            if entry is None:
                raise _RefusedCell(name, f"{shown(text)} is not among the {code.kind}.codes of the map")
            return entry
        try:
            return _made_entry(code, text, values)
        except (ValueError, msgspec.ValidationError) as fault:
            raise _RefusedCell(name, str(fault)) from fault

    def _refuse(self, row: Row, refused: _RefusedCell) -> None:
        column = self._columns.get(refused.name, refused.name)
        self._done.refused.append(RefusedRow(row.number, column, row.text(column) or "", refused.reason))


def _group_key(event: CheckedEvent, values: Values) -> tuple[Value, ...]:
    return tuple(values[name] for name in event.once_per)


def _made_entry(code: CheckedCode, text: str, values: Values) -> CodeEntry:
    fields = {
        name: value.value(values) if isinstance(value, Expression) else value for name, value in code.shared.items()
    }
    return code_entry(code.kind, text, {"name": text, **fields})


def _value_behind(event: CheckedEvent, bad_field: str | None) -> str:
    """The map's value that a field of the event was made from."""
    if bad_field == "time":
        return event.time.on
    template = event.fields.get(bad_field or "")
    return template.names[0] if isinstance(template, Expression) and template.names else ""


def _instant(moment: Moment, on: Value, zone: ZoneInfo) -> dt.datetime:
    if isinstance(on, dt.datetime):
        return on if on.tzinfo else on.replace(tzinfo=zone)
    day = on if isinstance(on, dt.date) else _day_in_month(str(on), moment)
    return dt.datetime.combine(day, dt.time.fromisoformat(moment.at), tzinfo=zone)


def _day_in_month(month: str, moment: Moment) -> dt.date:
    first = dt.date.fromisoformat(f"{month}-01")
    if moment.day != "last":
        return first.replace(day=moment.day)
    return (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
