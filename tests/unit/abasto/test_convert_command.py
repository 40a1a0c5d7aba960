"""`abasto convert` writes events, catalogue and what it refused: the same bytes each time, from a CSV or a workbook."""

import csv
import datetime as dt
import json
from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from abasto.catalogue.files import read_catalogue
from abasto.cli import app
from tests.unit.abasto.sheets import GOOD, HEADER, SIMPLE


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["convert", *map(str, arguments)])


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    (tmp_path / "map.toml").write_text(SIMPLE, encoding="utf-8")
    (tmp_path / "sheet.csv").write_text(HEADER + GOOD + GOOD.replace("5432", "54"), encoding="utf-8")
    return tmp_path / "sheet.csv"


def test_refused_rows_end_the_command_with_status_1_unless_allowed(sheet: Path, tmp_path: Path) -> None:
    arguments = [sheet, "--map", tmp_path / "map.toml", "--out", tmp_path / "out"]
    refused = run(*arguments)
    assert refused.exit_code == 1
    assert "sheet.csv, row 3, column clave: " in refused.output
    assert run(*arguments, "--allow-refused").exit_code == 0
    with (tmp_path / "out" / "refused.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["line"], row["column"], row["value"]) == ("3", "clave", "010.000.54.00")


def test_converting_twice_gives_the_same_bytes(sheet: Path, tmp_path: Path) -> None:
    for out in ("first", "second"):
        run(sheet, "--map", tmp_path / "map.toml", "--out", tmp_path / out)
    files = [path.relative_to(tmp_path / "first") for path in (tmp_path / "first").rglob("*") if path.is_file()]
    assert len(files) == 5
    for name in files:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_a_workbook_is_converted_as_a_csv_is(sheet: Path, tmp_path: Path) -> None:
    book = Workbook()
    for row in (HEADER.strip().split(","), [dt.date(2026, 1, 5), "H1", "010.000.5432.00", 3.0, None]):
        book.active.append(row)
    book.save(tmp_path / "sheet.xlsx")
    run(sheet, "--map", tmp_path / "map.toml", "--out", tmp_path / "csv", "--allow-refused")
    done = run(tmp_path / "sheet.xlsx", "--map", tmp_path / "map.toml", "--out", tmp_path / "xlsx", "--json")
    assert json.loads(done.stdout)["types"] == {"stock.dispensed": 1}
    assert (tmp_path / "xlsx/events.jsonl").read_bytes() == (tmp_path / "csv/events.jsonl").read_bytes()
    assert read_catalogue(tmp_path / "xlsx/catalogue").facilities[0].name == "Hospital H1"
