"""A catalogue is taken whole or refused with every fault named by file, row and column."""

import datetime as dt
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from abasto.catalogue.files import CatalogueFault, CatalogueFiles, read_catalogue, write_catalogue
from schemas.catalogue import DemandProfile, Facility, Item, OfficialCpm, PlannedUse

ITEMS = "item,name,oncology,ven,decimals\n010.000.5432.00,Filgrastim,yes,v,0\n"
FACILITIES = "facility,name,kind,aliases\nDFIMS000604,Oncología,hospital,\n"


def folder(path: Path, **tables: str) -> Path:
    for name, text in tables.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def faults(path: Path) -> tuple[str, ...]:
    with pytest.raises(CatalogueFault) as refused:
        read_catalogue(path)
    return refused.value.faults


def test_codes_are_normalised_and_words_of_yes_and_no_are_understood(tmp_path: Path) -> None:
    folder(
        tmp_path,
        items="item,name,oncology,ven\n010000543200,A,sí,v\n010-000-5432-01,B,no,\n",
        facilities="facility,name,kind,supplier,aliases\n"
        "dfims 000604,H,Hospital,nl001,dfims000605; DFIMS000606\nNL001,W,warehouse,,\n",
        official_cpm="facility,item,cpm,valid_from,valid_until\n"
        "DFIMS000606,010.000.5432.00,12.5,2026-01-01,2026-12-31\n",
    )
    read = read_catalogue(tmp_path)
    assert [(item.item, item.oncology, item.ven) for item in read.items] == [
        ("010.000.5432.00", True, "V"),
        ("010.000.5432.01", False, None),
    ]
    hospital, _ = read.facilities
    assert (hospital.facility, hospital.supplier) == ("DFIMS000604", "NL001")
    assert hospital.aliases == ("DFIMS000605", "DFIMS000606")
    assert read.official_cpm == (
        OfficialCpm(
            facility="DFIMS000604",
            item="010.000.5432.00",
            cpm=12.5,
            valid_from=dt.date(2026, 1, 1),
            valid_until=dt.date(2026, 12, 31),
        ),
    )


