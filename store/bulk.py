"""Many rows at once, in the dialect of each database."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Row, Table, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

KEYS_A_QUERY = 2_000
"""Keys in one look-up: SQLite takes 32,766 parameters in a statement, and a key has up to three."""


def table_of(rows: type[DeclarativeBase]) -> Table:
    """The table behind a mapped class."""
    return cast(Table, rows.__table__)  # a mapped join would be another thing; we map none


def upsert(
    connection: Connection,
    kind: type[DeclarativeBase],
    rows: Sequence[dict[str, Any]],
    *,
    rises: InstrumentedAttribute[int] | None = None,
) -> None:
    """Inserts rows or replaces those under the same primary key; with `rises`, only by a row where it is higher."""
    if not rows:
        return
    table = table_of(kind)
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)
    key = [column.name for column in table.primary_key]
    replaced = {name: insert.excluded[name] for name in rows[0] if name not in key}
    condition = None if rises is None else insert.excluded[rises.key] > table.c[rises.key]
    if replaced:
        statement = insert.on_conflict_do_update(index_elements=key, set_=replaced, where=condition)
    else:
        statement = insert.on_conflict_do_nothing(index_elements=key)
    connection.execute(statement, rows)


def stored(
    connection: Connection,
    key: Sequence[InstrumentedAttribute[Any]],
    keys: Iterable[Any],
    columns: Sequence[InstrumentedAttribute[Any]],
) -> list[Row[Any]]:
    """The columns of the rows under these keys; a key of several columns is a tuple."""
    wanted = list(keys)
    column = key[0] if len(key) == 1 else tuple_(*key)
    found: list[Row[Any]] = []
    for start in range(0, len(wanted), KEYS_A_QUERY):
        part = wanted[start : start + KEYS_A_QUERY]
        found.extend(connection.execute(select(*columns).where(column.in_(part))))
    return found
