"""What a checkpoint writes of a book, as keys and values ready for Kafka."""

from typing import Final, NamedTuple

import msgspec

from schemas.alerts import Alert
from supply.assessment import Assessment, Place
from supply.catalogue import valid_on
from supply.conditions import is_surplus_in_doubt
from supply.ledger_state import Ledger
from supply.position import Position
from supply.stored import Summary, pack_firing, write_state
from supply.views import position_of

Record = tuple[bytes, bytes]

_encode: Final = msgspec.json.Encoder().encode


class Publication(NamedTuple):
    """One changelog and one position record for each touched key, the alert transitions in the order they were
    decided, and what to tell by facility and by item."""

    changelog: list[Record]
    positions: list[Record]
    alerts: list[Record]
    rekeyed: list[Record]


class Published(NamedTuple):
    """One position as it is stored, as it is told, and the head of what is stored."""

    state: bytes
    view: bytes
    summary: Summary


def published(position: Position, ledger: Ledger, assessment: Assessment, place: Place, *, judged: bool) -> Published:
    """The next version of a position; `judged`: at the instant of its assessment, not by the day only."""
    position.version += 1
    official = valid_on(place.official, assessment.day)
    in_doubt = is_surplus_in_doubt(position.alerts)
    view = position_of(ledger, assessment, place, position.version, official, surplus_in_doubt=in_doubt)
    # Months that left the position travel once.
    ledger.rolled = {}
    position.forget_settled(ledger.oldest_month)
    summary = Summary(
        position.next_at,
        -1.0 if assessment.usable is None else assessment.usable,
        -1.0 if assessment.cpm.value is None else assessment.cpm.value,
        pack_firing(position.alerts),
        not judged,
    )
    return Published(write_state(position.state(), summary), _encode(view), summary)


def alert_record(key: str, alert: Alert) -> Record:
    """An alert's transition under the key of its position."""
    return key.encode(), _encode(alert)
