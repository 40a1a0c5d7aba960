"""No table of the catalogue brings in a number that the rules cannot reckon with."""

from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from abasto.catalogue.files import TABLES, CatalogueFault, read_catalogue

COLUMNS = {
    "items": ("pack_size", "decimals", "critical_months", "min_months", "max_months", "lead_time_days"),
    "facilities": ("latitude", "longitude"),
    "official_cpm": ("cpm",),
    "demand_profile": ("pieces", "treatments"),
}

ROW = {
    "item": "010.000.5432.00",
    "facility": "DFIMS000604",
    "name": "A",
    "kind": "hospital",
    "latitude": "1",
    "longitude": "1",
    "cpm": "1",
    "on": "2026-03-10",
    "pieces": "1",
}
"""A good row of any table, once the columns of the others are left out."""


def kinds_of(annotation: Any) -> set[Any]:
    """What a field may hold, without its bounds."""
    return {annotation}.union(*(kinds_of(part) for part in get_args(annotation)))


def test_these_are_all_columns_of_numbers() -> None:
    """A new one needs its bounds too."""
    found = {
        table: tuple(field.name for field in msgspec.structs.fields(kind) if {int, float} & kinds_of(field.type))
        for table, kind in TABLES.items()
    }
    assert found == COLUMNS


@pytest.mark.parametrize("number", ["inf", "-inf", "nan", "1e308", "1e999", "9" * 30])
@pytest.mark.parametrize(("table", "column"), [(table, each) for table, names in COLUMNS.items() for each in names])
def test_a_number_beyond_all_bounds_is_refused_by_its_place(
    tmp_path: Path, table: str, column: str, number: str
) -> None:
    row = {name: text for name, text in ROW.items() if name in TABLES[table].__struct_fields__} | {column: number}
    (tmp_path / f"{table}.csv").write_text(f"{','.join(row)}\n{','.join(row.values())}\n")
    with pytest.raises(CatalogueFault) as refused:
        read_catalogue(tmp_path)
    (fault,) = refused.value.faults
    assert fault.startswith(f'{table}.csv row 2, column {column}: "{number}": ')