def test_one_workbook_with_three_sheets_is_a_catalogue_too(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "notes"
    book.create_sheet("Items").append(["item", "name", "oncology", "pack_size"])
    book["Items"].append(["010.000.5432.00", "Filgrastim", True, 1.0])
    book.create_sheet("facilities").append(["facility", "name", "kind"])
    book["facilities"].append(["DFIMS000604", "Oncología", "hospital"])
    book.save(tmp_path / "catalogue.xlsx")
    read = read_catalogue(tmp_path / "catalogue.xlsx")
    assert read.items == (Item(item="010.000.5432.00", name="Filgrastim", oncology=True),)
    assert read.facilities == (Facility(facility="DFIMS000604", name="Oncología", kind="hospital"),)
    assert read.notices == ("catalogue.xlsx: sheet 'notes' is no part of a catalogue",)


def test_the_rows_of_a_position_make_one_demand_profile(tmp_path: Path) -> None:
    folder(
        tmp_path,
        facilities="facility,name,kind,aliases\nDFIMS000604,H,hospital,DFIMS000606\n",
        demand_profile="facility,item,on,pieces,until,treatments\ndfims000606,010000543200,2026-03-20,2.5,,2\n"
        "DFIMS000606,010.000.5432.01,2026-03-11,1,,\nDFIMS000606,010.000.5432.00,2026-03-01,30,2026-03-10,\n",
    )
    first, second = read_catalogue(tmp_path).demand_profiles
    assert first == DemandProfile(
        facility="DFIMS000604",
        item="010.000.5432.00",
        planned=(
            PlannedUse(dt.date(2026, 3, 1), 30, dt.date(2026, 3, 10)),
            PlannedUse(dt.date(2026, 3, 20), 2.5, None, 2),
        ),
    )
    assert (second.item, second.planned) == ("010.000.5432.01", (PlannedUse(dt.date(2026, 3, 11), 1),))


def test_the_dates_of_a_workbook_are_planned_dates(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Demand profile"
    sheet.append(["facility", "item", "on", "pieces", "until"])
    sheet.append(["DFIMS000604", "010.000.5432.00", dt.date(2026, 3, 1), 30, dt.date(2026, 3, 10)])
    book.save(tmp_path / "plan.xlsx")
    (found,) = read_catalogue(tmp_path / "plan.xlsx").demand_profiles
    assert found.planned == (PlannedUse(dt.date(2026, 3, 1), 30, dt.date(2026, 3, 10)),)


def test_a_single_table_under_any_name_is_told_by_its_columns(tmp_path: Path) -> None:
    (tmp_path / "keys.csv").write_text(ITEMS, encoding="utf-8")
    assert [item.item for item in read_catalogue(tmp_path / "keys.csv").items] == ["010.000.5432.00"]


@pytest.mark.parametrize(
    ("tables", "fault"),
    [
        ({"items": "item,name\n5432,A\n"}, 'items.csv row 2, column item: "5432" is no item code'),
        ({"items": "item,name\n010.000.5432.00,\n"}, "items.csv row 2, column name: empty"),
        ({"items": "item,nombre\n"}, "items.csv: no column 'name'; is it 'nombre'?"),
        ({"items": "item,name,ven\n010.000.5432.00,A,Q\n"}, 'items.csv row 2, column ven: "Q": expected V or E or N'),
        ({"items": "item,name,pack_size\n010.000.5432.00,A,0\n"}, 'column pack_size: "0": expected `int` >= 1'),
        ({"items": "item,name,oncology\n010.000.5432.00,A,maybe\n"}, 'column oncology: "maybe": expected yes or no'),
        (
            {"items": "item,name\n010.000.5432.00,A\n010000543200,B\n"},
            "items.csv row 3: item 010.000.5432.00 stands already in items.csv row 2",
        ),
        (
            {"items": "item,name,min_months,max_months\n010.000.5432.00,A,3,2\n"},
            "items.csv row 2, column max_months: 2 lies below min_months (3)",
        ),
        (
            {"facilities": "facility,name,kind,timezone\nA1,H,hospital,localtime\n"},
            'facilities.csv row 2, column timezone: "localtime" is no IANA time zone',
        ),
        (
            {"facilities": "facility,name,kind,country\nA1,H,hospital,Mexico\n"},
            'facilities.csv row 2, column country: "Mexico" is no code of ISO 3166 such as MX',
        ),
        (
            {"facilities": "facility,name,kind,state\nA1,H,hospital," + "x" * 501 + "\n"},
            "facilities.csv row 2, column state: 501 characters are more than 500",
        ),
        (
            {"facilities": "facility,name,kind,timezone\nA1,H,hospital,Mexico\n"},
            'facilities.csv row 2, column timezone: "Mexico" is no IANA time zone',
        ),
        (
            {"facilities": "facility,name,kind,aliases\nA1,H,hospital,\nA2,H,hospital,A1\n"},
            "facilities.csv row 3, column aliases: A1 already means facility A1",
        ),
        (
            {"facilities": "facility,name,kind,latitude,longitude\nA1,H,hospital,19.4,\n"},
            "facilities.csv row 2, column latitude: latitude and longitude come together",
        ),
        (
            {"facilities": "facility,name,kind,supplier\nA1,H,hospital,a1\n"},
            "facilities.csv row 2, column supplier: a facility cannot be its own supplier",
        ),
        (
            {"items": ITEMS, "facilities": "facility,name,kind,supplier\nA1,H,hospital,A9\n"},
            "facilities.csv row 2, column supplier: A9 is not among the facilities",
        ),
        (
            {"items": ITEMS, "facilities": FACILITIES, "official_cpm": "facility,item,cpm\nA9,010.000.5432.00,1\n"},
            "official_cpm.csv row 2, column facility: A9 is not among the facilities",
        ),
        (
            {"official_cpm": "facility,item,cpm,valid_from,valid_until\nA1,010.000.5432.00,1,2026-02-01,2026-01-31\n"},
            "official_cpm.csv row 2, column valid_until: 2026-01-31 lies before valid_from, 2026-02-01",
        ),
        (
            {"official_cpm": "facility,item,cpm,valid_from\nA1,010.000.5432.00,1,01/06/2026\n"},
            'official_cpm.csv row 2, column valid_from: "01/06/2026": expected a date like 2026-06-01',
        ),
        (
            {
                "items": ITEMS,
                "facilities": FACILITIES,
                "demand_profile": "facility,item,on,pieces\nA9,010.000.5432.00,2026-03-10,1\n",
            },
            "demand_profile.csv row 2, column facility: A9 is not among the facilities",
        ),
        (
            {"demand_profile": "facility,item,on,pieces\nA1,010.000.5432.00,10/03/2026,1\n"},
            'demand_profile.csv row 2, column on: "10/03/2026": expected a date like 2026-06-01',
        ),
        (
            {"demand_profile": "facility,item,on,pieces\nA1,010.000.5432.00,2026-03-10,-1\n"},
            'demand_profile.csv row 2, column pieces: "-1": expected `float` >= 0',
        ),
        (
            {
                "demand_profile": "facility,item,on,pieces,until\nA1,010.000.5432.00,2026-03-12,1,\n"
                "A1,010.000.5432.00,2026-03-10,9,2026-03-12\n"
            },
            "demand_profile.csv row 2, column on: 010.000.5432.00 in A1: the planned use from 2026-03-12 begins before",
        ),
        (
            {"items": ITEMS, "facilities": FACILITIES, "official_cpm": "facility,item,cpm\nDFIMS000604,010000000000,1"},
            "official_cpm.csv row 2, column item: 010.000.0000.00 is not among the items",
        ),
    ],
)  # fmt: skip
def test_each_fault_names_file_row_and_column(tmp_path: Path, tables: dict[str, str], fault: str) -> None:
    (found,) = faults(folder(tmp_path, **tables))
    assert fault in found


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    folder(tmp_path, items="item,name,ven\n1,A,Q\n2,,\n", facilities="facility,name,kind\nA1,H,shop\n")
    assert len(faults(tmp_path)) == 5


def test_a_column_that_nothing_reads_is_told(tmp_path: Path) -> None:
    folder(tmp_path, items="item,name,formula\n010.000.5432.00,A,x\n")
    assert read_catalogue(tmp_path).notices == ("items.csv: column 'formula' is not used",)


def test_a_folder_without_a_catalogue_is_refused(tmp_path: Path) -> None:
    assert "no items.csv, facilities.csv, official_cpm.csv or demand_profile.csv" in faults(tmp_path)[0]


names = st.text(string.ascii_letters + 'áñ",;| ', min_size=1, max_size=20).map(str.strip).filter(bool)
item_codes = st.from_regex(r"[0-9]{3}\.[0-9]{3}\.[0-9]{4}\.[0-9]{2}", fullmatch=True)
months = st.none() | st.integers(0, 60).map(float)
items = st.builds(
    Item, item=item_codes, name=names, oncology=st.booleans(), ven=st.sampled_from(["V", "E", "N", None]),
    pack_size=st.integers(1, 500), decimals=st.integers(0, 3), min_months=months,
)  # fmt: skip
facilities = st.builds(
    Facility, facility=st.from_regex(r"F[A-Z0-9._-]{1,9}", fullmatch=True), name=names,
    kind=st.sampled_from(["hospital", "warehouse", "mixing_centre"]), state=names,
    aliases=st.lists(st.from_regex(r"B[0-9]{5}", fullmatch=True), max_size=3, unique=True).map(tuple),
)  # fmt: skip


@given(
    st.lists(items, max_size=5, unique_by=lambda item: item.item),
    st.lists(facilities, max_size=3, unique_by=(lambda f: f.facility, lambda f: f.aliases[:1] or f.facility)),
)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, some_items: list[Item], some_facilities: list[Facility]
) -> None:
    apart: list[Facility] = []
    for facility in some_facilities:
        if not any(set(facility.aliases) & set(other.aliases) for other in apart):
            apart.append(facility)
    place = tmp_path_factory.mktemp("catalogue")
    write_catalogue(place, some_items, apart)
    assert read_catalogue(place) == CatalogueFiles(tuple(some_items), tuple(apart))
