"""From a cell to a value: numbers, dates and months as people write them, or a sentence why a cell is none.

What can be read in two ways is refused, never guessed: `1,234` is a thousand in one country and one in another.
"""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

from abasto.convert.map_file import Column, MapFile, Numbers
from abasto.convert.templates import Value
from abasto.tables import Cell, Unreadable
from schemas.codes import shown

SPREADSHEET_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's days have no zone
"""Day 0 of spreadsheets, such that day 61 and later are right in all of them."""

FIRST_SERIAL, LAST_SERIAL = 32_874, 73_050
"""1990 to 2099: a bare number outside is a year, an amount or a typing error, not a day."""

DECIMALS = 6
"""Places of a workbook's number that mean anything: its binary fractions show noise beyond them."""

_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")


class CellReader:
    """Reads the values of one map's rows."""

    def __init__(self, map_file: MapFile) -> None:
        self._empty = {text.casefold() for text in map_file.empty}
        self._number = _number_reader(map_file.numbers)
        self._readers: dict[str, Callable[[Cell, Column], Value]] = {
            "text": _text,
            "integer": self._integer,
            "number": self._decimal,
            "date": _date,
            "datetime": _datetime,
            "month": _month,
        }

    def read(self, cell: Cell, column: Column) -> Value:
        """The value of a cell; `None` for an empty one. Raises `ValueError` with a sentence when it has none."""
        if isinstance(cell, Unreadable):
            raise ValueError(cell.reason)
        if cell is None or (isinstance(cell, str) and cell.casefold() in self._empty):
            if column.optional:
                return None
            raise ValueError("empty")
        value = self._readers[column.type](cell, column)
        if column.at_most is not None and isinstance(value, int | float):
            return min(value, column.at_most)
        return value

    def _decimal(self, cell: Cell, _: Column) -> int | float:
        number = self._number(cell)
        return int(number) if number == number.to_integral_value() else float(number)

    def _integer(self, cell: Cell, _: Column) -> int:
        number = self._number(cell)
        if number != number.to_integral_value():
            raise ValueError(f"{_shown(cell)} is no whole number")
        return int(number)


def _shown(cell: Cell) -> str:
    return shown(cell if isinstance(cell, str) else str(cell))


def _number_reader(numbers: Numbers) -> Callable[[Cell], Decimal]:
    grouped = None
    if numbers.thousands:
        mark = re.escape(numbers.thousands)
        grouped = re.compile(rf"[+-]?\d{{1,3}}({mark}\d{{3}})+({re.escape(numbers.decimal)}\d+)?")

    def read(cell: Cell) -> Decimal:
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return round(Decimal(repr(cell)), DECIMALS)
        if not isinstance(cell, str):
            raise ValueError(f"{_shown(cell)} is no number")
        text = cell.replace("\u00a0", " ").replace("\u202f", " ")
        if grouped is not None and grouped.fullmatch(text):
            text = text.replace(numbers.thousands, "")
        if numbers.decimal == ",":
            if "." in text:
                raise ValueError(f"{_shown(cell)} is no number with a decimal comma")
            text = text.replace(",", ".")
        if not _PLAIN.fullmatch(text):
            hint = ""
            if re.fullmatch(r"[+-]?[\d.,' ]+", text):
                hint = "; say under [numbers] in the map how decimals and thousands are written"
            raise ValueError(f"{_shown(cell)} is no number{hint}")
        return Decimal(text)

    return read


def _text(cell: Cell, _: Column) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return str(cell)


def _date(cell: Cell, column: Column) -> dt.date:
    return _datetime(cell, column, ("%Y-%m-%d",)).date()


def _datetime(
    cell: Cell, column: Column, usual: tuple[str, ...] = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
) -> dt.datetime:
    if isinstance(cell, dt.datetime):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _of_serial(float(cell), cell)
    if not isinstance(cell, str):
        raise ValueError(f"{_shown(cell)} is no date")
    formats = column.formats or usual
    for form in formats:
        try:
            return dt.datetime.strptime(cell, form)  # noqa: DTZ007 - local times; the map's zone is put to them
        except ValueError:
            continue
    if re.fullmatch(r"\d{5}(\.\d+)?", cell):
        if column.serial:
            return _of_serial(float(cell), cell)
        raise ValueError(f"{_shown(cell)} is no date; for a spreadsheet's day numbers set serial = true in the map")
    raise ValueError(f"{_shown(cell)} is no date of the form {' or '.join(formats)}")


def _of_serial(days: float, cell: Cell) -> dt.datetime:
    if not FIRST_SERIAL <= days <= LAST_SERIAL:
        raise ValueError(f"{_shown(cell)} is no date, and as a spreadsheet's day number not of our time")
    return SPREADSHEET_EPOCH + dt.timedelta(seconds=round(days * 86_400))


def _month(cell: Cell, column: Column) -> str:
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m}"
    text = str(cell)
    if not column.formats:
        found = _MONTH.fullmatch(text)
        if found and 1 <= int(found[2]) <= 12:
            return f"{found[1]}-{int(found[2]):02d}"
        raise ValueError(f"{_shown(cell)} is no month such as 2026-01")
    return f"{_datetime(text, column):%Y-%m}"
