"""`abasto catalogue`: the items, facilities, official CPM and planned demand that the service knows."""

from pathlib import Path
from typing import Annotated

import typer

from abasto.options import Broker, Json

catalogue_app = typer.Typer(
    help="Items, facilities, official CPM and planned demand: check the files, load them into the service.",
    no_args_is_help=True,
)

_Path = Annotated[
    Path,
    typer.Argument(
        metavar="PATH",
        help="A folder with items.csv, facilities.csv, official_cpm.csv and demand_profile.csv, a workbook with sheets "
        "of these names, or one of these tables.",
    ),
]


@catalogue_app.command()
def check(path: _Path, as_json: Json = False) -> None:
    """Read the files and report everything that is wrong with them; nothing is loaded."""
    from abasto.catalogue.load import run_check

    run_check(path, as_json=as_json)


@catalogue_app.command()
def load(
    path: _Path,
    broker: Broker = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove from the service what the files do not hold.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Load the files; running workers take the change up at once."""
    from abasto.catalogue.load import run_load

    run_load(path, broker=broker, replace=replace, as_json=as_json)
