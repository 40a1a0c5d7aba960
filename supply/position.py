"""One position: what is settled, what may still be overtaken, and its open alerts.

Events come late, twice and out of order. Entries that an earlier one may still overtake are kept apart, sorted
(`pending`); those before `settled_before` are applied for good. Whatever the order of arrival within the lateness
window, entries are applied in the order of their time, so the state depends on the set of events alone.

A daily evaluation that lies within the settled part uses the settled ledger itself. One beyond it (the clock runs
ahead of what is settled) uses `ahead`: a copy with pending entries applied, thrown away when a straggler overtakes.
"""

from bisect import bisect_left, insort
from enum import StrEnum
from typing import Final

import msgspec

from supply.assessment import Place
from supply.by_day import forget_days, keep_days
from supply.calendar import LocalCalendar
from supply.calm_state import DISTURBS, Calm
from supply.entries import TELLS_OF_SHELF, Entry
from supply.late import apply_late
from supply.ledger import apply
from supply.ledger_state import Ledger
from supply.months import forget_months
from supply.observed import heard_at
from supply.scale import refine_ledger, refined_entry
from supply.stored import PositionState, Summary
from supply.telling import LONG_AGO, SLACK_MS, Telling

SHORTEST_DAY_MS: Final = 23 * 3_600_000
"""A local day on which the clock goes forward."""
HELD_BACK_LIMIT: Final = 30_000
"""Entries held back while history is told: forty a day for two years, and a record of two thirds of a megabyte,
three times that where all of them are receipts of lots."""
STRAGGLERS_NEAR: Final = 4
"""How many of the newest entries a straggler is compared with one by one."""


class Outcome(StrEnum):
    """What became of an admitted event."""

    COUNTED = "counted"
    DUPLICATE = "duplicate"
    LATE = "late"
    TOO_LATE = "too_late"
    ELSEWHERE = "elsewhere"


COUNTED: Final = Outcome.COUNTED
DUPLICATE: Final = Outcome.DUPLICATE
TOO_LATE: Final = Outcome.TOO_LATE
"""Looked up once: a member of an enumeration costs as much to find as an entry to keep."""

_encode_ledger: Final = msgspec.msgpack.Encoder().encode
_decode_ledger: Final = msgspec.msgpack.Decoder(Ledger).decode


