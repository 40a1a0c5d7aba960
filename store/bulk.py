"""Many rows at once, in the dialect of each database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, cast

import msgspec
from sqlalchemy import ARRAY, ColumnElement, Connection, Row, Table, Text, and_, create_engine, func, literal, select
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

FEW_ROWS = 50
"""Up to so many a statement with the values in it costs PostgreSQL less than staging them."""

CONVERSIONS_KEPT = 4_096
"""Different values of a column whose conversion is remembered."""


def table_of(rows: type[DeclarativeBase]) -> Table:
    """The table behind a mapped class."""
    return cast(Table, rows.__table__)  # a mapped join would be another thing; we map none


def upsert(
    connection: Connection,
    kind: type[DeclarativeBase],
    rows: Sequence[Mapping[str, Any]],
    *,
    rises: InstrumentedAttribute[int] | None = None,
) -> None:
    """Inserts rows or replaces those under the same primary key; with `rises`, only by a row where it is higher.

    All rows have the same columns.
    """
    if rows:
        columns = tuple(rows[0])
        pick = itemgetter(*columns)
        upsert_tuples(connection, kind, columns, [pick(row) for row in rows], rises=rises)


def upsert_tuples(
    connection: Connection,
    kind: type[DeclarativeBase],
    columns: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
    *,
    rises: InstrumentedAttribute[int] | None = None,
) -> None:
    """`upsert` of rows whose values stand in the order of `columns`: for tens of thousands a second.

    SQLAlchemy's own way from a dictionary to the driver costs three times what the database does.
    """
    if not rows:
        return
    table = table_of(kind)
    plan = _plan(connection.dialect.name, table, columns, None if rises is None else rises.key)
    values = _converted(rows, plan.conversions)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(plan.statement(_given("?", columns)), values)
    elif len(values) <= FEW_ROWS:
        connection.exec_driver_sql(plan.statement(_given("%s", columns, len(values))), _flat(values))
    else:
        _copy(connection, table, columns, values)
        connection.exec_driver_sql(plan.statement(_staged_rows(table, columns)))


def _copy(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Fills the staging table of this connection. One COPY and one INSERT take a quarter of the time of an INSERT
    for each row."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {_staged(table)} (LIKE {table.name})")
        cursor.execute(f"TRUNCATE {_staged(table)}")
        with cursor.copy(f"COPY {_staged(table)} ({_quoted(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    finally:
        cursor.close()


def _staged(table: Table) -> str:
    return f"staged_{table.name}"


def _staged_rows(table: Table, columns: Sequence[str]) -> str:
    return f"SELECT {_quoted(columns)} FROM {_staged(table)}"  # noqa: S608 - our own names only


def _given(placeholder: str, columns: Sequence[str], rows: int = 1) -> str:
    each = f"({', '.join([placeholder] * len(columns))})"
    return f"VALUES {', '.join([each] * rows)}"


def _flat(rows: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(value for row in rows for value in row)


def _quoted(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


class _Plan(NamedTuple):
    """An upsert without the source of its rows, and by index the columns whose values the driver wants in another
    form."""

    into: str
    on_conflict: str
    conversions: tuple[tuple[int, Callable[[Any], Any]], ...]

    def statement(self, source: str) -> str:
        """The upsert of the rows of a source."""
        return f"{self.into} {source} {self.on_conflict}"


@cache
def _plan(dialect_name: str, table: Table, columns: tuple[str, ...], rises: str | None) -> _Plan:
    dialect = create_engine("sqlite://" if dialect_name == "sqlite" else "postgresql+psycopg://").dialect
    key = [column.name for column in table.primary_key]
    replaced = [name for name in columns if name not in key]
    # The names are those of our own tables and columns, never of a record.
    action = "NOTHING"
    if replaced:
        action = "UPDATE SET " + ", ".join(f'"{name}" = excluded."{name}"' for name in replaced)
        if rises is not None:
            action += f' WHERE excluded."{rises}" > {table.name}."{rises}"'
    processors = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in columns]
    conversions = tuple(
        # A batch holds few different days and instants: most conversions were done a moment ago.
        (index, lru_cache(CONVERSIONS_KEPT)(convert))
        for index, convert in enumerate(processors)
        if convert is not None
    )
    into = f"INSERT INTO {table.name} ({_quoted(columns)})"
    return _Plan(into, f"ON CONFLICT ({_quoted(key)}) DO {action}", conversions)


def _converted(
    rows: Sequence[tuple[Any, ...]], conversions: Sequence[tuple[int, Callable[[Any], Any]]]
) -> list[tuple[Any, ...]]:
    if not conversions:
        return list(rows)
    columns = list(zip(*rows, strict=True))
    for index, convert in conversions:
        columns[index] = tuple(map(convert, columns[index]))
    return list(zip(*columns, strict=True))


def stored(
    connection: Connection,
    key: Sequence[InstrumentedAttribute[str]],
    keys: Iterable[tuple[str, ...]],
    columns: Sequence[InstrumentedAttribute[Any]],
) -> Sequence[Row[Any]]:
    """The columns of the rows under these keys. All keys travel in one parameter for each column (an array, or JSON
    for SQLite): a list of parameters as long as a batch costs more than the look-up."""
    wanted = list(keys)
    if not wanted:
        return []
    if connection.dialect.name == "sqlite":
        listed = func.json_each(msgspec.json.encode(wanted).decode()).table_valued("value")
        parts: list[ColumnElement[Any]] = [
            func.json_extract(listed.c.value, f"$[{index}]") for index in range(len(key))
        ]
    else:
        arrays = (literal(list(values), ARRAY(Text)) for values in zip(*wanted, strict=True))
        names = [f"key_{index}" for index in range(len(key))]
        listed = func.unnest(*arrays).table_valued(*names).render_derived()
        parts = [listed.c[name] for name in names]
    same = and_(*(column == part for column, part in zip(key, parts, strict=True)))
    return connection.execute(select(*columns).select_from(listed).join(key[0].class_, same)).all()
