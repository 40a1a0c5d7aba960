"""What is sent, and when it reaches Kafka: most of it soon, some late, some twice, some in another spelling.

The truth about every oddity is kept beside the lines.
"""

from collections import defaultdict
from typing import BinaryIO, Literal

from abasto.simulate.days import CLOCK, DAY_SECONDS, Days
from abasto.simulate.draws import Draws
from abasto.simulate.network import Position, Site

Sent = Literal[0, 1, 2]
"""0: the site is silent. 1: sent, in time to count. 2: sent so late that it only counts for its month."""

USUAL_DELAY_SECONDS = 1800
ODD_SHARE = 0.02
"""Events that something happens to on their way; of these, in this order:"""
LATE, TWICE, SPELLED, BEYOND = 0.55, 0.30, 0.10, 0.05

LATE_DAYS = (1.0, 4.0)
"""Well inside the lateness window of 7 days, whatever else is under way."""
TWICE_SECONDS = (60.0, 2.5 * DAY_SECONDS)
BEYOND_DAYS = (9.0, 20.0)


class Marked:
    """A line that the truth speaks of; its number is known once it is written."""

    __slots__ = ("delay_days", "identifier", "kind", "line", "of", "source", "time")

    def __init__(self, kind: str, source: str, identifier: str, time: str, delay: float, of: "Marked | None") -> None:
        self.kind = kind
        self.source = source
        self.identifier = identifier
        self.time = time
        self.delay_days = round(delay / DAY_SECONDS, 2)
        self.of = of
        self.line = 0


Waiting = tuple[int, int, bytes, Marked | None]
"""(when it is sent, in seconds since the start; a number that keeps equals in order; the line; what is odd)"""


class Journal:
    """Takes events as they happen and writes them in the order they are sent."""

    def __init__(self, seed: int, days: Days, file: BinaryIO) -> None:
        self._draws = Draws(seed, "journal")
        self._random = self._draws.random
        self._days = days
        self._file = file
        self._waiting: dict[int, list[Waiting]] = defaultdict(list)
        self._number = 0
        self.lines = 0
        self.marked: list[Marked] = []
        self.types: dict[str, int] = defaultdict(int)

    def emit(self, position: Position, day: int, second: int, kind: str, rest: str, *, covered: bool = False) -> Sent:
        """An event happens at a local second of a day; `rest` are its own fields in JSON, after a comma.

        `covered` says that a count will come within the week, so that even an event sent beyond the lateness window
        leaves the book right.
        """
        site = position.site
        if day >= site.silent_from:
            return 0
        site.events += 1
        self.types[kind] += 1
        zone = site.zone
        line = (
            f'{{"type":"{kind}","id":"{site.events}","source":"simulation/{site.code}","time":"'
            f'{self._days.texts[day]}T{CLOCK[second]}{zone.suffixes[day]}","facility":"{site.code}","item":"'
            f'{position.key.item}"{rest}}}\n'
        ).encode()
        chance = self._random()
        sent = day * DAY_SECONDS + second - zone.offsets[day] + int(chance * USUAL_DELAY_SECONDS)
        if self._random() < ODD_SHARE:
            return self._send_oddly(site, day, second, sent, line, covered)
        self._number += 1
        self._waiting[sent // DAY_SECONDS].append((sent, self._number, line, None))
        return 1

    def plant(self, sent: int, line: bytes, marked: Marked) -> None:
        """Puts a line of any content among the others."""
        self._send(sent, line, marked)

    def write_day(self, day: int) -> None:
        """Write what is sent on a day. Nothing that happens later is sent before its end."""
        self._write(sorted(self._waiting.pop(day, ())))

    def write_rest(self) -> None:
        """Write what is still under way when the simulation ends."""
        self._write(sorted(entry for day in sorted(self._waiting) for entry in self._waiting[day]))
        self._waiting.clear()

    def _write(self, entries: list[Waiting]) -> None:
        self._file.writelines([entry[2] for entry in entries])
        for number, entry in enumerate(entries, start=self.lines + 1):
            if entry[3] is not None:
                entry[3].line = number
                self.marked.append(entry[3])
        self.lines += len(entries)

    def _send(self, sent: int, line: bytes, marked: Marked | None) -> None:
        self._number += 1
        self._waiting[sent // DAY_SECONDS].append((sent, self._number, line, marked))

    def _send_oddly(self, site: Site, day: int, second: int, sent: int, line: bytes, covered: bool) -> Sent:
        draws = self._draws
        identity = (f"simulation/{site.code}", str(site.events))
        time = f"{self._days.texts[day]}T{CLOCK[second]}{site.zone.suffixes[day]}"
        fate = draws.random()
        if fate < LATE:
            delay = draws.between(*LATE_DAYS) * DAY_SECONDS
            self._send(sent + int(delay), line, Marked("late", *identity, time, delay, None))
        elif fate < LATE + TWICE:
            delay = draws.between(*TWICE_SECONDS)
            first = Marked("first", *identity, time, 0.0, None)
            self._send(sent, line, first)
            self._send(sent + int(delay), line, Marked("duplicate", *identity, time, delay, first))
        elif fate < LATE + TWICE + SPELLED or not covered:
            self._send(sent, _spelled_otherwise(line, site), Marked("spelling", *identity, time, 0.0, None))
        else:
            delay = draws.between(*BEYOND_DAYS) * DAY_SECONDS
            self._send(sent + int(delay), line, Marked("beyond", *identity, time, delay, None))
            return 2
        return 1


def _spelled_otherwise(line: bytes, site: Site) -> bytes:
    """The same event as a careless system writes it: an alias or lower case, and a code without dots."""
    own = f'"facility":"{site.code}"'.encode()
    other = f'"facility":"{site.alias or site.code.lower()}"'.encode()
    head, _, tail = line.partition(b'"item":"')
    item, quote, rest = tail.partition(b'"')
    return head.replace(own, other) + b'"item":"' + item.replace(b".", b"") + quote + rest
