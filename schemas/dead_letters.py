"""Dead letters: records that cannot count, kept whole with where they were and what is wrong with them."""

from typing import Literal

import msgspec

from schemas.events import Instant

Fault = Literal[
    "undecodable",
    "oversize",
    "unknown_type",
    "wrong_topic",
    "wrong_key",
    "missing_field",
    "invalid_field",
    "naive_time",
    "future_time",
    "unknown_facility",
    "unknown_item",
    "too_late",
]


class BadRecord(Exception):
    """A record that cannot count. `field` is the path of the field at fault, `None` when it is the whole record."""

    def __init__(self, fault: Fault, field: str | None, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault
        self.field = field
        self.reason = reason


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A record refused: where it was, what was wrong in words a person understands, and its original bytes
    (base64 in JSON)."""

    topic: str
    partition: int
    offset: int
    at: Instant
    fault: Fault
    field: str | None
    reason: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()

    @property
    def number(self) -> str:
        """What a person calls it by: `topic:partition:offset`."""
        return f"{self.topic}:{self.partition}:{self.offset}"
