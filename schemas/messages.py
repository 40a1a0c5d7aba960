"""Every kind of message by its name: what is published to Abasto and what it publishes."""

from typing import get_args

import msgspec

from schemas.alerts import Alert
from schemas.catalogue import CatalogueEntry
from schemas.dead_letters import DeadLetter
from schemas.events import Event
from schemas.positions import Position

EVENT_TYPES: dict[str, type[Event]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Event)}
"""The class of each event by its `type`."""

OUTPUTS: dict[str, type[msgspec.Struct]] = {
    kind.__name__: kind for kind in (Position, Alert, DeadLetter, *get_args(CatalogueEntry))
}
"""What Abasto publishes, and the entries of the catalogue it reads."""
