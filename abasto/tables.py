"""Rows of CSV and XLSX files, with the traps of spreadsheets taken care of.

Byte-order marks, Windows code pages, semicolons or tabs for commas, empty rows, and formulas that were saved
without their result: what can be read surely is read, anything else is named by row and column.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Unreadable:
    """A cell that holds no value that could be trusted."""

    reason: str


Cell = str | int | float | Decimal | bool | dt.datetime | dt.date | dt.time | Unreadable | None
"""Text is stripped; an empty cell is `None`. In a CSV file every cell is text."""


class TableFault(Exception):
    """A file that cannot be read as a table. The text names the file and says what to do."""


@dataclass(frozen=True)
class Row:
    """One row: its number as a spreadsheet or an editor shows it, and its cells by column name."""

    number: int
    cells: dict[str, Cell]

    def text(self, column: str) -> str | None:
        """The cell as text, whole numbers without a point; `None` when empty or unreadable."""
        cell = self.cells.get(column)
        if cell is None or isinstance(cell, Unreadable):
            return None
        if isinstance(cell, float) and cell.is_integer():
            return str(int(cell))
        if isinstance(cell, dt.datetime) and cell.time() == dt.time():
            return cell.date().isoformat()
        return str(cell)


@dataclass(frozen=True)
class Table:
    """A sheet or CSV file: where it is from, its columns and its rows that hold anything."""

    name: str
    columns: tuple[str, ...]
    rows: list[Row]
    notices: tuple[str, ...] = ()


def read_tables(path: Path) -> dict[str, Table]:
    """Every sheet of an XLSX file by its name, or the one table of a CSV file by the file's stem."""
    if path.suffix.lower() == ".xlsx":
        return _read_workbook(path)
    if path.suffix.lower() in {".xls", ".xlsb", ".ods"}:
        raise TableFault(f"{path}: {path.suffix} files are not read; save it as XLSX or CSV and try again")
    return {path.stem: _read_csv(path)}


def read_table(path: Path, sheet: str | None = None) -> Table:
    """One table. A workbook with several sheets needs `sheet`."""
    tables = read_tables(path)
    if sheet is not None:
        if sheet not in tables:
            raise TableFault(f"{path}: no sheet '{sheet}'; it has {', '.join(map(repr, tables))}")
        return tables[sheet]
    filled = [table for table in tables.values() if table.columns]
    if len(filled) > 1:
        raise TableFault(f"{path}: several sheets ({', '.join(map(repr, tables))}); say which one with --sheet")
    if not filled:
        raise TableFault(f"{path}: empty, without even a row of column names")
    return filled[0]


def _read_csv(path: Path) -> Table:
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise TableFault(f"{path}: cannot be read ({fault.strerror})") from fault
    text, notices = _decode(path, raw)
    delimiter, skipped = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for _ in range(skipped):
            next(reader)
        records = ((reader.line_num, list[Cell](cell.strip() or None for cell in record)) for record in reader)
        return _table(path.name, records, notices)
    except csv.Error as fault:
        raise TableFault(f"{path}: line {reader.line_num} is not CSV ({fault})") from fault


def _decode(path: Path, raw: bytes) -> tuple[str, tuple[str, ...]]:
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return raw.decode("utf-16"), ()
    if b"\0" in raw[:1024]:
        raise TableFault(f"{path}: not a text file; CSV and XLSX are read, and XLSX by its file name")
    try:
        return raw.decode("utf-8-sig"), ()
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, fault.start) + 1
        notice = f"{path.name}: not UTF-8 (line {line}), read as Windows-1252"
    try:
        return raw.decode("cp1252"), (notice,)
    except UnicodeDecodeError:
        return raw.decode("latin-1"), (notice,)


def _delimiter(text: str) -> tuple[str, int]:
    """The delimiter, and how many lines to pass over: spreadsheets may write `sep=;` above the column names."""
    first = text.lstrip("\r\n").split("\n", 1)[0].strip("\r")
    if first.lower().startswith("sep=") and len(first) == len("sep=") + 1:
        return first[-1], 1
    unquoted = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=unquoted.count), 0


def _read_workbook(path: Path) -> dict[str, Table]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        # The same file twice: stored results, and where formulas are. A formula without a stored result reads as
        # an empty cell otherwise, and an empty cell is a valid value.
        results = load_workbook(path, read_only=True, data_only=True)
        formulas = load_workbook(path, read_only=True, data_only=False)
    except OSError as fault:
        raise TableFault(f"{path}: cannot be read ({fault.strerror})") from fault
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as fault:
        raise TableFault(f"{path}: not an XLSX file ({fault}); save it as XLSX or CSV and try again") from fault
    try:
        return {
            sheet.title: _table(f"{path.name}, sheet {sheet.title}", _sheet_rows(sheet, formulas[sheet.title]), ())
            for sheet in results.worksheets
        }
    finally:
        results.close()
        formulas.close()


def _sheet_rows(results: Any, formulas: Any) -> Iterator[tuple[int, list[Cell]]]:
    # Programs other than Excel write wrong dimensions, and openpyxl would stop at them.
    results.reset_dimensions()
    formulas.reset_dimensions()
    pairs = zip(results.iter_rows(), formulas.iter_rows(), strict=True)
    for number, (values, sources) in enumerate(pairs, start=1):
        yield number, [_sheet_cell(value, source) for value, source in zip(values, sources, strict=True)]


def _sheet_cell(value: Any, source: Any) -> Cell:
    if source.data_type == "f" and value.value is None:
        return Unreadable("a formula without its stored result: open the file in a spreadsheet program and save it")
    if value.data_type == "e":
        return Unreadable(f"the spreadsheet's error {value.value}")
    if isinstance(value.value, str):
        return value.value.strip() or None
    if isinstance(value.value, dt.timedelta):
        return Unreadable("a duration, not a value of a table")
    cell: Cell = value.value
    return cell


def _table(name: str, records: Iterator[tuple[int, list[Cell]]], notices: tuple[str, ...]) -> Table:
    columns: list[str] | None = None
    rows: list[Row] = []
    for number, cells in records:
        if all(cell is None for cell in cells):
            continue
        if columns is None:
            columns = ["" if cell is None else str(cell) for cell in cells]
            twice = sorted({column for column in columns if column and columns.count(column) > 1})
            if twice:
                raise TableFault(f"{name}: row {number} names the column '{twice[0]}' twice; rename one of them")
            continue
        row = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
        if any(cell is not None for cell in cells[len(columns) :]):
            row[""] = Unreadable(f"{len(cells)} cells in a table of {len(columns)} columns: a stray delimiter?")
        rows.append(Row(number, row))
    return Table(name, tuple(column for column in columns or () if column), rows, notices)
