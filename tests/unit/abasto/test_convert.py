"""A sheet and a map give events, their catalogue, and a reason for each row refused."""

import csv
import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from abasto.catalogue.files import read_catalogue
from abasto.cli import app
from abasto.convert.checked_map import check_map
from abasto.convert.map_file import MapFault, read_map, shipped_maps
from abasto.convert.rows import Conversion, convert_rows
from abasto.tables import Row, Table, read_table
from schemas.events import ArrivalReceived, ArrivalScheduled, StockCounted, StockDispensed

NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)

SIMPLE = """
description = "issues"
id = "{row}"
source = "sheet {file}"
timezone = "America/Mexico_City"
[columns]
on = "date"
site = "text"
clave = "text"
pieces = "number"
note = { optional = true }
[facility]
code = "{site}"
entry = { kind = "hospital", name = "Hospital {site}" }
[item]
code = "{clave}"
[[events]]
name = "issue"
type = "stock.dispensed"
time = { on = "on" }
when = "pieces > 0"
fields = { quantity = "{pieces}" }
"""

HEADER = "on,site,clave,pieces,note\n"
GOOD = "2026-01-05,H1,010.000.5432.00,3,\n"


def convert(folder: Path, rows: str, map_text: str = SIMPLE) -> Conversion:
    (folder / "map.toml").write_text(map_text, encoding="utf-8")
    (folder / "sheet.csv").write_text(HEADER + rows, encoding="utf-8")
    checked = check_map(read_map(str(folder / "map.toml")), "map.toml")
    return convert_rows(checked, read_table(folder / "sheet.csv"), "sheet", NOW)


def test_a_row_is_an_event_at_local_noon_of_its_day(tmp_path: Path) -> None:
    (event,) = convert(tmp_path, GOOD).events
    assert event == StockDispensed(
        id="2/issue", source="sheet sheet", time=dt.datetime(2026, 1, 5, 18, tzinfo=dt.UTC),
        facility="H1", item="010.000.5432.00", quantity=3,
    )  # fmt: skip


def test_the_catalogue_follows_from_the_rows(tmp_path: Path) -> None:
    entries = convert(tmp_path, GOOD + GOOD.replace("H1", "H2")).entries
    assert sorted(entries) == ["facility|H1", "facility|H2", "item|010.000.5432.00"]
    facility: Any = entries["facility|H2"]
    assert (facility.name, facility.kind, facility.timezone) == ("Hospital H2", "hospital", "America/Mexico_City")


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("2026-13-05,H1,010.000.5432.00,3,", "on", "is no date"),
        ("2026-08-05,H1,010.000.5432.00,3,", "on", "lies in the future"),
        ("1926-01-05,H1,010.000.5432.00,3,", "on", "expected a time from 2000 on"),
        ("2026-01-05,,010.000.5432.00,3,", "site", "empty"),
        ("2026-01-05,?,010.000.5432.00,3,", "site", "is no facility code"),
        ("2026-01-05,H1,5432,3,", "clave", "is no item code"),
        ("2026-01-05,H1,010.000.5432.00,three,", "pieces", "is no number"),
        ("2026-01-05,H1,010.000.5432.00,2.5,", "pieces", "kept in whole pieces"),
        ("2026-01-05,H1,010.000.5432.00,3000000000,", "pieces", "expected a number above 0"),
        ("2026-01-05,H1,010.000.5432.00,1,234,x", "", "a stray delimiter?"),
    ],
)
def test_a_bad_row_is_refused_by_line_and_column_and_its_neighbours_count(
    tmp_path: Path, row: str, column: str, reason: str
) -> None:
    done = convert(tmp_path, f"{GOOD}{row}\n{GOOD}")
    (refused,) = done.refused
    assert (refused.line, refused.column) == (3, column)
    assert reason in refused.reason
    assert len(done.events) == 2


def test_a_right_row_with_nothing_to_tell_is_counted_apart(tmp_path: Path) -> None:
    done = convert(tmp_path, GOOD.replace(",3,", ",0,"))
    assert (done.events, done.refused, done.silent, done.entries) == ([], [], 1, {})


def test_rows_that_the_map_passes_over(tmp_path: Path) -> None:
    done = convert(tmp_path, GOOD + GOOD.replace(",3,", ",3,total"), "skip_when = \"note == 'total'\"\n" + SIMPLE)
    assert (len(done.events), done.skipped) == (1, 1)


def test_rows_that_the_id_does_not_tell_apart_are_refused(tmp_path: Path) -> None:
    done = convert(tmp_path, GOOD + GOOD, SIMPLE.replace('id = "{row}"', 'id = "{on}-{site}"'))
    assert [(row.line, row.reason) for row in done.refused] == [
        (3, "the same as row 2, by the map's id (2026-01-05-H1/issue)")
    ]
    assert len(done.events) == 1


