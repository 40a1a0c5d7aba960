"""The book of whole facilities and items: folded from the notes of all positions, judged by the clock.

Facilities are judged at their own midnights, items at those of one zone for the nation. Notes later than a judgement do
not count in it, however early they were read, so the same notes give the same alerts however they came.
"""

from bisect import insort
from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from schemas.alerts import SEVERITIES, Alert, Condition, Severity
from schemas.channels import facility_key
from schemas.rekeyed import Heard, Reached, Rekeyed, StockNote
from supply.agenda import Agenda
from supply.calendar import LocalCalendar, calendar_of, instant
from supply.catalogue import Catalogue
from supply.clock import Reach
from supply.finding import NOT_APPLICABLE
from supply.lifecycle import Ending, Transition, alert_number, fingerprint_of, follow
from supply.position import COUNTED, DUPLICATE, Outcome
from supply.rules import Rules
from supply.stored import NEVER_MS
from supply.totals import ItemStock
from supply.wide import national_shortage, silent_facility
from supply.wide.clock import WideClock
from supply.wide.rhythm import DAYS_REMEMBERED, allowed_pause
from supply.wide.rule import Scene, Sentences, WideRule
from supply.wide.subject import (
    Subject,
    read_place,
    read_subject,
    stored_key,
    write_place,
    write_subject,
)

Record = tuple[bytes, bytes]

UNKNOWN_ZONE: Final = "America/Mexico_City"
"""Where the days of a facility begin that has left the catalogue."""

