"""`abasto indicators`: how well items, facilities, states and the nation are supplied."""

import datetime as dt
from typing import Annotated, Literal

import typer

from abasto.commands.read import Database, InState, Language, Limit, Medicine, Oncology, Place
from abasto.options import Json

Groups = Literal["nation", "state", "facility", "item", "month"]


def indicators(
    *,
    by: Annotated[Groups, typer.Option("--by", help="One line for each of these.")] = "nation",
    month: Annotated[
        dt.datetime | None,
        typer.Option(
            "--month",
            formats=["%Y-%m"],
            metavar="YYYY-MM",
            help="One month, and the stock at its end. Unless named: today's stock, and stock-outs and forecast of the "
            "last month that is over.",
        ),
    ] = None,
    facility: Place = None,
    item: Medicine = None,
    in_state: InState = None,
    oncology: Oncology = None,
    limit: Limit = 50,
    lang: Language = "en",
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Show % abasto, items with stock, stock-outs, cover, late orders and the error of the CPM."""
    from abasto.read.indicators import list_indicators
    from store.queries import PositionFilter

    wanted = PositionFilter(facility=facility, item=item, facility_state=in_state, oncology=oncology)
    list_indicators(
        database,
        wanted,
        by=by,
        month=None if month is None else f"{month:%Y-%m}",
        limit=limit,
        lang=lang,
        as_json=as_json,
    )