class Position:
    """A position awake in memory.

    `touched`: since its last publication. `newest_at` is the time of the newest entry that was ever pending.
    `next_at` is the local midnight at which it must be looked at next, `booked_at` the one it is booked for, and
    `looked_at` the last such instant. While it is `calm`, the evaluation of a midnight is skipped. At `turns_at` the
    calendar changes something. `evaluated_at` is the last evaluation that was no quiet one: what is published follows
    it, so it must not depend on evaluations that may be skipped. `telling` says how far its facility is with what it
    tells, `history_at` when the position itself was last told of the past. `told` is what was last told of it to the
    judges of whole facilities and items, and `heard_at` the last event (`supply.rekeying`).
    """

    __slots__ = (
        "ahead",
        "ahead_at",
        "ahead_count",
        "ahead_day_from",
        "alerts",
        "booked_at",
        "calm",
        "evaluated_at",
        "heard_at",
        "history_at",
        "key",
        "ledger",
        "looked_at",
        "newest_at",
        "next_at",
        "pending",
        "place",
        "place_revision",
        "resolved",
        "scale",
        "seen",
        "settled_before",
        "summary",
        "telling",
        "told",
        "touched",
        "turns_at",
        "version",
    )

    def __init__(self, key: str, state: PositionState, summary: Summary, place: Place, place_revision: int) -> None:
        # Compiled, the attributes lie in memory in this order: first those that every event needs.
        self.place_revision = place_revision
        self.scale = state.scale
        self.settled_before = state.settled_before
        self.seen = {entry[2] for entry in state.pending}
        self.newest_at = state.pending[-1][0] if state.pending else -1
        self.pending = state.pending
        self.ahead: Ledger | None = None
        self.next_at = self.booked_at = summary.next_at
        self.touched = False
        self.key = key
        self.place = place
        self.looked_at = self.evaluated_at = state.evaluated_at
        self.calm = Calm()
        self.turns_at = 0
        self.ledger = state.ledger
        self.summary = summary
        self.alerts = state.alerts
        self.resolved = state.resolved
        self.version = state.version
        self.told = state.told
        self.heard_at = -1
        self.telling: Telling | None = None
        self.history_at = LONG_AGO
        self.ahead_count = 0
        self.ahead_at = 0
        self.ahead_day_from = 0
        self.move_to(place, place_revision)

    def move_to(self, place: Place, revision: int) -> None:
        """Follow a change of the catalogue. The unit of a position gets finer with its item's, never coarser."""
        self.place = place
        self.place_revision = revision
        self._overtaken()
        factor = 10**place.item.decimals // self.scale
        if factor > 1:
            refine_ledger(self.ledger, factor)
            self.pending = [refined_entry(entry, factor) for entry in self.pending]
            self.scale *= factor
        keep_days(self.ledger, place.chosen.policy, place.facility.kind, self.settled_before, place.calendar)

    def state(self) -> PositionState:
        """What to store."""
        return PositionState(
            self.scale,
            self.version,
            self.settled_before,
            self.evaluated_at,
            self.ledger,
            self.pending,
            self.alerts,
            self.resolved,
            self.told,
        )

    def take(self, entry: Entry) -> Outcome:
        """Put an entry in its place."""
        # Asked for every event, most often of a position that was not looked at for long: what is not needed of it is
        # left alone, because to fetch it from memory costs more than the work itself.
        seen, at = self.seen, entry[0]
        if at < self.settled_before:
            return DUPLICATE if entry[2] in seen else self._take_late(entry)
        known = len(seen)
        seen.add(entry[2])
        if len(seen) == known:
            return DUPLICATE
        if at > self.newest_at:
            self.newest_at = at
            self.pending.append(entry)
        else:
            self._put_between(entry)
        if self.ahead is not None and (
            at < self.ahead_day_from or (self.ahead_count > 0 and entry <= self.pending[self.ahead_count - 1])
        ):
            self._overtaken()
        if at < self.next_at - SHORTEST_DAY_MS:
            self.next_at = min(self.next_at, self.place.calendar.next_midnight(max(at, self.looked_at)))
        return COUNTED

    def _put_between(self, entry: Entry) -> None:
        """Put an entry where it belongs. Few were overtaken by more than one or two: to look from the end fetches fewer
        entries from memory than to halve the list."""
        pending = self.pending
        index = len(pending)
        near = max(0, index - STRAGGLERS_NEAR)
        while index > near and pending[index - 1] > entry:
            index -= 1
        if index > near or near == 0:
            pending.insert(index, entry)
        else:
            insort(pending, entry, hi=near)

    def _take_late(self, entry: Entry) -> Outcome:
        calendar = self.place.calendar
        if not apply_late(self.ledger, entry, self.settled_before, calendar):
            return TOO_LATE
        self._overtaken()
        self.next_at = min(self.next_at, calendar.next_midnight(max(self.settled_before, self.looked_at)))
        return Outcome.LATE

    def _overtaken(self) -> None:
        self.ahead = None
        self.calm.end()

    def settle(self, before_ms: int, calendar: LocalCalendar) -> None:
        """Apply pending entries before an instant for good: what comes for before it from now on is late."""
        if before_ms <= self.settled_before:
            return
        self.settled_before = before_ms
        pending = self.pending
        count = 0
        for entry in pending:
            if entry[0] >= before_ms:
                break
            apply(self.ledger, entry, calendar)
            if entry[4] is not None or entry[1] in DISTURBS:
                self.calm.disturb(entry, self.ledger, self.place, bool(self.alerts))
            self.seen.discard(entry[2])
            count += 1
        if count:
            del pending[:count]
            if self.ahead is not None:
                self.ahead_count -= count
                if self.ahead_count < 0:
                    self.ahead = None

    def held_back_until(self, settle_ms: int, lateness_ms: int) -> int:
        """Up to which instant entries may be settled while more of a history may come: nothing more is, unless so much
        is held back that its own time has to do."""
        if len(self.pending) <= HELD_BACK_LIMIT:
            return self.settled_before
        return min(settle_ms, self.newest_at - lateness_ms)

    def settle_some(self, before_ms: int, calendar: LocalCalendar) -> None:
        """Settle when a day's worth of entries is due to be, and no further than the last of them: who falls silent
        then, and is cut off for weeks, has everything counted in its time that comes after it. Where a use is
        planned the day of the last entry stays apart: what was used on it is asked for (`supply.used_today`)."""
        pending = self.pending
        if pending and self.place.plan is not None:
            before_ms = min(before_ms, calendar.midnight(calendar.day(pending[-1][0])))
        if pending and pending[0][0] < before_ms - SLACK_MS:
            self.settle(pending[bisect_left(pending, (before_ms,)) - 1][0] + 1, calendar)

    def as_of(self, at_ms: int, settle_ms: int, calendar: LocalCalendar) -> Ledger:
        """The ledger with all entries before an instant applied. Instants asked for by evaluations never fall."""
        if at_ms <= settle_ms:
            self.settle(at_ms, calendar)
            return self.ledger
        if self.ahead is None or self.ahead_at > at_ms:
            self.ahead = _decode_ledger(_encode_ledger(self.ledger))
            self.ahead_count = 0
        ahead, pending = self.ahead, self.pending
        count = self.ahead_count
        while count < len(pending) and pending[count][0] < at_ms:
            apply(ahead, pending[count], calendar)
            if pending[count][4] is not None or pending[count][1] in DISTURBS:
                self.calm.disturb(pending[count], ahead, self.place, bool(self.alerts))
            count += 1
        self.ahead_count = count
        self.ahead_at = at_ms
        self.ahead_day_from = calendar.midnight(calendar.day(at_ms))
        return ahead

    def forget_settled(self, oldest_month: int) -> None:
        """Drop the months that travelled out of `ahead`, as far as they are settled: nothing can be added to them any
        more. Days are dropped by what is settled too."""
        if self.settled_before > 0:
            calendar = self.place.calendar
            forget_months(self.ledger, min(oldest_month, calendar.month(self.settled_before)))
            if self.ledger.days is not None:
                forget_days(self.ledger.days, self.place.chosen.policy, calendar.day(self.settled_before))
        self.ledger.rolled = {}

    def first_entry_from(self, at_ms: int) -> int | None:
        """The time of the first pending entry at or after an instant."""
        pending = self.pending
        if not pending or pending[0][0] >= at_ms:
            return pending[0][0] if pending else None
        index = bisect_left(pending, (at_ms,))
        return pending[index][0] if index < len(pending) else None

    def last_heard_at(self) -> int:
        """The time of the latest entry that tells of the shelf, settled or not; -1 when there is none."""
        for entry in reversed(self.pending):
            if entry[1] in TELLS_OF_SHELF:
                return entry[0]
        settled = heard_at(self.ledger)
        return -1 if settled is None else settled

    def last_entry_at(self) -> int:
        """The time of the latest entry, settled or not; -1 when there is none."""
        last = -1 if self.ledger.last_at is None else self.ledger.last_at
        return max(last, self.pending[-1][0]) if self.pending else last
