"""A position as bytes: a fixed head that can be read without decoding the rest, then the state.

The head holds what a shard needs of sleeping positions: when to look at it next, and its share of the totals. The
first byte is the version of the whole layout; a release reads its own and older ones, and refuses newer ones.

A new field comes last, with a default, and raises `STATE_VERSION`: a release that does not know the field would drop it
in silence. `tests/unit/supply/test_older_state.py` sees to that, and says what else to do.
"""

import struct
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from schemas.alerts import SEVERITIES, Condition, Severity
from supply.conditions import RULES
from supply.entries import Entry, as_taken
from supply.ledger_state import Ledger
from supply.lifecycle import OpenAlert, ResolvedAlert

STATE_VERSION = 4
_HEAD = struct.Struct("<BqddQ")
_BITS = len(SEVERITIES).bit_length()
"""Bits a condition takes in the head: 0 for none firing, else 1 + the index of the severity."""
_UNJUDGED_BIT = 1 << 63
"""Beside the bits of the conditions; heads of older releases have a 0 there."""

NEVER_MS = 1 << 62
"""An instant that does not come."""


class PositionState(msgspec.Struct, array_like=True):
    """What is stored of a position. `scale`: smallest units a piece. `version` counts its publications. `resolved` are
    alerts whose condition may still begin again as the same alert. `told`: see `supply.rekeying`."""

    scale: int
    version: int
    settled_before: int
    evaluated_at: int
    ledger: Ledger
    pending: list[Entry]
    alerts: dict[Condition, OpenAlert]
    resolved: dict[Condition, ResolvedAlert] = msgspec.field(default_factory=dict)
    told: int = 0


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(PositionState).decode


class UnreadableState(Exception):
    """Stored state that this release cannot read."""


def is_readable(stored: bytes) -> bool:
    """Whether this release or an older one wrote it."""
    return len(stored) > 0 and 1 <= stored[0] <= STATE_VERSION


def unreadable(what: str, stored: bytes) -> str:
    """What is wrong with stored state, and what to do."""
    if is_readable(stored):
        return f"stored {what} is cut off after {len(stored)} bytes: restore the changelog topic"
    version = stored[0] if stored else "none"
    return (
        f"stored {what} has state version {version}, this release reads up to {STATE_VERSION}: "
        "start the release that wrote it, or a newer one"
    )


class Summary(NamedTuple):
    """The head: the next instant to look at the position, usable pieces (-1: never counted), CPM in pieces (-1: none),
    the firing alerts packed into an integer, and whether it was published without being judged at that instant."""

    next_at: int
    usable: float
    cpm: float
    firing: int
    unjudged: bool = False

    def firing_alerts(self) -> list[tuple[Condition, Severity]]:
        """The firing alerts with their severities."""
        found: list[tuple[Condition, Severity]] = []
        for index, rule in enumerate(RULES):
            level = self.firing >> (index * _BITS) & ((1 << _BITS) - 1)
            if level:
                found.append((rule.condition, SEVERITIES[level - 1]))
        return found


UNPUBLISHED = Summary(NEVER_MS, -1.0, -1.0, 0)
"""The head of a position before its first publication."""


def pack_firing(alerts: Mapping[Condition, OpenAlert]) -> int:
    """The firing alerts of a position as the integer of its head."""
    packed = 0
    if alerts:
        for index, rule in enumerate(RULES):
            alert = alerts.get(rule.condition)
            if alert is not None and alert.firing:
                packed |= (alert.severity + 1) << (index * _BITS)
    return packed


def write_state(state: PositionState, summary: Summary) -> bytes:
    """A position as bytes."""
    next_at, usable, cpm, firing, unjudged = summary
    return _HEAD.pack(STATE_VERSION, next_at, usable, cpm, firing | _UNJUDGED_BIT * unjudged) + _encode(state)


def read_summary(stored: bytes) -> Summary:
    """The head of a stored position.

    Raises:
        UnreadableState: too short, or of a layout this release does not know.
    """
    if len(stored) <= _HEAD.size or not is_readable(stored):
        raise UnreadableState(unreadable("position", stored))
    _, next_at, usable, cpm, firing = _HEAD.unpack_from(stored)
    return Summary(next_at, usable, cpm, firing & ~_UNJUDGED_BIT, firing & _UNJUDGED_BIT != 0)


def read_state(stored: bytes) -> PositionState:
    """The state of a stored position whose head was read before."""
    state = _decode(memoryview(stored)[_HEAD.size :])
    state.pending = [as_taken(entry) for entry in state.pending]
    return state
