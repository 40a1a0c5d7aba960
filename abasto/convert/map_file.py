"""A map as it is written: which columns a sheet has, and which events a row of it is. Format: docs/convert.md."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from abasto.terminal import Failure

SHIPPED = Path(__file__).parent
"""Where the maps that come with the program lie."""

ValueType = Literal["text", "integer", "number", "date", "datetime", "month"]

Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")]
Template = str
"""Text with values in braces: `{site}-{row}`; docs/convert.md has the few expressions."""


class MapFault(Failure):
    """A map that cannot be used; the text names the map and what is wrong in it."""


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A misspelt name in a map is a fault, not a setting that is silently left out."""


class Numbers(_Strict, frozen=True, kw_only=True):
    """How the sheet writes numbers: `1.234,5` has decimal `,` and thousands `.`."""

    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", " ", "'", ""] = ""


class Column(_Strict, frozen=True, kw_only=True):
    """A value of a row: the column of the same name, the one named by `column`, or a template over others.

    `formats` are those of strptime, for dates, times and months. `serial` says that bare numbers of a CSV file are
    a spreadsheet's days since 1899-12-30. `at_most` cuts larger figures down.
    """

    type: ValueType = "text"
    column: str | None = None
    template: Template | None = None
    optional: bool = False
    formats: tuple[str, ...] = ()
    serial: bool = False
    at_most: int | None = None


class Moment(_Strict, frozen=True, kw_only=True):
    """When an event happened: a date, month or time value; for a month the day in it, for both the local clock."""

    on: str
    day: Annotated[int, Meta(ge=1, le=28)] | Literal["last"] = 1
    at: Clock = "12:00"


class EventMap(_Strict, frozen=True, kw_only=True):
    """One event of a row: its fields as templates or constants, and when there is one.

    `name` ends the event's id, so that several events of a row differ. `once_per` makes one event of all rows that
    agree in these values; templates may then use `sum(...)`, `min(...)` and `max(...)` of the group.
    """

    name: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,32}$")]
    type: str
    time: Moment
    fields: dict[str, Template | int | float] = {}
    when: tuple[str, ...] | str = ()
    once_per: tuple[str, ...] = ()


class CodeMap(_Strict, frozen=True, kw_only=True):
    """Where a code comes from, and the catalogue entry it becomes.

    `codes` translates the sheet's codes: to a code, or to a table of fields of the catalogue entry. With it, a code
    that is not in it is refused. `entry` holds the fields that all entries share, as templates or constants.
    """

    code: Template
    codes: dict[str, str | dict[str, Any]] = {}
    entry: dict[str, Any] = {}


class MapFile(_Strict, frozen=True, kw_only=True):
    """A whole map."""

    description: str
    source: Template
    id: Template
    timezone: str
    columns: dict[str, Column | ValueType]
    facility: CodeMap
    item: CodeMap
    events: Annotated[tuple[EventMap, ...], Meta(min_length=1)]
    numbers: Numbers = Numbers()
    empty: tuple[str, ...] = ()
    skip_when: tuple[str, ...] | str = ()

    @property
    def values(self) -> dict[str, Column]:
        """The values of a row, each fully described."""
        return {
            name: column if isinstance(column, Column) else Column(type=column) for name, column in self.columns.items()
        }


def shipped_maps() -> list[str]:
    """The names of the maps that come with the program."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def read_map(name: str) -> MapFile:
    """The map of a path, or of the name of a shipped one.

    Raises:
        MapFault: there is none, or it is not in the format of docs/convert.md.
    """
    path = Path(name)
    if not path.suffix and not path.exists():
        path = SHIPPED / f"{name}.toml"
        if not path.exists():
            raise MapFault(f"no map '{name}'; give the path of a TOML file or one of {', '.join(shipped_maps())}")
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), MapFile)
    except OSError as fault:
        raise MapFault(f"the map {path} cannot be read ({fault.strerror})") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise MapFault(f"the map {path} is not TOML: {fault}") from fault
    except RecursionError:
        raise MapFault(f"the map {path} is nested too deeply") from None
    except msgspec.ValidationError as fault:
        raise MapFault(f"the map {path}: {fault}") from fault
