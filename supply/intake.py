"""The door of a shard: from a record's bytes to an event that counts, or the reason why it cannot.

Codes leave here in the spelling of the catalogue, aliases resolved, so that one position has one key. The destination
of an issue leaves as another facility or not at all: of services nobody asks for the name.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from schemas.catalogue import Facility, Item
from schemas.channels import TOPIC_OF, position_key
from schemas.codes import normalise_facility, normalise_item, shown
from schemas.dead_letters import BadRecord
from schemas.decode import decode_event
from schemas.events import ArrivalScheduled, ConsumptionReported, Event, StockDispensed, StockIssued
from supply.calendar import DAY_MS, calendar_of, milliseconds, month_name, month_named
from supply.catalogue import Catalogue

RECORD_BYTES_LIMIT: Final = 256 * 1024
"""A count with a thousand lots has 100 kB; an event of single pieces 200 bytes."""

FUTURE_TOLERANCE_MS: Final = 10 * 60 * 1000
"""Clocks of hospital systems differ by minutes; more is a wrong date."""


class Intake:
    """Admits records by the rules of the messages and by what the catalogue knows."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def admit(
        self,
        topic: str | None,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes | None]],
        now_ms: int,
    ) -> tuple[str, Event, int]:
        """The key of a record's position, its event with codes in canonical spelling, and its time in milliseconds.

        Args:
            topic: the input topic it came on; `None` for events that came on none, from a file.
            key: the Kafka key; it may be absent, but not name another position than the body.
            now_ms: the wall clock; events from beyond it are refused.

        Raises:
            BadRecord: with the fault, the field and a sentence.
        """
        if value is not None and len(value) > RECORD_BYTES_LIMIT:
            reason = f"the record has {len(value)} bytes; expected at most {RECORD_BYTES_LIMIT}"
            raise BadRecord("oversize", None, reason)
        event = decode_event(value, headers)
        expected_topic = TOPIC_OF[event.__class__]
        if topic is not None and expected_topic != topic:
            kind = event.__struct_config__.tag
            raise BadRecord("wrong_topic", "type", f"{kind} came on {topic}; expected on {expected_topic}")
        facility = self._catalogue.facility(event.facility) or self._find_facility(event.facility)
        item = self._catalogue.item(event.item) or self._find_item(event.item)
        event.facility = facility.facility
        event.item = item.item
        at_ms = milliseconds(event.time)
        if at_ms > now_ms + FUTURE_TOLERANCE_MS:
            raise BadRecord(
                "future_time",
                "time",
                f"time is {event.time.isoformat()}, which lies more than 10 minutes in the future",
            )
        if type(event) is StockDispensed:
            # Most events are: asked first, it saves them the other questions.
            pass
        elif type(event) is StockIssued:
            if event.destination is not None:
                other = self._catalogue.facility(event.destination) or self._find_spelt(event.destination)
                event.destination = None if other is None or other is facility else other.facility
        elif type(event) is ConsumptionReported:
            _check_period(event, calendar_of(facility.timezone).month(at_ms + DAY_MS))
        elif type(event) is ArrivalScheduled and event.origin is not None:
            origin = self._catalogue.facility(event.origin)
            event.origin = event.origin if origin is None else origin.facility
        position = position_key(event.facility, event.item)
        if key is not None and key != position.encode():
            self._check_key(key, event)
        return position, event, at_ms

    def _find_facility(self, text: str, field: str = "facility") -> Facility:
        try:
            code = normalise_facility(text)
        except ValueError as error:
            raise BadRecord("invalid_field", field, f"{field}: {error}") from None
        facility = self._catalogue.facility(code)
        if facility is None:
            reason = f"facility {code} is not in the catalogue; add it there and send the record again"
            raise BadRecord("unknown_facility", field, reason)
        return facility

    def _find_item(self, text: str, field: str = "item") -> Item:
        try:
            code = normalise_item(text)
        except ValueError as error:
            raise BadRecord("invalid_field", field, f"{field}: {error}") from None
        item = self._catalogue.item(code)
        if item is None:
            reason = f"item {code} is not in the catalogue; add it there and send the record again"
            raise BadRecord("unknown_item", field, reason)
        return item

    def _find_spelt(self, text: str) -> Facility | None:
        """The facility that a free text names, if it does."""
        code = _code_in(text)
        return None if code is None else self._catalogue.facility(code)

    def _check_key(self, key: bytes, event: Event) -> None:
        """A key may be spelt otherwise than the canonical one, but must name the position of the body."""
        text = key.decode(errors="replace")
        facility_text, bar, item_text = text.partition("|")
        expected = position_key(event.facility, event.item)
        try:
            facility = self._find_facility(facility_text, "key") if bar else None
            item = self._find_item(item_text, "key") if bar else None
        except BadRecord:
            facility = item = None
        if facility is None or item is None or (facility.facility, item.item) != (event.facility, event.item):
            raise BadRecord("wrong_key", "key", f"the Kafka key is {shown(text)}; expected {expected}, as in the body")


@lru_cache(maxsize=4096)
def _code_in(text: str) -> str | None:
    """The code that a free text may be. Kept because wards are few and named with every issue."""
    try:
        return normalise_facility(text)
    except ValueError:
        return None


def _check_period(event: ConsumptionReported, latest_month: int) -> None:
    """A sheet tells of a month that has begun when it is written, or begins within a day: its author's clock may lie
    elsewhere."""
    if month_named(event.period) > latest_month:
        raise BadRecord(
            "invalid_field",
            "period",
            f"period is {event.period}, reported at {event.time.isoformat()}; expected {month_name(latest_month)} at "
            "the latest",
        )
