"""Spreadsheets as they really come: what can be read surely is read, the rest is named."""

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import Workbook

from abasto.tables import TableFault, Unreadable, read_table, read_tables


def csv_file(folder: Path, content: bytes) -> Path:
    path = folder / "stock.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"site,quantity\nA,5\n",
        b"\xef\xbb\xbfsite,quantity\r\nA,5\r\n",
        b"site;quantity\nA;5\n",
        b"sep=;\r\nsite;quantity\r\nA;5\r\n",
        b"site\tquantity\nA\t5",
        b'"site","quantity"\n" A ","5"\n',
        b"\n,\nsite,quantity\n,\nA,5\n\n",
        "site,quantity\nA,5\n".encode("utf-16"),
    ],
    ids=["plain", "byte order mark", "semicolons", "sep line", "tabs", "quotes", "empty rows", "UTF-16"],
)
def test_the_same_stock_is_read_however_the_csv_was_saved(tmp_path: Path, content: bytes) -> None:
    table = read_table(csv_file(tmp_path, content))
    assert table.columns == ("site", "quantity")
    assert [row.cells for row in table.rows] == [{"site": "A", "quantity": "5"}]


def test_a_row_is_numbered_as_an_editor_shows_it(tmp_path: Path) -> None:
    table = read_table(csv_file(tmp_path, b"site,note\nA,x\n\nB,y\n"))
    assert [row.number for row in table.rows] == [2, 4]


def test_windows_letters_are_read_and_the_guess_is_told(tmp_path: Path) -> None:
    table = read_table(csv_file(tmp_path, "site,name\nA,Almacén\n".encode("cp1252")))
    assert table.rows[0].text("name") == "Almacén"
    assert table.notices == ("stock.csv: not UTF-8 (line 2), read as Windows-1252",)


def test_a_row_with_more_cells_than_columns_is_not_trusted(tmp_path: Path) -> None:
    (row,) = read_table(csv_file(tmp_path, b"site,quantity\nA,1,234\n")).rows
    assert row.cells[""] == Unreadable("3 cells in a table of 2 columns: a stray delimiter?")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("stock.csv", b"site,site\nA,B\n", "names the column 'site' twice"),
        ("stock.csv", b"PK\x03\x04\x00\x00", "not a text file"),
        ("stock.csv", b"", "empty"),
        ("stock.xls", b"x", "save it as XLSX or CSV"),
        ("stock.xlsx", b"no zip", "not an XLSX file"),
    ],
)
def test_what_is_no_table_is_refused_with_the_file_named(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(TableFault, match=words) as refused:
        read_table(path)
    assert name in str(refused.value)


def test_a_missing_file_is_refused_with_the_file_named(tmp_path: Path) -> None:
    with pytest.raises(TableFault, match=r"gone\.csv: cannot be read"):
        read_table(tmp_path / "gone.csv")


def workbook(folder: Path, rows: list[list[object]], sheet: str = "stock") -> Path:
    book = Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(row)
    path = folder / "stock.xlsx"
    book.save(path)
    return path


def test_a_workbook_keeps_the_kinds_of_its_cells(tmp_path: Path) -> None:
    day = dt.datetime(2026, 1, 31)  # noqa: DTZ001 - a spreadsheet's dates have no zone
    (row,) = read_table(workbook(tmp_path, [["site", "on", "quantity"], [" A ", day, 5], [None, None, None]])).rows
    assert row.cells == {"site": "A", "on": day, "quantity": 5}
    assert row.text("on") == "2026-01-31"


def test_a_formula_saved_without_its_result_is_no_empty_cell(tmp_path: Path) -> None:
    (row,) = read_table(workbook(tmp_path, [["site", "quantity"], ["A", "=2+3"]])).rows
    assert isinstance(row.cells["quantity"], Unreadable)
    assert "formula" in row.cells["quantity"].reason


def test_the_spreadsheets_own_errors_are_no_values(tmp_path: Path) -> None:
    (row,) = read_table(workbook(tmp_path, [["site", "quantity"], ["A", "#N/A"]])).rows
    assert row.cells["quantity"] == Unreadable("the spreadsheet's error #N/A")


def test_a_workbook_of_several_sheets_asks_which(tmp_path: Path) -> None:
    book = Workbook()
    for title in ("may", "june"):
        book.create_sheet(title).append(["site"])
    book.save(tmp_path / "stock.xlsx")
    with pytest.raises(TableFault, match="'may', 'june'"):
        read_table(tmp_path / "stock.xlsx")
    assert read_table(tmp_path / "stock.xlsx", sheet="june").columns == ("site",)
    with pytest.raises(TableFault, match="no sheet 'july'"):
        read_table(tmp_path / "stock.xlsx", sheet="july")
    assert set(read_tables(tmp_path / "stock.xlsx")) == {"Sheet", "may", "june"}
