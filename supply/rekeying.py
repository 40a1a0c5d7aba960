"""What a shard of positions tells those who judge whole facilities and items: what changed, not what was counted.

Told are days on which a facility was heard, and positions whose standing changed at an evaluation. Both follow from the
daily looks alone where only events drive the clock, so a replay tells the same.
"""

import datetime as dt
from typing import Final

import msgspec

from schemas.alerts import SEVERITIES
from schemas.channels import facility_key, item_key
from schemas.rekeyed import TROUBLES, Heard, StockNote
from supply.assessment import Assessment
from supply.conditions import is_surplus_in_doubt
from supply.conditions.surplus import above_maximum, level_of, may_lend
from supply.due import StillToCome, still_to_come
from supply.ledger_state import Ledger
from supply.lifecycle import alert_number, fingerprint_of
from supply.observed import heard_at
from supply.position import Position
from supply.views import in_pieces, stockout_date

Record = tuple[bytes, bytes]

DATE_MOVED_DAYS: Final = 3
"""A projected stock-out that moves by less is no news, unless the day told has passed."""

_KNOWN: Final = 1
_NEEDED: Final = 2
_WATCHED: Final = 4
_LENDS: Final = 8
_EMPTY: Final = 16
_TROUBLE_SHIFT: Final = 5
_SHORT: Final = 2 << _TROUBLE_SHIFT
_SEVERITY_SHIFT: Final = 7
_SURPLUS_ALERT: Final = 1 << 10
_LEVEL_SHIFT: Final = 11
_DAY_SHIFT: Final = 18
_DUE_SHIFT: Final = 38
"""Bits of what was last told of a position: the flags, its trouble (`_SHORT`: shortage or stock-out) and the severity
of that (0: none), the level of what may be lent, the day of the stock-out, and the mark of what is due where it is
short. What a release with fewer of them told reads as something else, and is told once more."""

LEVELS_MOVED: Final = 2
"""What may be lent is told anew when it has changed by about a fifth: nobody should send for what was given away."""
_TOP_LEVEL: Final = (1 << (_DAY_SHIFT - _LEVEL_SHIFT)) - 1
_LAST_DAY: Final = (1 << (_DUE_SHIFT - _DAY_SHIFT)) - 1
_DUE_MARKS: Final = (1 << 24) - 3
"""A prime, so that a change of one figure alone, by less than it, makes another mark; of other changes one in 16
million does not. With the bits below it stays a number that compiled code holds in a word."""

_encode: Final = msgspec.json.Encoder().encode


