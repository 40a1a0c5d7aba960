"""What must have come of the records: each is counted in its position or is a dead letter, by a plain model.

The model reads the log with Python's own `json`, and only adds up: consumption by position, each event once, and on
hand = the one count + what moved since.
"""

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from schemas.codes import normalise_facility, normalise_item
from schemas.dead_letters import DeadLetter
from schemas.positions import Position
from tests.fuzz.records import COUNTED, COUNTED_AT

SUMS: Final = {
    "stock.dispensed": "dispensed",
    "stock.issued": "issued",
    "stock.returned": "returned",
    "demand.unmet": "unmet",
}
MOVES: Final = {"stock.dispensed": -1, "stock.issued": -1, "stock.returned": 1, "arrival.received": 1}
COPY_MARK: Final = b',"abasto_forwarded_from":"'


class Log:
    """What was sent, as the model reads it."""

    def __init__(self, letters: Iterable[DeadLetter]) -> None:
        self.letters = {(each.topic, each.partition, each.offset): each for each in letters}
        self.sent = 0
        self.counted = 0
        self.wrong: list[str] = []
        self.sums: dict[str, Counter[str]] = defaultdict(Counter)
        self._seen: set[tuple[str, str, str]] = set()
        self._found: set[tuple[str, int, int]] = set()

    def read(self, topic: str, partition: int, record: Any) -> None:
        """Take one record of the log into account."""
        if record.value is not None and COPY_MARK in record.value:
            return
        self.sent += 1
        where = (topic, partition, record.offset)
        letter = self.letters.get(where)
        if letter is not None:
            self._found.add(where)
            if not letter.reason or not _holds(letter, record):
                self.wrong.append(f"{letter.number}: the dead letter does not hold the record, or no reason")
            elif b'"good-' in (record.value or b"") and letter.fault != "wrong_key":
                self.wrong.append(f"{letter.number}: a good record was refused: {letter.reason}")
            return
        try:
            self._count(_plainly(record))
        except (ValueError, KeyError, TypeError, RecursionError) as unreadable:
            self.wrong.append(f"{topic}:{partition}:{record.offset}: neither an event nor a letter: {unreadable!r}")

    def _count(self, event: dict[str, Any]) -> None:
        key = f"{normalise_facility(event['facility'])}|{normalise_item(event['item'])}"
        identity = (key, event["source"], event["id"])
        self.counted += 1
        if identity in self._seen:
            return
        self._seen.add(identity)
        kind = event["type"]
        quantity = event["delta"] if kind == "stock.adjusted" else event["quantity"]
        sums = self.sums[key]
        if kind in SUMS:
            sums[SUMS[kind]] += quantity
        # A mutated hour may lie before the count, which holds it then.
        if dt.datetime.fromisoformat(event["time"]) > COUNTED_AT:
            sums["moved"] += MOVES.get(kind, kind == "stock.adjusted") * quantity

    def differences(self, positions: dict[str, Position]) -> Iterator[str]:
        """All that is not as the model has it; hopefully nothing."""
        yield from self.wrong
        for where in self.letters.keys() - self._found:
            yield f"{where}: a dead letter of a record that nobody sent"
        for key in positions.keys() ^ self.sums.keys():
            yield f"{key}: a position on one side only"
        for key, sums in self.sums.items():
            position = positions.get(key)
            if position is None:
                continue
            for field in SUMS.values():
                found = sum(getattr(month, field) for month in position.months)
                if found != sums[field]:
                    yield f"{key}: {field} is {found}, expected {sums[field]}"
            if position.on_hand != COUNTED + sums["moved"]:
                yield f"{key}: on hand is {position.on_hand}, expected {COUNTED + sums['moved']}"


def _holds(letter: DeadLetter, record: Any) -> bool:
    """Whether a dead letter holds its record; one that was refused where it was sent on to, the event as understood."""
    if letter.value == record.value:
        return True
    try:
        return bool(json.loads(letter.value or b"", parse_int=_whole)["id"] == _plainly(record)["id"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _whole(digits: str) -> float:
    """A whole number; Python reads none of thousands of digits, and only fields that nobody knows may hold one."""
    return int(digits) if len(digits) < 40 else float("inf")


def _plainly(record: Any) -> dict[str, Any]:
    """The event in a record, read as a beginner would."""
    # Of a field that nobody knows not even the text is looked at.
    body: dict[str, Any] = json.loads(record.value.decode(errors="replace"), parse_int=_whole)
    headers = {name.lower(): value for name, value in record.headers}
    names = ("type", "id", "source", "time")
    if any(f"ce_{name}" in headers for name in ("specversion", *names)) and not _is_structured(headers):
        return body | {name: headers[f"ce_{name}"].decode() for name in names}
    if "specversion" in body:
        content: dict[str, Any] = body["data"]
        return content | {name: body[name] for name in names}
    return body


def _is_structured(headers: dict[str, bytes | None]) -> bool:
    return (headers.get("content-type") or b"").startswith(b"application/cloudevents+json")
