"""The book of whole facilities and items: folded from the notes of all positions, judged by the clock.

Notes later than a judgement do not count in it, however early they were read, so the same notes give the same alerts
however they came.
"""

import sys
from bisect import insort
from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from schemas.alerts import SEVERITIES, Condition, Severity
from schemas.rekeyed import Heard, Reached, Rekeyed, StockNote
from supply.agenda import Agenda
from supply.catalogue import Catalogue
from supply.clock import Reach
from supply.position import COUNTED, DUPLICATE, Outcome
from supply.rules import Rules
from supply.totals import ItemStock
from supply.wide.clock import WideClock
from supply.wide.judge import Judge, rule_of
from supply.wide.rhythm import DAYS_REMEMBERED
from supply.wide.subject import (
    Subject,
    read_place,
    read_subject,
    stored_key,
    time_of,
    write_place,
    write_subject,
)

Record = tuple[bytes, bytes]

_encode: Final = msgspec.json.Encoder().encode


class WidePublication(NamedTuple):
    """What a checkpoint writes: changed subjects and places, and alert transitions in the order of decision."""

    changelog: list[Record]
    alerts: list[Record]
    positions: tuple[Record, ...] = ()
    rekeyed: tuple[Record, ...] = ()


class WideBook:
    """The facilities and items of one shard.

    Args:
        catalogue: shared, may change between calls.
        rules: what to judge by.
        clock: is told how far the shards of positions are.
    """

    def __init__(self, catalogue: Catalogue, rules: Rules, clock: WideClock) -> None:
        self._judge = Judge(catalogue, rules)
        self._clock = clock
        self._subjects: dict[str, Subject] = {}
        self._touched: list[Subject] = []
        self._alerts: list[Record] = []
        self._agenda = Agenda()
        self._unjudged: dict[str, Subject] = {}

    def __len__(self) -> int:
        return len(self._subjects)

    @property
    def touched(self) -> int:
        """How many facilities and items the next publication holds."""
        return len(self._touched)

    def open_alerts(self) -> Mapping[tuple[Condition, Severity], int]:
        """Firing alerts by condition and severity."""
        return Counter(
            (rule_of(subject).condition, SEVERITIES[alert.severity])
            for subject in self._subjects.values()
            if (alert := subject.state.alert) is not None and alert.firing
        )

    def stock_by_item(self) -> Mapping[str, ItemStock]:
        """Nothing: stock is counted by the shards of positions."""
        return {}

    def load(self, key: bytes, value: bytes | None) -> None:
        """Take over what the changelog holds of a subject or one of its places; the last value wins.

        Raises:
            UnreadableState: written by a newer release.
        """
        kind, code, *place = key.decode().split("|")
        subject = self._subject(f"{kind}|{code}")
        if place:
            subject.put(place[0], None if value is None else read_place(value))
        elif value is not None:
            subject.state = read_subject(value)
            self._agenda.book(subject.key, subject.state.next_at)
            self._note_unjudged(subject)

    def take(self, key: str, note: Rekeyed, at_ms: int) -> Outcome:  # noqa: ARG002 # a note has its own times
        """Fold a note in; a judgement follows when its time comes."""
        if isinstance(note, Reached):
            self._clock.reached(note)
            return COUNTED
        subject = self._subject(key)
        if isinstance(note, StockNote):
            self._await(subject, note)
        elif not subject.is_facility:
            for heard_at in note.at_ms:
                self._await(subject, Heard(facility=note.facility, at_ms=(heard_at,)))
        elif not self._take_heard(subject, note):
            return DUPLICATE
        self._touch(subject)
        return COUNTED

    def _await(self, subject: Subject, note: StockNote | Heard) -> None:
        insort(subject.state.pending, note, key=_in_time)
        if not subject.is_facility:
            calendar = self._judge.calendar(subject)
            self._look_at(subject, calendar.next_midnight(max(time_of(note) - 1, subject.state.looked_at)))

    def _take_heard(self, subject: Subject, note: Heard) -> bool:
        """Whether it says anything new: a shard that recovers may tell of a day again."""
        heard, calendar = subject.state.heard, self._judge.calendar(subject)
        new = False
        for at_ms in note.at_ms:
            day = calendar.day(at_ms)
            forgotten = len(heard) >= DAYS_REMEMBERED and day < min(heard)
            if forgotten or at_ms <= heard.get(day, -1):
                continue
            new = True
            heard[day] = at_ms
            self._look_at(subject, calendar.next_midnight(max(at_ms, subject.state.looked_at)))
        return new

    @property
    def behind(self) -> bool:
        """Never: what is due is judged at once, for facilities and items are few."""
        return False

    def advance(self, reach: Reach | None) -> None:
        """Judge everything that is due within reach, and see to it that what waited for the book to be live is."""
        if reach is None:
            return
        while self._agenda.is_due(reach.evaluate_ms):
            at_ms, keys = self._agenda.take(reach.evaluate_ms, sys.maxsize)
            for key in keys:
                subject = self._subjects[key]
                if subject.state.next_at == at_ms:
                    self._look(subject, at_ms)
        if reach.live:
            for subject in self._unjudged.values():
                self._touch(subject)
            self._unjudged = {}

    def publish(self, now_ms: int | None) -> WidePublication:
        """Snapshot what changed; afterwards nothing is touched.

        Args:
            now_ms: in service, when all is read: what changed is judged at this instant first.
        """
        touched = self._touched
        changelog: list[Record] = []
        for subject in touched:
            if now_ms is not None:
                # No two judgements at one instant: see `supply.book`.
                self._look(subject, max(now_ms, subject.state.looked_at + 1))
            else:
                self._note_unjudged(subject)
            changelog += [
                (stored_key(subject.key, place), write_place(subject.places[place]))
                for place in sorted(subject.changed)
            ]
            changelog.append((stored_key(subject.key), write_subject(subject.state)))
            subject.changed.clear()
            subject.touched = False
        publication = WidePublication(changelog, self._alerts)
        self._touched, self._alerts = [], []
        return publication

    def _look(self, subject: Subject, at_ms: int) -> None:
        alert = self._judge.judge(subject, at_ms)
        if alert is not None:
            self._alerts.append((subject.code.encode(), _encode(alert)))
        self._agenda.book(subject.key, subject.state.next_at)
        self._touch(subject)

    def _note_unjudged(self, subject: Subject) -> None:
        """What was told of it waits to be judged until the book is live, not until midnight."""
        if subject.state.pending:
            self._unjudged[subject.key] = subject

    def _look_at(self, subject: Subject, at_ms: int) -> None:
        """Look at a subject at an instant, or before."""
        if at_ms < subject.state.next_at:
            subject.state.next_at = at_ms
            self._agenda.book(subject.key, at_ms)

    def _touch(self, subject: Subject) -> None:
        if not subject.touched:
            subject.touched = True
            self._touched.append(subject)

    def _subject(self, key: str) -> Subject:
        subject = self._subjects.get(key)
        if subject is None:
            subject = self._subjects[key] = Subject(key)
        return subject


def _in_time(note: StockNote | Heard) -> tuple[int, str, str]:
    return time_of(note), note.facility, "" if isinstance(note, Heard) else note.item
