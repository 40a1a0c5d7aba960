"""The catalogue as files that people keep: a folder of CSV files, one workbook, or a single table.

`items.csv`, `facilities.csv`, `official_cpm.csv` and `demand_profile.csv`, or sheets of these names; the columns are
the fields of `schemas.catalogue`, and each row of a demand profile is one planned use. Everything that is wrong is
reported at once, each fault with its file, row and column.
"""

import csv
import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec

from abasto.catalogue.checks import cross_check, fault_lines
from abasto.tables import Row, Table, TableFault, Unreadable, read_tables
from abasto.terminal import Failure
from schemas.catalogue import (
    CatalogueEntry,
    DemandProfile,
    Facility,
    Item,
    OfficialCpm,
    Pieces,
    PlannedTreatments,
    PlannedUse,
)
from schemas.codes import normalise_facility, normalise_item, shown


class PlannedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a demand profile; those of one facility and item make one entry of the catalogue."""

    facility: str
    item: str
    on: dt.date
    pieces: Pieces
    until: dt.date | None = None
    treatments: PlannedTreatments | None = None


TABLES: dict[str, type[Item | Facility | OfficialCpm | PlannedRow]] = {
    "items": Item,
    "facilities": Facility,
    "official_cpm": OfficialCpm,
    "demand_profile": PlannedRow,
}
"""The name of each table, as a file's stem or a sheet, and what its rows are."""

_NAMES = "items.csv, facilities.csv, official_cpm.csv or demand_profile.csv"

_ALIAS_SEPARATORS = re.compile(r"[;,|\s]+")

_YES = frozenset({"true", "yes", "y", "si", "sí", "x", "1"})
_NO = frozenset({"false", "no", "n", "0"})


class CatalogueFault(Failure):
    """A catalogue that cannot be taken as it is; `faults` has one sentence for each thing that is wrong."""

    def __init__(self, path: Path, faults: Sequence[str]) -> None:
        super().__init__(f"the catalogue in {path} was not taken:{fault_lines(faults)}")
        self.faults = tuple(faults)


