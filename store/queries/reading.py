"""What all queries share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Engine, Row, Select, and_, or_

from store.database import check_schema, open_engine
from store.tables import FacilityRow, ItemRow
from store.words import folded

Query: TypeAlias = Select[*tuple[Any, ...]]
"""A query of any columns."""

QUANTITIES = frozenset(
    [
        "on_hand",
        "usable",
        "surplus",
        "due_quantity",
        "expires_unused",
        "consumption",
        "dispensed",
        "issued",
        "returned",
        "unmet",
        "by_counts",
    ]
)
"""Columns of pieces."""

LIMIT = 200
"""Lines of a list unless more are asked for."""


class NotFound(LookupError):
    """Nothing is known under this name; the message says what was looked for."""


@contextmanager
def open_read_model(address: str) -> Iterator[Engine]:
    """An engine over a database whose tables are this release's; raises `DatabaseNotReady` when they are not."""
    engine = open_engine(address)
    try:
        check_schema(engine)
        yield engine
    finally:
        engine.dispose()


def matches(words: str) -> ColumnElement[bool]:
    """Rows joined with items and facilities in which every word is found in the item's or the facility's names."""
    each_word = []
    for word in folded(words).split():
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        pattern = f"%{escaped}%"
        each_word.append(or_(ItemRow.search.like(pattern, escape="\\"), FacilityRow.search.like(pattern, escape="\\")))
    return and_(True, *each_word)


def of_item(column: Any, item: str) -> ColumnElement[bool]:
    """Rows of an item code, or of all packs of a medicine when only the start of a code is given."""
    full = len(item) == len("010.000.5432.00")
    condition: ColumnElement[bool] = column == item if full else column.startswith(item, autoescape=True)
    return condition


def plain(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """A row by the names of its columns. Databases keep every number as a floating one; quantities that are whole
    read as whole, as they were published."""
    return {
        name: int(value) if name in QUANTITIES and isinstance(value, float) and value.is_integer() else value
        for name, value in row._asdict().items()
    }
