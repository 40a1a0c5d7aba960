"""The door of the shards that judge facilities and items: what the shards of positions tell them."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import msgspec

from schemas.channels import facility_key, item_key
from schemas.codes import shown
from schemas.dead_letters import BadRecord
from schemas.rekeyed import Heard, Reached, Rekeyed, StockNote
from supply.calendar import milliseconds

_decode = msgspec.json.Decoder(Rekeyed).decode

FIRST_MS: Final = milliseconds(dt.datetime(2001, 1, 1, tzinfo=dt.UTC))
LAST_MS: Final = milliseconds(dt.datetime(2069, 1, 1, tzinfo=dt.UTC))
"""Within these years calendars know their days, with room for pauses and holds."""

_ITEMS: Final = item_key("")


class WideIntake:
    """Admits notes, whatever they concern; their key says whom."""

    def admit(
        self,
        topic: str,  # noqa: ARG002 # there is one
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes | None]],  # noqa: ARG002 # there are none
        now_ms: int,  # noqa: ARG002 # nothing is from the future: positions were judged before they were told of
    ) -> tuple[str, Rekeyed, int]:
        """The key, the note and its time; raises `BadRecord` for what no shard has written."""
        if key is None or value is None:
            raise BadRecord("undecodable", None, "a note has a key and a value; did somebody else write to this topic?")
        try:
            note = _decode(value)
            name = key.decode()
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as wrong:
            raise BadRecord("undecodable", None, f"no note of this release: {shown(str(wrong))}") from wrong
        _check_key(name, note)
        at_ms = _time_of(note)
        if not all(FIRST_MS <= at <= LAST_MS for at in _times(note)):
            raise BadRecord("invalid_field", "at_ms", "at_ms lies outside of 2001 to 2068; no shard has told this")
        return name, note, at_ms


def _check_key(key: str, note: Rekeyed) -> None:
    """Whom a note concerns stands in its key too; how far a shard is concerns all."""
    if isinstance(note, Reached):
        right = note.shard >= 0
    elif isinstance(note, StockNote):
        right = key in (facility_key(note.facility), item_key(note.item))
    else:
        right = key == facility_key(note.facility) or (key.startswith(_ITEMS) and key.count("|") == 1)
    if not right:
        raise BadRecord("wrong_key", "key", "the key names nobody whom the note concerns; no shard has told this")


def _times(note: Rekeyed) -> tuple[int, ...]:
    if isinstance(note, Heard):
        return note.at_ms
    return () if note.at_ms is None else (note.at_ms,)


def _time_of(note: Rekeyed) -> int:
    match note:
        case StockNote(at_ms=at_ms):
            return at_ms
        case Heard(at_ms=times):
            return times[-1] if times else 0
        case Reached(at_ms=at_ms):
            return at_ms or 0