@dataclass(frozen=True)
class CatalogueFiles:
    """What a catalogue's files hold. `notices` are things worth a look that stop nothing."""

    items: tuple[Item, ...] = ()
    facilities: tuple[Facility, ...] = ()
    official_cpm: tuple[OfficialCpm, ...] = ()
    demand_profiles: tuple[DemandProfile, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def entries(self) -> tuple[CatalogueEntry, ...]:
        """All entries: items, then facilities, then official CPM, then demand profiles."""
        return (*self.items, *self.facilities, *self.official_cpm, *self.demand_profiles)


def read_catalogue(path: Path) -> CatalogueFiles:
    """The catalogue of a folder, a workbook or a single table.

    Raises:
        CatalogueFault: with every fault found, when there is any.
    """
    try:
        tables, notices = _find_tables(path)
    except TableFault as fault:
        raise CatalogueFault(path, [str(fault)]) from fault
    faults: list[str] = []
    placed: list[tuple[str, CatalogueEntry]] = []
    for name, table in tables.items():
        notices += table.notices
        read, wrong, remarks = _read_rows(table, TABLES[name])
        placed += _entries_of(read)
        faults += wrong
        notices += remarks
    placed, wrong = cross_check(placed, whole="items" in tables and "facilities" in tables)
    faults += wrong
    if faults:
        raise CatalogueFault(path, faults)
    entries = [entry for _, entry in placed]
    return CatalogueFiles(
        tuple(entry for entry in entries if isinstance(entry, Item)),
        tuple(entry for entry in entries if isinstance(entry, Facility)),
        tuple(entry for entry in entries if isinstance(entry, OfficialCpm)),
        tuple(entry for entry in entries if isinstance(entry, DemandProfile)),
        tuple(notices),
    )


def write_catalogue(
    folder: Path,
    items: Iterable[Item] = (),
    facilities: Iterable[Facility] = (),
    official_cpm: Iterable[OfficialCpm] = (),
) -> None:
    """Write CSV files of items, facilities and official CPM, as `read_catalogue` reads them; the same entries give the
    same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    groups: dict[str, Iterable[Any]] = {"items": items, "facilities": facilities, "official_cpm": official_cpm}
    for name, entries in groups.items():
        columns = TABLES[name].__struct_fields__
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([_as_text(getattr(entry, column)) for column in columns] for entry in entries)


def _as_text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case tuple():
            return ";".join(value)
        case _:
            return str(value)


def _find_tables(path: Path) -> tuple[dict[str, Table], list[str]]:
    if path.is_dir():
        found = {file.stem: file for file in sorted(path.iterdir()) if file.stem in TABLES and file.is_file()}
        if not found:
            raise TableFault(f"{path}: no {_NAMES} in this folder")
        return {name: read_tables(file).popitem()[1] for name, file in found.items()}, []
    if not path.exists():
        raise TableFault(f"{path}: no such file or folder")
    sheets = read_tables(path)
    tables = {kind: table for name, table in sheets.items() if (kind := _kind_named(name)) in TABLES}
    if not tables and len(sheets) == 1:
        (table,) = sheets.values()
        return {_kind_of(path, table): table}, []
    if not tables:
        raise TableFault(f"{path}: no sheet named {', '.join(TABLES)}; it has {', '.join(map(repr, sheets))}")
    others = [name for name in sheets if _kind_named(name) not in TABLES]
    return tables, [f"{path.name}: sheet '{name}' is no part of a catalogue" for name in others]


def _kind_named(sheet: str) -> str:
    return sheet.strip().lower().replace(" ", "_")


def _kind_of(path: Path, table: Table) -> str:
    """What a single table under a name of its own holds, told by the columns it cannot do without."""
    for name in ("demand_profile", "official_cpm", "facilities", "items"):
        if all(column in table.columns for column in _required(TABLES[name])):
            return name
    raise TableFault(
        f"{path}: the columns are those of no catalogue table; items need item and name, facilities need "
        "facility, name and kind, official CPM needs facility, item and cpm, a demand profile needs facility, item, on "
        "and pieces"
    )


def _required(kind: type[Any]) -> list[str]:
    return [field.name for field in msgspec.structs.fields(kind) if field.required]


def _entries_of(rows: Iterable[tuple[str, CatalogueEntry | PlannedRow]]) -> list[tuple[str, CatalogueEntry]]:
    """The entries that rows make, each with the place of its first row."""
    placed: list[tuple[str, CatalogueEntry]] = []
    planned: dict[tuple[str, str], tuple[str, list[PlannedUse]]] = {}
    for place, row in rows:
        if isinstance(row, PlannedRow):
            _, uses = planned.setdefault((row.facility, row.item), (place, []))
            uses.append(PlannedUse(row.on, row.pieces, row.until, row.treatments))
        else:
            placed.append((place, row))
    for (facility, item), (place, uses) in planned.items():
        in_order = tuple(sorted(uses, key=lambda each: each.on))
        placed.append((place, DemandProfile(facility=facility, item=item, planned=in_order)))
    return placed


def _read_rows(
    table: Table, kind: type[Any]
) -> tuple[list[tuple[str, CatalogueEntry | PlannedRow]], list[str], list[str]]:
    fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
    faults: list[str] = []
    for column in _required(kind):
        if column not in table.columns:
            near = difflib.get_close_matches(column, table.columns, n=1)
            hint = f"; is it '{near[0]}'?" if near else f"; it has {', '.join(table.columns)}"
            faults.append(f"{table.name}: no column '{column}'{hint}")
    notices = [f"{table.name}: column '{name}' is not used" for name in table.columns if name not in fields]
    if faults:
        return [], faults, notices
    placed: list[tuple[str, CatalogueEntry | PlannedRow]] = []
    for row in table.rows:
        entry, wrong = _read_row(row, kind, fields)
        faults += [f"{table.name} row {row.number}{fault}" for fault in wrong]
        if entry is not None:
            placed.append((f"{table.name} row {row.number}", entry))
    return placed, faults, notices


def _read_row(
    row: Row, kind: type[Any], fields: dict[str, Any]
) -> tuple[CatalogueEntry | PlannedRow | None, list[str]]:
    faults: list[str] = []
    values: dict[str, Any] = {}
    for column, cell in row.cells.items():
        if isinstance(cell, Unreadable):
            faults.append(f", column {column}: {cell.reason}" if column else f": {cell.reason}")
            continue
        text = row.text(column)
        if column not in fields or text is None:
            continue
        try:
            values[column] = _READERS.get(column, _plain)(text, fields[column])
        except ValueError as fault:
            faults.append(f", column {column}: {fault}")
    missing = [column for column in _required(kind) if row.text(column) is None and column not in values]
    faults += [f", column {column}: empty" for column in missing if not isinstance(row.cells.get(column), Unreadable)]
    return (None if faults else kind(**values)), faults


def _plain(text: str, kind: Any) -> Any:
    try:
        return msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError as fault:
        raise ValueError(f"{shown(text)}: {_wish(kind) or _lower(str(fault))}") from fault


def _wish(kind: Any) -> str | None:
    """What a column of fixed words or of dates takes, where that can be said better than by its type."""
    if dt.date in (kind, *get_args(kind)):
        return "expected a date like 2026-06-01"
    choices = _choices(kind)
    return f"expected {' or '.join(choices)}" if choices else None


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _choices(kind: Any) -> list[str]:
    """The words that a column of fixed choices takes."""
    if get_origin(kind) is Literal:
        return [str(choice) for choice in get_args(kind)]
    return [choice for part in get_args(kind) for choice in _choices(part)]


def _yes_or_no(text: str, _: Any) -> bool:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise ValueError(f"{shown(text)}: expected yes or no")


def _aliases(text: str, _: Any) -> tuple[str, ...]:
    return tuple(normalise_facility(code) for code in _ALIAS_SEPARATORS.split(text) if code)


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "item": lambda text, _: normalise_item(text),
    "facility": lambda text, _: normalise_facility(text),
    "supplier": lambda text, _: normalise_facility(text),
    "aliases": _aliases,
    "oncology": _yes_or_no,
    # Capitals are a habit of whoever keeps the sheet.
    "ven": lambda text, kind: _plain(text.upper(), kind),
    "kind": lambda text, kind: _plain(text.lower().replace(" ", "_"), kind),
}
