"""`abasto cpm`: official and observed average monthly consumption side by side."""

from typing import Annotated, Literal

import typer

from abasto.commands.read import Database, InState, Language, Limit, Medicine, Oncology, Place
from abasto.options import Json

Groups = Literal["position", "item", "facility", "state", "nation"]


def cpm(
    *,
    by: Annotated[Groups, typer.Option("--by", help="One line for each of these.")] = "position",
    facility: Place = None,
    item: Medicine = None,
    in_state: InState = None,
    oncology: Oncology = None,
    limit: Limit = 50,
    lang: Language = "en",
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Show the official CPM beside the observed one, and this month's pace; what is off by most first."""
    from abasto.read.cpm import list_cpm
    from store.queries import PositionFilter

    wanted = PositionFilter(facility=facility, item=item, facility_state=in_state, oncology=oncology)
    list_cpm(database, wanted, by=by, limit=limit, lang=lang, as_json=as_json)
