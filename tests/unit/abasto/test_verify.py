"""Our CPM against the average that a monthly sheet carries."""

from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from abasto.cli import app
from abasto.proof.rules import policy_named
from abasto.proof.verify import COLUMNS, Verification, read_sheet, verify_monthly
from abasto.tables import read_table
from abasto.terminal import Failure

HEADER = ",".join(COLUMNS)
REAL_SHEET = Path(__file__).parents[4] / "shared" / "data" / "civ_logistics_dev.csv"


def verified(folder: Path, *rows: str, policy: str = "cote-divoire") -> Verification:
    sheet = folder / "sheet.csv"
    sheet.write_text("\n".join([HEADER, *rows]) + "\n")
    return verify_monthly(read_sheet(read_table(sheet)), policy_named(policy), lambda _: None)


def test_a_row_agrees_when_the_mean_of_its_three_months_is_its_average(tmp_path: Path) -> None:
    found = verified(
        tmp_path, "2019,1,S1,P1,30,0,30", "2019,2,S1,P1,60,0,45", "2019,3,S1,P1,40,0,43", "2019,4,S1,P1,20,0,99"
    )
    assert (found.rows, found.agreed, found.agreement) == (2, 1, 0.5)
    assert [(d.month, d.theirs, d.ours) for d in found.disagreements] == [("2019-04", 99, 40)]


def test_days_out_raise_the_months_consumption(tmp_path: Path) -> None:
    found = verified(tmp_path, "2019,1,S1,P1,30,0,0", "2019,2,S1,P1,10,20,0", "2019,3,S1,P1,30,0,30")
    assert found.agreed == 1


def test_a_month_wholly_out_counts_with_what_was_distributed_in_it(tmp_path: Path) -> None:
    rows = ["2019,1,S1,P1,0,0,0", "2019,2,S1,P1,0,0,0", "2019,3,S1,P1,9,30,3"]
    assert verified(tmp_path, *rows).agreed == 1
    assert verified(tmp_path, *rows, policy="abasto").agreed == 0


def test_a_row_without_its_whole_window_is_not_compared(tmp_path: Path) -> None:
    found = verified(tmp_path, "2019,1,S1,P1,30,0,30", "2019,2,S1,P1,30,0,30", "2019,5,S1,P1,30,0,30")
    assert (found.rows, found.agreement, found.not_comparable) == (0, None, 3)


def test_sites_and_products_are_series_of_their_own(tmp_path: Path) -> None:
    rows = [f"2019,{month},{site},P1,{used},0,{used}" for month in (1, 2, 3) for site, used in (("S1", 6), ("S2", 9))]
    assert verified(tmp_path, *rows).agreed == 2


@pytest.mark.parametrize(
    ("row", "said"),
    [("2019,13,S1,P1,1,0,1", "line 2: year and month"), ("2019,1,S1,P1,many,0,1", "line 2: stock_distributed")],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(Failure, match=said):
        verified(tmp_path, row)


def test_a_sheet_without_its_columns_is_refused_with_those_expected_and_those_found(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("year,month\n2019,1\n")
    with pytest.raises(Failure) as refused:
        read_sheet(read_table(sheet))
    assert str(refused.value) == (
        f"{read_table(sheet).name} lacks columns of a monthly sheet: expected {', '.join(COLUMNS)}; found year, month"
    )


def workbook(path: Path, *rows: list[object], further_sheet: bool = False) -> Path:
    book = Workbook()
    for row in [list(COLUMNS), *rows]:
        book.active.append(row)
    if further_sheet:
        book.create_sheet("Notes").append(["note"])
    book.save(path)
    return path


def test_a_workbook_is_read_as_its_csv_would_be(tmp_path: Path) -> None:
    used = {1: 30, 2: 60, 3: 40, 4: 20}
    averages = {1: 30, 2: 45, 3: 43, 4: 99}
    rows: list[list[object]] = [[2019, month, "S1", 7, used[month], 0, averages[month]] for month in used]
    book = workbook(tmp_path / "sheet.xlsx", *rows)
    found = verify_monthly(read_sheet(read_table(book)), policy_named("cote-divoire"), lambda _: None)
    assert found == verified(tmp_path, *(",".join(map(str, row)) for row in rows))
    assert (found.rows, found.agreed) == (2, 1)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("=1+1", "line 2: stock_distributed is a formula without its stored result"),
        (None, "line 2: stock_distributed is empty; expected a number"),
    ],
)
def test_a_cell_of_a_workbook_that_cannot_be_read_is_named(tmp_path: Path, cell: object, said: str) -> None:
    book = workbook(tmp_path / "sheet.xlsx", [2019, 1, "S1", "P1", cell, 0, 1])
    with pytest.raises(Failure, match=said):
        read_sheet(read_table(book))


def test_the_command_takes_a_workbook_and_asks_which_of_its_sheets(tmp_path: Path) -> None:
    rows: list[list[object]] = [[2019, month, "S1", "P1", 9, 0, 9] for month in (1, 2, 3)]
    book = str(workbook(tmp_path / "sheet.xlsx", *rows, further_sheet=True))
    asked = CliRunner().invoke(app, ["verify", "monthly", book])
    assert (asked.exit_code, "say which one with --sheet" in asked.stderr) == (1, True)
    told = CliRunner().invoke(app, ["verify", "monthly", book, "--sheet", "Sheet"])
    assert told.stdout.startswith("1 of 1 rows agree: 100.00 %")


def test_parts_of_a_piece_count(tmp_path: Path) -> None:
    rows = [f"2019,{month},S1,P1,10.9,0,11" for month in (1, 2, 3)]
    assert verified(tmp_path, *rows).agreed == 1


def test_a_month_that_stands_twice_is_refused_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="line 3: S1 P1 2019-01 stands in the sheet twice"):
        verified(tmp_path, "2019,1,S1,P1,30,0,30", "2019,1,S1,P1,60,0,45")


@pytest.mark.skipif(not REAL_SHEET.exists(), reason="the Côte d'Ivoire sheets are not beside this checkout")
def test_ours_agrees_with_the_averages_of_cote_divoire() -> None:
    found = verify_monthly(read_sheet(read_table(REAL_SHEET)), policy_named("cote-divoire"), lambda _: None)
    assert found.rows > 17_000
    assert found.agreement is not None
    assert found.agreement >= 0.995
