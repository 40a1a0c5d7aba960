"""`abasto convert`: rows of a sheet into events."""

from pathlib import Path
from typing import Annotated

import typer

from abasto.options import Json


def convert(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX.")],
    map_name: Annotated[
        str,
        typer.Option(
            "--map",
            metavar="MAP",
            help="A TOML file that says what the columns mean, or one that ships with the program: "
            "monthly-logistics, pharmacy-issues, pharmacy-receipts.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where events.jsonl and catalogue/ go.")] = Path(
        "converted"
    ),
    sheet: Annotated[str | None, typer.Option("--sheet", help="The sheet of a workbook that has several.")] = None,
    allow_refused: Annotated[
        bool, typer.Option("--allow-refused", help="End with status 0 though rows were refused.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Convert rows to events. The same file gives the same events with the same ids.

    Published again they count once within 7 days of their time; older ones are not recognised: publish history once.
    """
    from abasto.convert.conversion import run

    run(file, map_name, out, sheet=sheet, allow_refused=allow_refused, as_json=as_json)
