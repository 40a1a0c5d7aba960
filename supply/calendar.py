"""Local days and months of a time zone, over instants in milliseconds since the epoch.

A day of stock is a local day: it begins and ends at the facility's midnights. Days are numbered by
`date.toordinal()`, months by `year * 12 + month - 1`.
"""

import datetime as dt
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

DAY_MS: Final = 86_400_000
FIRST_DAY: Final = dt.date(2000, 12, 1).toordinal()
LAST_DAY: Final = dt.date(2070, 1, 1).toordinal()
"""Events before 2001 are refused at the door (by the date they are written with: another zone's may lie a day before
it), and none is accepted from the future."""

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def milliseconds(instant: dt.datetime) -> int:
    """An aware instant as milliseconds since the epoch, what is finer cut off."""
    since = instant - EPOCH
    return since.days * DAY_MS + since.seconds * 1000 + since.microseconds // 1000


def instant(at_ms: int) -> dt.datetime:
    """Milliseconds since the epoch as an aware instant in UTC."""
    return EPOCH + dt.timedelta(milliseconds=at_ms)


def month_number(year: int, month: int) -> int:
    """The number of a calendar month."""
    return year * 12 + month - 1


@lru_cache(maxsize=4096)
def month_name(month: int) -> str:
    """`2026-01` of a month number."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def month_named(name: str) -> int:
    """The month number of `2026-01`."""
    return month_number(int(name[:4]), int(name[5:]))


@lru_cache(maxsize=4096)
def days_in_month(month: int) -> int:
    """The calendar days of a month."""
    return first_day(month + 1) - first_day(month)


@lru_cache(maxsize=4096)
def first_day(month: int) -> int:
    """The first day of a month."""
    return dt.date(month // 12, month % 12 + 1, 1).toordinal()


class LocalCalendar:
    """The midnights of one time zone, laid out once so that a look-up is a division and a correction.

    What lies before its first midnight counts to the day before; an `IndexError` answers what lies after its last.
    """

    def __init__(self, timezone: str) -> None:
        zone = ZoneInfo(timezone)
        days = [dt.date.fromordinal(day) for day in range(FIRST_DAY, LAST_DAY)]
        self._midnights = [round(dt.datetime(d.year, d.month, d.day, tzinfo=zone).timestamp() * 1000) for d in days]
        self._months = [month_number(d.year, d.month) for d in days]

    def _index(self, at_ms: int) -> int:
        """The last midnight that is not after an instant: about as many days after the first as days of 24 hours fit
        in. Clocks that changed since then make it one more or less."""
        midnights = self._midnights
        index = (at_ms - midnights[0]) // DAY_MS
        if index < 0:
            return -1
        while midnights[index] > at_ms:
            index -= 1
        while midnights[index + 1] <= at_ms:
            index += 1
        return index

    def day(self, at_ms: int) -> int:
        """The local day an instant falls on."""
        return FIRST_DAY + self._index(at_ms)

    def month(self, at_ms: int) -> int:
        """The local month an instant falls in."""
        return self._months[self._index(at_ms)]

    def month_of_day(self, day: int) -> int:
        """The month a day belongs to."""
        return self._months[day - FIRST_DAY]

    def midnight(self, day: int) -> int:
        """The instant a local day begins."""
        return self._midnights[day - FIRST_DAY]

    def next_midnight(self, at_ms: int) -> int:
        """The first local midnight after an instant."""
        return self._midnights[self._index(at_ms) + 1]

    def next_month(self, at_ms: int) -> int:
        """The instant the month after an instant's month begins."""
        return self.midnight(first_day(self.month(at_ms) + 1))


@lru_cache(maxsize=64)
def calendar_of(timezone: str) -> LocalCalendar:
    """The calendar of a time zone, made once (about 60 ms)."""
    return LocalCalendar(timezone)