def test_events_come_in_the_order_of_time_however_the_sheet_is_sorted(tmp_path: Path) -> None:
    done = convert(tmp_path, GOOD.replace("01-05", "03-01") + GOOD + GOOD.replace("01-05", "02-01"))
    assert [event.time.month for event in done.events] == [1, 2, 3]


def test_codes_of_a_table_and_none_other(tmp_path: Path) -> None:
    table = '[item.codes]\nVial = { item = "010000543200", name = "Filgrastim", decimals = 1, oncology = true }\n'
    map_text = SIMPLE.replace('code = "{clave}"\n', 'code = "{clave}"\n' + table)
    rows = "2026-01-05,H1,Vial,2.5,\n2026-01-05,H1,Tablet,1,\n"
    done = convert(tmp_path, rows, map_text)
    item: Any = done.entries["item|010.000.5432.00"]
    assert (item.name, item.decimals, item.oncology) == ("Filgrastim", 1, True)
    assert [event.item for event in done.events] == ["010.000.5432.00"]
    assert [row.reason for row in done.refused] == ['"Tablet" is not among the item.codes of the map']


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "{row}"', "", "missing required field `id`"),
        ('id = "{row}"', 'id = "{rows}"', "id: no column 'rows' in the map"),
        ('id = "{row}"', 'idd = "{row}"', "unknown field `idd`"),
        ('id = "{row}"', "id = ", "is not TOML"),
        ('on = "date"', 'on = "day"', "Invalid enum value 'day'"),
        ("America/Mexico_City", "Mexico", "'Mexico' is no IANA time zone"),
        ("stock.dispensed", "stock.sold", "event 'issue': no type 'stock.sold'"),
        ("{ quantity =", "{ amount =", "stock.dispensed has no field 'amount'"),
        ('{ quantity = "{pieces}" }', "{}", "stock.dispensed needs the field 'quantity'"),
        ('"{pieces}"', '"{-site}"', "reckons with site, which is no number but text"),
        ('"{pieces}"', '"{pieces + 3 days}"', "reckons with pieces, which is no date but number"),
        ('"{pieces}"', '"{sum(pieces)}"', "that needs once_per"),
        ('"pieces > 0"', '"pieces > many"', "is no condition"),
        ('"pieces > 0"', "\"pieces > '0'\"", "pieces is number; compare it with one"),
        ('{ on = "on" }', '{ on = "site" }', "time.on is site, which is no date, time or month"),
        ('kind = "hospital"', 'kinds = "hospital"', "no field 'kinds' in a catalogue's facility"),
        ('code = "{clave}"', 'code = "{clave}"\ncodes = { A = "5432" }', "item.codes.A"),
    ],
)
def test_a_wrong_map_is_refused_before_the_first_row(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in SIMPLE
    with pytest.raises(MapFault, match=r"the map .*map\.toml") as refused:
        convert(tmp_path, GOOD, SIMPLE.replace(old, new))
    assert words in str(refused.value)


def test_a_sheet_without_a_column_of_the_map_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MapFault, match=r"sheet\.csv has no column 'when'; it has 'on', 'site'"):
        convert(tmp_path, GOOD, SIMPLE.replace('on = "date"', 'on = { type = "date", column = "when" }'))


def test_the_shipped_maps_are_right_and_offered() -> None:
    assert shipped_maps() == ["monthly-logistics", "pharmacy-issues", "pharmacy-receipts"]
    for name in shipped_maps():
        check_map(read_map(name), name)
    with pytest.raises(MapFault, match="monthly-logistics, pharmacy-issues, pharmacy-receipts"):
        read_map("yearly-logistics")


LOGISTICS = ["year", "month", "region", "district", "site_code", "product_code", "stock_received",
             "stock_distributed", "stock_adjustment", "stock_end", "stock_stockout_days"]  # fmt: skip


def logistics(*rows: list[object]) -> Conversion:
    table = Table("sheet", tuple(LOGISTICS), [
        Row(number, dict(zip(LOGISTICS, map(str, row), strict=True))) for number, row in enumerate(rows, start=2)
    ])  # fmt: skip
    return convert_rows(check_map(read_map("monthly-logistics"), "monthly-logistics"), table, "sheet", NOW)


def test_a_month_of_a_logistics_sheet_ends_with_its_closing_stock() -> None:
    done = logistics([2019, 2, "R", "D", "C1", "AS27000", 50, 30, -5, 115, 300])
    kinds = [event.__struct_config__.tag for event in done.events]
    assert kinds == ["arrival.received", "stock.adjusted", "consumption.reported", "stock.counted"]
    count: Any = done.events[-1]
    report: Any = done.events[-2]
    assert (count.time.isoformat(), count.quantity) == ("2019-02-28T23:59:59+00:00", 115)
    assert (report.period, report.quantity, report.stockout_days) == ("2019-02", 30, 31)


