"""Whatever becomes of batches, the table of months holds each one as it was last published."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, event, select

import store
from schemas import channels
from schemas.positions import MonthTotals, Position
from store.database import open_engine, writing
from store.projections import positions
from store.projections.positions import MONTH_COLUMNS, PositionProjection, Removed
from store.projections.records import Decoded
from store.tables import ConsumptionMonthRow, PositionRow
from tests.builders import RITUXIMAB, TRASTUZUMAB, month, position
from tests.unit.store.log import Record

NAMES = ("2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04")
WIDTH = 3
NEVER_SHOWN = "2025-10"
"""Of a long backlog months roll out that no version showed."""

Change = tuple[str, bool, dict[int, int]]
"""Of which item, whether its oldest month rolls out, and what is now told of a month by its place. Python hashes -1
and -2 alike."""

a_change = st.tuples(
    st.sampled_from((RITUXIMAB, TRASTUZUMAB)),
    st.booleans(),
    st.dictionaries(st.integers(0, WIDTH - 1), st.sampled_from((-2, -1, 0, 1)), max_size=2),
)
batches = st.lists(
    st.tuples(
        st.sampled_from(("commit", "commit", "roll back", "reconnect")), st.lists(a_change, min_size=1, max_size=4)
    ),
    min_size=1,
    max_size=8,
)


class Publisher:
    """Versions of one position: months change, and the oldest rolls out."""

    def __init__(self, item: str) -> None:
        self._item = item
        self._version = 0
        self._first = 0
        self._used: dict[int, int] = {}

    def next(self, *, rolls: bool, changed: dict[int, int]) -> Position:
        self._version += 1
        rolled: tuple[MonthTotals, ...] = ()
        if rolls and self._first + WIDTH < len(NAMES):
            rolled = (self._month(self._first),)
            self._first += 1
        elif rolls:
            rolled = (month(NEVER_SHOWN, self._version),)
        self._used |= {self._first + number: used for number, used in changed.items()}
        shown = tuple(self._month(number) for number in range(self._first, self._first + WIDTH))
        return position(item=self._item, version=self._version, shown=shown, rolled_months=rolled)

    def _month(self, number: int) -> MonthTotals:
        return month(NAMES[number], self._used.get(number, 0))


class RolledBack(Exception):
    """The database failed after the rows were written."""


def write(engine: Engine, published: list[Position], *, commit: bool) -> None:
    """What a batch of the projector does to positions."""
    records: list[Decoded[Position | Removed]] = [
        Decoded(Record(channels.POSITIONS, 0, 0, 0, None, msgspec.json.encode(each)), each) for each in published
    ]
    with suppress(RolledBack), writing(engine) as connection:
        assert PositionProjection().write(connection, records, lambda _record: False) == Counter()
        if not commit:
            raise RolledBack


def table(engine: Engine) -> dict[tuple[str, str], MonthTotals]:
    columns = [getattr(ConsumptionMonthRow, name) for name in MONTH_COLUMNS]
    with engine.connect() as connection:
        return {(row.item, row.month): MonthTotals(*row[2:]) for row in connection.execute(select(*columns))}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    address = f"sqlite:///{tmp_path_factory.mktemp('months')}/abasto.db"
    store.migrate(address)
    opened = open_engine(address, read_again=True)
    yield opened
    opened.dispose()


@given(batches=batches, remembered=st.sampled_from((1, 100)))
def test_each_month_is_there_as_it_was_last_published(
    kept: Engine, batches: list[tuple[str, list[Change]]], remembered: int
) -> None:
    with writing(kept) as connection:
        for rows in (PositionRow, ConsumptionMonthRow):
            connection.execute(delete(rows))
    kept.dispose()
    publishers = {item: Publisher(item) for item in (RITUXIMAB, TRASTUZUMAB)}
    expected: dict[tuple[str, str], MonthTotals] = {}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(positions, "POSITIONS_REMEMBERED", remembered)
        for what, drawn in batches:
            published = [publishers[item].next(rolls=rolls, changed=changed) for item, rolls, changed in drawn]
            if what == "roll back":
                write(kept, published, commit=False)
            if what == "reconnect":
                kept.dispose()
            # A batch that failed is written again.
            write(kept, published, commit=True)
            expected |= {
                (each.item, told.month): told for each in published for told in (*each.rolled_months, *each.months)
            }
            assert table(kept) == expected


def test_a_month_that_alone_differs_is_written_without_a_look_at_the_document(kept: Engine) -> None:
    asked: list[str] = []
    event.listen(kept, "before_cursor_execute", lambda *told: asked.append(told[2]))
    for version, used in ((1, 10), (2, 11), (3, 12)):
        asked.clear()
        shown = (month("2026-02", 90), month("2026-03", used))
        write(kept, [position(facility="A", version=version, shown=shown)], commit=True)
        looks = [statement for statement in asked if statement.startswith("SELECT") and "document" in statement]
        assert looks == []
    asked.clear()
    write(kept, [position(facility="A", version=4, shown=(month("2026-02", 80), month("2026-03", 12)))], commit=True)
    assert any(statement.startswith("SELECT") and "document" in statement for statement in asked)
