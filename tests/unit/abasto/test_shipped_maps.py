"""What the shipped maps make of the sheets they are for; of the real ones too, where these lie beside this checkout."""

import csv
import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abasto.convert.checked_map import check_map
from abasto.convert.map_file import MapFault, read_map, shipped_maps
from abasto.convert.rows import Conversion, convert_rows
from abasto.tables import Row, Table, read_table
from schemas.events import ArrivalReceived, ArrivalScheduled, StockCounted, StockDispensed
from tests.unit.abasto.sheets import NOW

LOGISTICS = ["year", "month", "region", "district", "site_code", "product_code", "stock_received",
             "stock_distributed", "stock_adjustment", "stock_end", "stock_stockout_days"]  # fmt: skip
RECEIPTS = ["NSVCode", "OrderNum", "FullName_Value", "DateOrdered", "DateReceived", "QtyRec_Value"]


def logistics(*rows: list[object]) -> Conversion:
    table = Table("sheet", tuple(LOGISTICS), [
        Row(number, dict(zip(LOGISTICS, map(str, row), strict=True))) for number, row in enumerate(rows, start=2)
    ])  # fmt: skip
    return convert_rows(check_map(read_map("monthly-logistics"), "monthly-logistics"), table, "sheet", NOW)


def test_the_shipped_maps_are_right_and_offered() -> None:
    assert shipped_maps() == ["monthly-logistics", "pharmacy-issues", "pharmacy-receipts"]
    for name in shipped_maps():
        check_map(read_map(name), name)
    with pytest.raises(MapFault, match="monthly-logistics, pharmacy-issues, pharmacy-receipts"):
        read_map("yearly-logistics")


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
