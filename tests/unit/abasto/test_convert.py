"""A sheet and a map give events, their catalogue, and a reason for each row refused."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from abasto.convert.map_file import MapFault
from schemas.events import StockDispensed
from tests.unit.abasto.sheets import GOOD, SIMPLE, convert


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
        ("1926-01-05,H1,010.000.5432.00,3,", "on", "expected a time from 2001 on"),
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
        ('id = "{row}"', f"id = {'[' * 3000}{']' * 3000}", "is nested too deeply"),
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
