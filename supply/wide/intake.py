"""The door of the shards that judge facilities and items: what the shards of positions tell them."""

from collections.abc import Sequence

import msgspec

from schemas.dead_letters import BadRecord
from schemas.rekeyed import Heard, Reached, Rekeyed, StockNote

_decode = msgspec.json.Decoder(Rekeyed).decode


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
            return key.decode(), note, _time_of(note)
        except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
            raise BadRecord("undecodable", None, f"no note of this release: {wrong}") from wrong


def _time_of(note: Rekeyed) -> int:
    match note:
        case StockNote(at_ms=at_ms):
            return at_ms
        case Heard(at_ms=times):
            return times[-1] if times else 0
        case Reached(at_ms=at_ms):
            return at_ms or 0