def test_a_quiet_month_is_a_report_and_a_count() -> None:
    done = logistics([2019, 2, "R", "D", "C1", "AS27000", 0, 0, 0, 0, 0])
    assert [event.__struct_config__.tag for event in done.events] == ["consumption.reported", "stock.counted"]


RECEIPTS = ["NSVCode", "OrderNum", "FullName_Value", "DateOrdered", "DateReceived", "QtyRec_Value"]


def test_an_order_that_came_in_parts_is_one_order() -> None:
    parts = [("Drug A", "7.0", "S", "2019-01-07", day, "60.0") for day in ("2019-01-08", "2019-01-21")]
    table = Table("t", tuple(RECEIPTS), [Row(n, dict(zip(RECEIPTS, p, strict=True))) for n, p in enumerate(parts, 2)])
    order, first, second = convert_rows(
        check_map(read_map("pharmacy-receipts"), "pharmacy-receipts"), table, "t", NOW
    ).events
    assert isinstance(order, ArrivalScheduled)
    assert isinstance(first, ArrivalReceived)
    assert isinstance(second, ArrivalReceived)
    assert (order.quantity, order.expected_on) == (120, dt.date(2019, 1, 8))
    assert order.order == first.order == second.order


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


@given(st.lists(st.tuples(st.integers(1, 28), st.integers(-5, 50)), max_size=30))
def test_nothing_is_lost_between_rows_and_events(rows: list[tuple[int, int]]) -> None:
    checked = check_map(read_map("pharmacy-issues"), "pharmacy-issues")
    names = ["Date", "NSVCode", "Total_Qty", "Site1"]
    table = Table("t", tuple(names), [
        Row(number, dict(zip(names, [f"2019-01-{day:02d}", "Drug A", str(pieces), "Site A"], strict=True)))
        for number, (day, pieces) in enumerate(rows, start=2)
    ])  # fmt: skip
    events: list[Any] = convert_rows(checked, table, "t", NOW).events
    assert len(events) == len({event.id for event in events}) == sum(pieces != 0 for _, pieces in rows)
    net = sum(e.quantity if isinstance(e, StockDispensed) else -e.quantity for e in events)
    assert net == sum(pieces for _, pieces in rows)


# ---------------------------------------------------------------- real sheets

REAL = Path(__file__).resolve().parents[4] / "shared" / "data"
real = pytest.mark.skipif(not REAL.is_dir(), reason="the real sheets are not beside this checkout (../shared/data)")


def real_rows(name: str) -> list[dict[str, str]]:
    with (REAL / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def real_conversion(name: str, map_name: str) -> Conversion:
    return convert_rows(check_map(read_map(map_name), map_name), read_table(REAL / name), name, NOW)


@real
def test_the_pharmacys_pieces_by_drug_and_month_are_the_files() -> None:
    expected: Counter[tuple[str, str]] = Counter()
    for row in real_rows("nhs/pharmacy.csv"):
        expected[row["NSVCode"], row["Date"][:7]] += round(float(row["Total_Qty"]) * 10)
    done = real_conversion("nhs/pharmacy.csv", "pharmacy-issues")
    names = {entry.item: entry.name for entry in done.entries.values() if hasattr(entry, "item")}
    found: Counter[tuple[str, str]] = Counter()
    events: list[Any] = done.events
    for event in events:
        pieces = round(event.quantity * 10)
        found[names[event.item], f"{event.time:%Y-%m}"] += pieces if isinstance(event, StockDispensed) else -pieces
    assert (len(done.events), done.refused) == (150_914, [])
    assert found == expected


@real
def test_the_pharmacys_receipts_and_orders_are_the_files() -> None:
    rows = real_rows("nhs/leadtime.csv")
    done = real_conversion("nhs/leadtime.csv", "pharmacy-receipts")
    received = [event for event in done.events if isinstance(event, ArrivalReceived)]
    ordered = [event for event in done.events if isinstance(event, ArrivalScheduled)]
    assert (len(received), done.refused) == (797, [])
    assert len(ordered) == len({(row["OrderNum"], row["NSVCode"]) for row in rows})
    pieces = sum(float(row["QtyRec_Value"]) for row in rows)
    assert sum(event.quantity for event in received) == sum(event.quantity for event in ordered) == pieces


@real
def test_the_logistics_sheets_closing_stocks_and_movements_are_the_files() -> None:
    rows = real_rows("civ_logistics_dev.csv")
    done = real_conversion("civ_logistics_dev.csv", "monthly-logistics")
    counts = [event for event in done.events if isinstance(event, StockCounted)]
    received = [event for event in done.events if isinstance(event, ArrivalReceived)]
    assert (len(counts), done.refused) == (18_752, [])
    assert sum(event.quantity for event in counts) == sum(int(row["stock_end"]) for row in rows)
    assert sum(event.quantity for event in received) == sum(int(row["stock_received"]) for row in rows)
    assert len(received) == sum(int(row["stock_received"]) > 0 for row in rows)
