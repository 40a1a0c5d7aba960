"""The days of a simulation, numbered from 0, and what a clock on the wall shows on them in each time zone."""

import datetime as dt
import math
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

DAY_SECONDS = 86_400

HOLIDAYS = frozenset({(1, 1), (5, 1), (9, 16), (12, 24), (12, 25), (12, 26), (12, 31)})
"""Months and days on which out-patients stay at home."""

CLOCK = [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(DAY_SECONDS)]
"""What the clock shows at each second of a day."""


@dataclass(frozen=True)
class Zone:
    """A time zone over the simulated days: seconds east of Greenwich, and how a time of that day ends."""

    offsets: list[int]
    suffixes: list[str]


class Days:
    """`months` months that end at midnight UTC of `until`.

    Whatever happens on a day happens between 6:00 and 16:00 local time, which west of Greenwich lies within the
    same day of UTC: so everything simulated lies before `until`.
    """

    def __init__(self, until: dt.date, months: int) -> None:
        self.until = until
        self.start = _months_before(until, months)
        self.count = (until - self.start).days
        self._dates = [self.start + dt.timedelta(days=day) for day in range(self.count)]
        self.texts = [date.isoformat() for date in self._dates]
        self.months = [text[:7] for text in self.texts]
        self.weekdays = [date.weekday() for date in self._dates]
        self.closed = [d.weekday() >= 5 or (d.month, d.day) in HOLIDAYS for d in self._dates]
        self._zones: dict[str, Zone] = {}

    @cached_property
    def seasons(self) -> list[float]:
        """The angle of the year on each day, 0 on 1 January."""
        return [2 * math.pi * (date.timetuple().tm_yday - 1) / 365.25 for date in self._dates]

    @cached_property
    def month_ends(self) -> list[bool]:
        """Whether a day is the last simulated one of its month."""
        return [a != b for a, b in zip(self.months, [*self.months[1:], ""], strict=True)]

    def text(self, day: int) -> str:
        """The date of any day, also beyond the simulated ones."""
        return self.texts[day] if 0 <= day < self.count else (self.start + dt.timedelta(days=day)).isoformat()

    def open_day(self, day: int) -> int:
        """The first day from `day` on that out-patients come."""
        while day < self.count and self.closed[day]:
            day += 1
        return day

    def zone(self, name: str) -> Zone:
        """A time zone, reckoned once for all days."""
        if name not in self._zones:
            zone = ZoneInfo(name)
            offsets = [
                int((dt.datetime.combine(date, dt.time(12), zone).utcoffset() or dt.timedelta()).total_seconds())
                for date in self._dates
            ]
            self._zones[name] = Zone(offsets, [_suffix(offset) for offset in offsets])
        return self._zones[name]


def _suffix(offset: int) -> str:
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 3600:02d}:{abs(offset) // 60 % 60:02d}"


def _months_before(day: dt.date, months: int) -> dt.date:
    month = day.year * 12 + day.month - 1 - months
    first = dt.date(month // 12, month % 12 + 1, 1)
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return min(first + dt.timedelta(days=day.day - 1), last)
