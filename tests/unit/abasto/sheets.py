"""A sheet of four columns, the map that reads it, and its conversion."""

import datetime as dt
from pathlib import Path

from abasto.convert.checked_map import check_map
from abasto.convert.map_file import read_map
from abasto.convert.rows import Conversion, convert_rows
from abasto.tables import read_table

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
"""Each row with pieces is an issue of that day."""

HEADER = "on,site,clave,pieces,note\n"
GOOD = "2026-01-05,H1,010.000.5432.00,3,\n"


def convert(folder: Path, rows: str, map_text: str = SIMPLE) -> Conversion:
    """What the map makes of a sheet with these rows."""
    (folder / "map.toml").write_text(map_text, encoding="utf-8")
    (folder / "sheet.csv").write_text(HEADER + rows, encoding="utf-8")
    checked = check_map(read_map(str(folder / "map.toml")), "map.toml")
    return convert_rows(checked, read_table(folder / "sheet.csv"), "sheet", NOW)
