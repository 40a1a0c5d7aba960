"""The Kafka key of an event: the position that it belongs to, whatever its publisher calls facility and item."""

from functools import lru_cache

from schemas.channels import position_key
from schemas.codes import normalise_facility, normalise_item
from schemas.dead_letters import BadRecord
from supply.catalogue import Catalogue

PAIRS_REMEMBERED = 65_536
"""Pairs of codes, as they are written, whose key is kept; a national network has some 15,000 positions."""


class PositionKeys:
    """Keys in the codes of the catalogue: spellings mended, aliases of facilities resolved.

    A key that named an alias would put the event on another partition than its position. The worker sends it on from
    there, but only once it has read it: out of a backlog longer than the lateness window it would come too late.
    A code that the catalogue does not know is left as it is: the worker says so in a dead letter.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.of = lru_cache(PAIRS_REMEMBERED)(self._of)
        self.unknown_in = lru_cache(PAIRS_REMEMBERED)(self._unknown_in)

    def _of(self, facility: str, item: str) -> bytes:
        """The key of a pair of codes.

        Raises:
            BadRecord: one of them is no code at all.
        """
        try:
            code = normalise_facility(facility)
        except ValueError as fault:
            raise BadRecord("invalid_field", "facility", f"facility: {fault}") from fault
        try:
            clave = normalise_item(item)
        except ValueError as fault:
            raise BadRecord("invalid_field", "item", f"item: {fault}") from fault
        known = self._catalogue.facility(code)
        return position_key(code if known is None else known.facility, clave).encode()

    def _unknown_in(self, key: bytes) -> tuple[str, ...]:
        """What of a position the catalogue does not know, as `item 010.000.5433.00`; an empty one is not asked."""
        if not len(self._catalogue):
            return ()
        facility, _, item = key.decode().partition("|")
        unknown = [f"facility {facility}"] if self._catalogue.facility(facility) is None else []
        return (*unknown, f"item {item}") if self._catalogue.item(item) is None else tuple(unknown)

    def name_it(self, key: str, position: bytes) -> bool:
        """Whether a key, in whatever spelling or by an alias, names a position."""
        facility, _, item = key.partition("|")
        try:
            return self.of(facility, item) == position
        except BadRecord:
            return False
