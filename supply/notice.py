"""The message that tells of an alert's transition, of a position or of what lies wider."""

from typing import NamedTuple

from schemas.alerts import Alert, AlertFacts, AlertPlace, Condition
from supply.calendar import instant
from supply.language import Sentences
from supply.lifecycle import Transition, alert_number, fingerprint_of


class About(NamedTuple):
    """What an alert is about: `facility` is `None` where that is an item everywhere, `item` where it is a whole
    facility."""

    condition: Condition
    facility: str | None
    item: str | None


def notice(
    about: About,
    transition: Transition,
    at_ms: int,
    said: Sentences,
    *,
    facts: AlertFacts | None = None,
    places: tuple[AlertPlace, ...] = (),
) -> Alert:
    """The message of a transition that was decided at an instant.

    Args:
        facts: the numbers of a position.
        places: the positions concerned, where it is about more than one.
    """
    fingerprint = fingerprint_of(about.condition, about.facility or "", about.item or "")
    return Alert(
        alert=alert_number(fingerprint, transition.since_ms),
        fingerprint=fingerprint,
        condition=about.condition,
        facility=about.facility,
        item=about.item,
        state=transition.state,
        severity=transition.severity,
        since=instant(transition.since_ms),
        at=instant(at_ms),
        sequence=transition.sequence,
        reason=said.es,
        reason_en=said.en,
        facts=facts,
        repeat=transition.repeat,
        places=places,
    )