UNWATCHED: Final = Sentences(
    "Ya no se vigila: salió del catálogo o no tiene claves vigiladas.",
    "It is not watched any more: it has left the catalogue, or has no watched items.",
)

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
        self._catalogue = catalogue
        self._rules = rules.wide
        self._repeat_days = rules.repeat_days
        self._clock = clock
        self._national = calendar_of(rules.wide.national_shortage.timezone)
        self._subjects: dict[str, Subject] = {}
        self._touched: list[Subject] = []
        self._alerts: list[Record] = []
        self._agenda = Agenda()

    def __len__(self) -> int:
        return len(self._subjects)

    @property
    def touched(self) -> int:
        """How many facilities and items the next publication holds."""
        return len(self._touched)

    def open_alerts(self) -> Mapping[tuple[Condition, Severity], int]:
        """Firing alerts by condition and severity."""
        return Counter(
            (_rule_of(subject).condition, SEVERITIES[alert.severity])
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

    def take(self, key: str, note: Rekeyed, at_ms: int) -> Outcome:  # noqa: ARG002 # a note has its own times
        """Fold a note in; a judgement follows when its time comes."""
        if isinstance(note, Reached):
            self._clock.reached(note)
            return COUNTED
        subject = self._subject(key)
        if isinstance(note, StockNote):
            self._take_stock(subject, note)
        elif not self._take_heard(subject, note):
            return DUPLICATE
        self._touch(subject)
        return COUNTED

    def _take_stock(self, subject: Subject, note: StockNote) -> None:
        insort(subject.state.pending, note, key=lambda each: (each.at_ms, each.facility, each.item))
        if not subject.is_facility:
            self._look_at(subject, self._national.next_midnight(max(note.at_ms - 1, subject.state.looked_at)))

    def _take_heard(self, subject: Subject, note: Heard) -> bool:
        """Whether it says anything new: a shard that recovers may tell of a day again."""
        heard, calendar = subject.state.heard, self._calendar(subject)
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

    def advance(self, reach: Reach | None) -> None:
        """Judge everything that is due within reach."""
        if reach is None:
            return
        for at_ms, key in self._agenda.due(reach.evaluate_ms):
            subject = self._subjects[key]
            if subject.state.next_at == at_ms:
                self._judge(subject, at_ms)

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
                self._judge(subject, max(now_ms, subject.state.looked_at + 1))
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

    def _judge(self, subject: Subject, at_ms: int) -> None:
        """Judge a subject at an instant, follow its alert, and book when to look again."""
        state, rule = subject.state, _rule_of(subject)
        subject.apply_notes(at_ms)
        scene = self._scene(subject, at_ms)
        finding = rule.judge(scene)
        timing = rule.timing(self._rules)
        overruled: Ending | None = "unwatched" if finding is None else None
        repeat_days = 0.0 if state.alert is None else self._repeat_days[SEVERITIES[state.alert.severity]]
        state.alert, transition = follow(
            state.alert, finding or NOT_APPLICABLE, at_ms, timing, overruled=overruled, repeat_days=repeat_days
        )
        if transition is not None:
            self._tell(rule, scene, transition, subject)
        state.looked_at = at_ms
        self._forget(subject, at_ms)
        state.next_at = self._next_look(subject, scene)
        self._agenda.book(subject.key, state.next_at)
        self._touch(subject)

    def _tell(self, rule: WideRule, scene: Scene, transition: Transition, subject: Subject) -> None:
        facility, item = (subject.code, None) if subject.is_facility else (None, subject.code)
        fingerprint = fingerprint_of(rule.condition, facility or "", item or "")
        said = UNWATCHED if transition.ending == "unwatched" else rule.explain(scene, transition.state)
        alert = Alert(
            alert=alert_number(fingerprint, transition.since_ms),
            fingerprint=fingerprint,
            condition=rule.condition,
            facility=facility,
            item=item,
            state=transition.state,
            severity=transition.severity,
            since=instant(transition.since_ms),
            at=instant(scene.at_ms),
            sequence=transition.sequence,
            reason=said.es,
            reason_en=said.en,
            facts=None,
            repeat=transition.repeat,
            places=rule.places(scene),
        )
        self._alerts.append((subject.code.encode(), _encode(alert)))

    def _next_look(self, subject: Subject, scene: Scene) -> int:
        """An open alert is looked at daily. Without one a facility is looked at after each day it was heard and when
        its silence would begin, an item when something was told of it."""
        state, calendar, at_ms = subject.state, scene.calendar, scene.at_ms
        if state.alert is not None:
            return calendar.next_midnight(at_ms)
        upcoming = state.pending[0].at_ms if state.pending else NEVER_MS
        if not subject.is_facility:
            return NEVER_MS if upcoming == NEVER_MS else calendar.next_midnight(max(upcoming - 1, at_ms))
        looks = [calendar.next_midnight(at) for at in state.heard.values() if at >= at_ms]
        if scene.heard:
            days = sorted(scene.heard)
            silent_from = calendar.midnight(days[-1] + 1 + allowed_pause(days, self._rules.silent_facility))
            if silent_from > at_ms:
                looks.append(silent_from)
        return min(looks, default=NEVER_MS)

    def _forget(self, subject: Subject, at_ms: int) -> None:
        """Keep the newest days on which a facility was heard, and all that are still to be judged."""
        heard = subject.state.heard
        past = sorted(day for day, at in heard.items() if at < at_ms)
        for day in past[:-DAYS_REMEMBERED]:
            del heard[day]

    def _scene(self, subject: Subject, at_ms: int) -> Scene:
        facility = self._catalogue.facility(subject.code) if subject.is_facility else None
        return Scene(
            at_ms=at_ms,
            code=subject.code,
            calendar=self._calendar(subject),
            facility=facility,
            item=None if subject.is_facility else self._catalogue.item(subject.code),
            places=subject.places,
            short=subject.short,
            heard={day: at for day, at in subject.state.heard.items() if at < at_ms},
            rules=self._rules,
            catalogue=self._catalogue,
        )

    def _calendar(self, subject: Subject) -> LocalCalendar:
        if not subject.is_facility:
            return self._national
        facility = self._catalogue.facility(subject.code)
        return calendar_of(UNKNOWN_ZONE if facility is None else facility.timezone)

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


_FACILITIES: Final = facility_key("")


def _rule_of(subject: Subject) -> WideRule:
    return silent_facility.RULE if subject.key.startswith(_FACILITIES) else national_shortage.RULE
