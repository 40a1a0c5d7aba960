"""What each output topic becomes in the tables: one file for each topic, and one line here."""

from typing import Any

from schemas import channels
from store.projections.alerts import AlertProjection
from store.projections.catalogue import CatalogueProjection
from store.projections.dead_letters import DeadLetterProjection
from store.projections.positions import PositionProjection
from store.projections.records import Projection

PROJECTIONS: dict[str, Projection[Any]] = {
    channels.CATALOGUE: CatalogueProjection(),
    channels.POSITIONS: PositionProjection(),
    channels.ALERTS: AlertProjection(),
    channels.DEAD_LETTERS: DeadLetterProjection(),
}
"""By topic, in the order they are written: names before what refers to them."""