class Rekeying:
    """Collects notes until a checkpoint takes them out."""

    def __init__(self) -> None:
        self._notes: list[Record] = []
        self._heard: dict[str, dict[int, int]] = {}
        self._of_items: dict[tuple[str, str], dict[int, int]] = {}
        self._newest_day: dict[str, int] = {}

    def looked(self, position: Position, ledger: Ledger, at_ms: int) -> None:
        """A position was looked at: its facility was heard on the day of the last event of its own before that."""
        last = heard_at(ledger)
        if last is None or last == position.heard_at or last >= at_ms:
            return
        position.heard_at = last
        self._hear(position, last)
        if position.told & (_LENDS | _SHORT) and position.told & _WATCHED:
            # Of who has a surplus or is short it matters whether it is still known: nothing else tells of what stays.
            place = position.place
            known = (place.item.item, place.facility.facility)
            self._of_items.setdefault(known, {})[place.calendar.day(last)] = last

    def counted(self, position: Position) -> None:
        """In service a facility is heard with its first event of a day, not at the midnight after it."""
        last = position.last_heard_at()
        facility = position.place.facility.facility
        if last >= 0 and position.place.calendar.day(last) > self._newest_day.get(facility, -1):
            self._hear(position, last)

    def _hear(self, position: Position, last: int) -> None:
        facility, day = position.place.facility.facility, position.place.calendar.day(last)
        days = self._heard.get(facility)
        if days is None:
            days = self._heard[facility] = {}
        if last > days.get(day, -1):
            days[day] = last
        if day > self._newest_day.get(facility, -1):
            self._newest_day[facility] = day

    def judged(self, position: Position, assessment: Assessment) -> bool:
        """A position was evaluated; whether that is news, which must be stored with what was told."""
        place = position.place
        trouble = _trouble_of(position)
        severity = position.alerts[TROUBLES[trouble - 1]].severity + 1 if trouble else 0
        surplus = _surplus_of(position, assessment)
        flags = (
            _KNOWN
            | (_NEEDED if assessment.needed else 0)
            | (_WATCHED if place.watched else 0)
            | (_LENDS if surplus > 0 else 0)
            | (_EMPTY if trouble and not assessment.usable else 0)
            | trouble << _TROUBLE_SHIFT
            | severity << _SEVERITY_SHIFT
            | (_SURPLUS_ALERT if not trouble and _fires_surplus(position) else 0)
        )
        level = min(_TOP_LEVEL, level_of(surplus))
        days = assessment.projection.days_with_due
        # What is out already runs out on no day to come.
        runs_out = assessment.day + days if 0 < trouble < len(TROUBLES) and days is not None else 0
        # Most orders are of who has enough, and there nobody asks what is due.
        due = still_to_come(assessment) if flags & _SHORT else None
        mark = 0 if due is None else _due_mark(due)
        told_flags, told_day = position.told & ((1 << _LEVEL_SHIFT) - 1), position.told >> _DAY_SHIFT & _LAST_DAY
        told_level = position.told >> _LEVEL_SHIFT & _TOP_LEVEL
        moved = abs(runs_out - told_day) >= DATE_MOVED_DAYS or (runs_out != told_day and told_day < assessment.day)
        moved = moved or abs(level - told_level) >= LEVELS_MOVED or mark != position.told >> _DUE_SHIFT
        if flags == told_flags and not moved:
            return False
        position.told = flags | level << _LEVEL_SHIFT | runs_out << _DAY_SHIFT | mark << _DUE_SHIFT
        note = self._note(position, assessment, trouble, surplus, due)
        self._notes.append((item_key(place.item.item).encode(), note))
        # A facility is judged by what it holds and what is wrong with it, not by who needs or could lend an item.
        if (flags ^ told_flags) & ~(_NEEDED | _LENDS | _EMPTY):
            self._notes.append((facility_key(place.facility.facility).encode(), note))
        return True

    def _note(
        self, position: Position, assessment: Assessment, trouble: int, surplus: float, due: StillToCome | None
    ) -> bytes:
        place = position.place
        facility, item = place.facility.facility, place.item.item
        condition = TROUBLES[trouble - 1] if trouble else None
        number, severity = None, None
        if condition is not None:
            alert = position.alerts[condition]
            number = alert_number(fingerprint_of(condition, facility, item), alert.since_ms)
            severity = SEVERITIES[alert.severity]
        return _encode(
            StockNote(
                facility=facility,
                item=item,
                at_ms=assessment.at_ms,
                status=assessment.status,
                trouble=condition,
                alert=number,
                needed=assessment.needed,
                watched=place.watched,
                usable=None if assessment.on_hand is None else in_pieces(max(0, assessment.on_hand), assessment.scale),
                cpm=assessment.cpm.value,
                projected_stockout_on=None
                if trouble == len(TROUBLES)
                else stockout_date(assessment, assessment.projection.days_with_due),
                surplus=round(surplus, 3) if surplus > 0 else None,
                severity=severity,
                surplus_alert=alert_number(
                    fingerprint_of("surplus", facility, item), position.alerts["surplus"].since_ms
                )
                if not trouble and _fires_surplus(position)
                else None,
                heard_at=None if assessment.heard_day is None else place.calendar.midnight(assessment.heard_day),
                due_quantity=None if due is None else in_pieces(due.quantity, assessment.scale),
                late_quantity=0 if due is None else in_pieces(due.late, assessment.scale),
                next_due_on=None if due is None or not due.next_on else dt.date.fromordinal(due.next_on),
            )
        )

    def take_out(self) -> list[Record]:
        """Everything told since the last time."""
        records = self._notes
        for facility, days in self._heard.items():
            heard = Heard(facility=facility, at_ms=tuple(sorted(days.values())))
            records.append((facility_key(facility).encode(), _encode(heard)))
        for (item, facility), days in self._of_items.items():
            heard = Heard(facility=facility, at_ms=tuple(sorted(days.values())))
            records.append((item_key(item).encode(), _encode(heard)))
        self._notes, self._heard, self._of_items = [], {}, {}
        return records


def _due_mark(due: StillToCome) -> int:
    """What is due as a small number, above 0, that is another one when something was ordered, moved, cancelled,
    delivered or became late."""
    return 1 + ((due.quantity * 1_000_003 + due.late) * 7_919 + due.next_on) % _DUE_MARKS


def _trouble_of(position: Position) -> int:
    """The worst stock alert that fires, as its place in `TROUBLES` from 1; 0 for none."""
    if position.alerts:
        for level in range(len(TROUBLES), 0, -1):
            alert = position.alerts.get(TROUBLES[level - 1])
            if alert is not None and alert.firing:
                return level
    return 0


def _fires_surplus(position: Position) -> bool:
    alert = position.alerts.get("surplus") if position.alerts else None
    return alert is not None and alert.firing


def _surplus_of(position: Position, assessment: Assessment) -> float:
    """Pieces above the maximum; 0 without a surplus, or where nothing tells what is used."""
    if is_surplus_in_doubt(position.alerts) or not may_lend(assessment):
        return 0.0
    return above_maximum(assessment, position.place)
