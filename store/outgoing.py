"""What becomes of a dead letter that is sent again: a record that the engine takes, or the reason why it would not."""

import datetime as dt
from typing import Final, NamedTuple

import msgspec

from schemas.channels import TOPIC_OF
from schemas.cloud_events import CONTENT_TYPE, HEADER_PREFIX
from schemas.dead_letters import BadRecord, DeadLetter
from supply.calendar import milliseconds
from supply.catalogue import Catalogue
from supply.entries import entry_of
from supply.intake import Intake

NOT_AS_IT_WAS: Final = frozenset({"too_late", "wrong_key"})
"""The events that came before a late one only grow newer; and which of key and body is right, only a person knows."""

Headers = tuple[tuple[str, bytes | None], ...]


class StillBad(ValueError):
    """The record would end among the dead letters again; the message says why and what to do."""


class Outgoing(NamedTuple):
    """A record ready to be published."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Headers
    at: dt.datetime
    """When its event happened."""


def prepare(catalogue: Catalogue, letter: DeadLetter, mended: bytes | None, now: dt.datetime) -> Outgoing:
    """The record to publish; raises `StillBad` when the engine would refuse it again.

    The engine's own door says so, with the catalogue of the read model; topic and key are those it asks for. Only how
    late a mended count is stays for the engine to judge: it depends on what the shard has seen.
    """
    value = letter.value if mended is None else mended
    headers = letter.headers if mended is None or not _names_its_type(mended) else _without_cloud_event(letter.headers)
    try:
        position, event, at_ms = Intake(catalogue).admit(None, None, value, headers, milliseconds(now))
        item = catalogue.item(event.item)
        entry_of(event, at_ms, 10 ** (item.decimals if item else 0))
        if mended is None and letter.fault in NOT_AS_IT_WAS:
            raise BadRecord(letter.fault, letter.field, letter.reason)
    except BadRecord as bad:
        raise StillBad(_what_to_do(bad, mended is not None)) from bad
    return Outgoing(TOPIC_OF[type(event)], position.encode(), value, headers, event.time)


def _what_to_do(bad: BadRecord, mended: bool) -> str:
    reason = bad.reason[:1].upper() + bad.reason[1:].rstrip(".") + "."
    match bad.fault:
        case "unknown_item" | "unknown_facility":
            return f"{reason} The command for it is: abasto catalogue load"
        case _:
            return reason if mended else f"{reason} Mend a copy of the record and give it with --with FILE."


def _names_its_type(value: bytes) -> bool:
    """Whether the bytes are an event by themselves, without the headers of a CloudEvent in binary mode."""
    try:
        body = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return isinstance(body, dict) and "type" in body


def _without_cloud_event(headers: Headers) -> Headers:
    return tuple(
        (name, value) for name, value in headers if not name.startswith(HEADER_PREFIX) and name != CONTENT_TYPE
    )
