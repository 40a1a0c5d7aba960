"""Numbers, dates and months as sheets hold them; what could mean two things is refused."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abasto.convert.cells import CellReader
from abasto.convert.map_file import CodeMap, Column, EventMap, MapFile, Moment, Numbers
from abasto.tables import Cell, Unreadable

NUMBER, DATE, MONTH = Column(type="number"), Column(type="date"), Column(type="month")


def reader(numbers: Numbers | None = None, empty: tuple[str, ...] = ()) -> CellReader:
    event = EventMap(name="e", type="stock.dispensed", time=Moment(on="d"))
    code = CodeMap(code="{c}")
    return CellReader(
        MapFile(
            description="", source="s", id="{row}", timezone="UTC", columns={}, facility=code, item=code,
            events=(event,), numbers=numbers or Numbers(), empty=empty,
        )
    )  # fmt: skip


def refusal(cell: Cell, column: Column, numbers: Numbers | None = None) -> str:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the sentence is what is looked at
        reader(numbers).read(cell, column)
    return str(refused.value)


@pytest.mark.parametrize(
    ("cell", "number"),
    [("14", 14), ("14.0", 14), ("-3.5", -3.5), ("+2", 2), (14.0, 14), (0.1 + 0.2, 0.3), (7, 7)],
)
def test_plain_numbers(cell: Cell, number: float) -> None:
    read = reader().read(cell, NUMBER)
    assert read == number
    assert isinstance(read, type(number))


@pytest.mark.parametrize(
    ("cell", "numbers", "number"),
    [
        ("1,234", Numbers(thousands=","), 1234),
        ("1,234,567.5", Numbers(thousands=","), 1234567.5),
        ("1.234,5", Numbers(decimal=",", thousands="."), 1234.5),
        ("12,5", Numbers(decimal=","), 12.5),
        ("1 234", Numbers(thousands=" "), 1234),
        ("1\u00a0234", Numbers(thousands=" "), 1234),
        ("1'234", Numbers(thousands="'"), 1234),
        ("999", Numbers(thousands=","), 999),
    ],
)
def test_numbers_as_a_country_writes_them_once_the_map_says_so(cell: str, numbers: Numbers, number: float) -> None:
    assert reader(numbers).read(cell, NUMBER) == number


@pytest.mark.parametrize("cell", ["1,234", "1 234", "1.234.567", "1.234,5"])
def test_a_number_that_could_mean_two_things_is_refused(cell: str) -> None:
    assert "say under [numbers] in the map" in refusal(cell, NUMBER)


def test_groups_of_the_wrong_length_are_no_thousands() -> None:
    assert "is no number" in refusal("1,23", NUMBER, Numbers(thousands=","))
    assert "decimal comma" in refusal("12.5", NUMBER, Numbers(decimal=","))


@pytest.mark.parametrize("cell", ["nan", "inf", "1e3", "-", "12 kg", "0x10", "", True, dt.time(8)])
def test_what_is_no_number_is_refused(cell: Cell) -> None:
    assert refusal(cell, NUMBER)


@given(st.decimals(-(10**9), 10**9, places=3, allow_nan=False))
def test_every_number_is_read_back_as_it_was_written(number: object) -> None:
    assert reader().read(f"{number}", NUMBER) == float(str(number))


def test_a_whole_number_is_asked_for_where_days_are_counted() -> None:
    days = Column(type="integer", at_most=31)
    assert reader().read("300", days) == 31
    assert reader().read("4", days) == 4
    assert "no whole number" in refusal("4.5", days)


@pytest.mark.parametrize(
    ("cell", "column"),
    [
        ("2026-01-31", DATE),
        ("31/01/2026", Column(type="date", formats=("%d/%m/%Y",))),
        ("46053", Column(type="date", serial=True)),
        (46053, DATE),
        (dt.datetime(2026, 1, 31), DATE),  # noqa: DTZ001 - a spreadsheet's dates have no zone
    ],
)
def test_a_date_in_each_of_its_disguises(cell: Cell, column: Column) -> None:
    assert reader().read(cell, column) == dt.date(2026, 1, 31)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("46053", "set serial = true"),
        (20260131, "not of our time"),
        (2026, "not of our time"),
        ("31/01/2026", "is no date of the form %Y-%m-%d"),
        ("2026-02-30", "is no date of the form"),
    ],
)
def test_a_bare_number_is_a_date_only_when_it_surely_is(cell: Cell, words: str) -> None:
    assert words in refusal(cell, DATE)


@pytest.mark.parametrize(
    ("cell", "column"),
    [
        ("2026-1", MONTH),
        ("2026-01", MONTH),
        ("01/2026", Column(type="month", formats=("%m/%Y",))),
        (dt.datetime(2026, 1, 1), MONTH),  # noqa: DTZ001 - a spreadsheet's dates have no zone
    ],
)
def test_a_month_in_each_of_its_disguises(cell: Cell, column: Column) -> None:
    assert reader().read(cell, column) == "2026-01"


def test_month_13_is_none() -> None:
    assert "is no month" in refusal("2026-13", MONTH)


def test_a_time_of_day_is_kept_where_the_sheet_has_one() -> None:
    moment = dt.datetime(2026, 1, 31, 8, 15)  # noqa: DTZ001 - local; the zone is the map's
    assert reader().read("2026-01-31 08:15", Column(type="datetime")) == moment
    assert reader().read(46053 + 8.25 / 24, Column(type="datetime")) == moment


def test_empty_cells_are_refused_unless_the_map_allows_them() -> None:
    assert refusal(None, NUMBER) == "empty"
    assert reader().read(None, Column(type="number", optional=True)) is None
    assert reader(empty=("N/A",)).read("n/a", Column(type="number", optional=True)) is None


def test_an_unreadable_cell_says_why() -> None:
    assert refusal(Unreadable("a formula without its stored result"), NUMBER) == "a formula without its stored result"


def test_a_code_that_the_spreadsheet_took_for_a_number_is_text_again() -> None:
    assert reader().read(1004.0, Column()) == "1004"
