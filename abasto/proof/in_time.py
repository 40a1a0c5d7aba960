"""Several files of events as one, by the time of their events: as `publish` sends them."""

import datetime as dt
import heapq
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from supply.intake import FUTURE_TOLERANCE_MS

Line = tuple[str, int, bytes]
"""Its file, its number there, and itself."""

LinesOfFile = tuple[str, Iterable[tuple[int, bytes]]]


class _Timed(msgspec.Struct):
    time: dt.datetime


_decode_time = msgspec.json.Decoder(_Timed).decode


def in_time(files: Sequence[LinesOfFile]) -> Iterator[Line]:
    """The lines of all files, those of each in their own order: a hospital's file does not wait for another's end."""
    if len(files) == 1:
        return _of(*files[0])
    timed = [_with_newest_time(_of(*lines)) for lines in files]
    return (line for _, line in heapq.merge(*timed, key=lambda each: each[0]))


def _of(name: str, lines: Iterable[tuple[int, bytes]]) -> Iterator[Line]:
    return ((name, number, line) for number, line in lines)


def _with_newest_time(lines: Iterator[Line]) -> Iterator[tuple[dt.datetime, Line]]:
    """A line that tells no time, or one to come, goes with the one before it."""
    newest = dt.datetime.min.replace(tzinfo=dt.UTC)
    latest = dt.datetime.now(dt.UTC) + dt.timedelta(milliseconds=FUTURE_TOLERANCE_MS)
    for line in lines:
        try:
            at = _decode_time(line[2]).time
        except msgspec.DecodeError:
            at = newest
        if at.tzinfo is not None and at <= latest:
            newest = max(newest, at)
        yield newest, line
