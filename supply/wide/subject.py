"""A facility, or an item everywhere: what is known of it, and its alert."""

import msgspec

from schemas.rekeyed import Heard, StockNote
from supply.lifecycle import OpenAlert, ResolvedAlert
from supply.stored import NEVER_MS, STATE_VERSION, UnreadableState, is_readable, unreadable


class SubjectState(msgspec.Struct, array_like=True):
    """What is stored of a subject beside its places.

    `looked_at` is the last instant it was judged at and `next_at` the next one. `pending` are notes of positions later
    than `looked_at`, in order of time; of those that an item was heard of somewhere each has one time. `heard`: the
    last event of each day a facility was heard, by local day; it may hold days after `looked_at`. `earlier`: the alert
    resolved last, as long as it may go on. `told_places`: those that the open alert has told of
    (`supply.wide.joining`).
    """

    looked_at: int = -1
    next_at: int = NEVER_MS
    alert: OpenAlert | None = None
    pending: list[StockNote | Heard] = msgspec.field(default_factory=list)
    heard: dict[int, int] = msgspec.field(default_factory=dict)
    earlier: ResolvedAlert | None = None
    told_places: list[str] = msgspec.field(default_factory=list)


_encode_state = msgspec.msgpack.Encoder().encode
_decode_state = msgspec.msgpack.Decoder(SubjectState).decode
_decode_note = msgspec.msgpack.Decoder(StockNote).decode


class Subject:
    """A subject in memory: its state, and its positions as of the last judgement: of a facility by item, of an item by
    facility. `changed` are the places that differ from what is stored, `short` counts those short of an item."""

    __slots__ = ("changed", "code", "key", "places", "short", "state", "touched")

    def __init__(self, key: str) -> None:
        self.key = key
        self.code = key.partition("|")[2]
        self.state = SubjectState()
        self.places: dict[str, StockNote] = {}
        self.changed: set[str] = set()
        self.touched = False
        self.short = 0

    @property
    def is_facility(self) -> bool:
        """Whether it is a facility; else it is an item."""
        return self.key.startswith("facility|")

    def place_of(self, note: StockNote) -> str:
        """Which of its places a note speaks of."""
        return note.item if self.is_facility else note.facility

    def apply_notes(self, until_ms: int) -> None:
        """Let the notes up to an instant count."""
        pending = self.state.pending
        count = 0
        for note in pending:
            if time_of(note) > until_ms:
                break
            count += 1
            if isinstance(note, Heard):
                self._hear(note)
                continue
            place = self.place_of(note)
            self.put(place, note)
            self.changed.add(place)
        del pending[:count]

    def _hear(self, note: Heard) -> None:
        """The item was heard of at a place."""
        known, at_ms = self.places.get(note.facility), time_of(note)
        if known is not None and at_ms > (known.heard_at or -1):
            self.places[note.facility] = msgspec.structs.replace(known, heard_at=at_ms)
            self.changed.add(note.facility)

    def put(self, place: str, note: StockNote | None) -> None:
        """Replace what is known of a place; `None` forgets it."""
        before = self.places.pop(place, None)
        if before is not None:
            self.short -= is_short(before)
        if note is not None:
            self.places[place] = note
            self.short += is_short(note)


def time_of(note: StockNote | Heard) -> int:
    """The instant a note counts from."""
    return note.at_ms[-1] if isinstance(note, Heard) else note.at_ms


def is_short(note: StockNote) -> bool:
    """Whether a place is out of the item, or will be before an order could arrive."""
    return note.trouble in ("stock_out", "shortage")


def stored_key(subject: str, place: str | None = None) -> bytes:
    """The changelog key of a subject, or of one of its places."""
    return (subject if place is None else f"{subject}|{place}").encode()


def write_subject(state: SubjectState) -> bytes:
    """A subject's state as bytes."""
    return bytes([STATE_VERSION]) + _encode_state(state)


def write_place(note: StockNote) -> bytes:
    """One of its places as bytes."""
    return bytes([STATE_VERSION]) + _encode_state(note)


def read_subject(stored: bytes) -> SubjectState:
    """A stored subject; raises `UnreadableState` when a newer release wrote it."""
    return _decode_state(_content(stored))


def read_place(stored: bytes) -> StockNote:
    """A stored place; raises `UnreadableState` when a newer release wrote it."""
    return _decode_note(_content(stored))


def _content(stored: bytes) -> memoryview:
    if not is_readable(stored):
        raise UnreadableState(unreadable("facility or item", stored))
    return memoryview(stored)[1:]
