"""`abasto positions`, `alerts` and `show`."""

import datetime as dt
from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from abasto.read.lists import alert_table, position_table, print_table
from abasto.read.page import position_page
from abasto.read.session import facility_code, item_code, read_model, settings_for
from abasto.read.words import Lang, Words
from abasto.terminal import Failure, print_json
from store import queries
from store.queries import AlertFilter, PositionFilter
from store.queries.positions import Sort

FilterT = TypeVar("FilterT", AlertFilter, PositionFilter)

CANDIDATES_SHOWN = 8
"""Items named when words fit several: more would scroll away."""


def list_positions(
    database: str | None, wanted: PositionFilter, *, sort: Sort, limit: int, lang: Lang, as_json: bool
) -> None:
    """Prints the positions wanted; codes and states in `wanted` are as typed."""
    with read_model(settings_for(database)) as engine, engine.connect() as connection:
        page = queries.positions(connection, tidied(connection, wanted), sort=sort, limit=limit)
    if as_json:
        print_json(page)
    else:
        print_table(position_table(page, _narrow(lang)))


def list_alerts(database: str | None, wanted: AlertFilter, *, limit: int, lang: Lang, as_json: bool) -> None:
    """Prints the alerts wanted; codes and states in `wanted` are as typed."""
    with read_model(settings_for(database)) as engine, engine.connect() as connection:
        page = queries.alerts(connection, tidied(connection, wanted), limit=limit)
    if as_json:
        print_json(page)
    else:
        print_table(alert_table(page, _narrow(lang)))


def show_position(database: str | None, facility: str, item: str, *, lang: Lang, as_json: bool) -> None:
    """Prints everything known of one position."""
    with read_model(settings_for(database)) as engine, engine.connect() as connection:
        place = facility_code(connection, facility)
        detail = queries.position(connection, place, _one_item(connection, place, item))
    if as_json:
        print_json(detail)
    else:
        print_table(position_page(detail, Words(lang)))


def _narrow(lang: Lang) -> Words:
    return Words(lang, dt.datetime.now().astimezone().year)


def tidied(connection: Connection, wanted: FilterT) -> FilterT:
    """The same filter with codes and state as the read model writes them."""
    found: dict[str, str] = {}
    if wanted.facility is not None:
        found["facility"] = facility_code(connection, wanted.facility)
    if wanted.item is not None:
        found["item"] = item_code(wanted.item)
    if wanted.facility_state is not None:
        found["facility_state"] = queries.find_state(connection, wanted.facility_state)
    return msgspec.structs.replace(wanted, **found)


def _one_item(connection: Connection, facility: str, text: str) -> str:
    """The item of a code, of the start of a code, or of words, among those the facility has."""
    code = item_code(text)
    by_code = queries.positions(connection, PositionFilter(facility=facility, item=code))
    found = by_code if by_code.total else queries.positions(connection, PositionFilter(facility=facility, words=text))
    if found.total == 0:
        raise Failure(f"Nothing was ever reported of {text} in {facility}")
    if found.total > 1:
        some = [f"{line.item} {line.item_name} {line.presentation}" for line in found.positions[:CANDIDATES_SHOWN]]
        raise Failure(f"{found.total} items of {facility} fit {text}; name one by its code:\n  " + "\n  ".join(some))
    return found.positions[0].item
