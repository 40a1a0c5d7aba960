"""What a shelf tells of itself to whoever judges whole facilities and items."""

from typing import Final

import msgspec

from schemas.channels import item_key
from schemas.rekeyed import Rekeyed, StockNote
from supply.clock import Reach
from tests.events import ITEM, dispensed, ms
from tests.unit.supply.shelf import Shelf

_decode = msgspec.json.Decoder(Rekeyed).decode

MONTHS: Final = [dispensed(100, f"2026-{month}-10") for month in ("01", "02", "03")]


def told(shelf: Shelf, until: str | None = None, now: str | None = None) -> list[tuple[str, Rekeyed]]:
    """What the next publication tells, after all looks up to an instant."""
    if until is not None:
        shelf.book.advance(Reach(ms(until), ms(until)))
    publication = shelf.book.publish(None if now is None else ms(now))
    shelf.keep(publication)
    return [(key.decode(), _decode(value)) for key, value in publication.rekeyed]


def stock_notes(notes: list[tuple[str, Rekeyed]]) -> list[StockNote]:
    """The notes under the item's key."""
    return [note for key, note in notes if key == item_key(ITEM) and isinstance(note, StockNote)]
