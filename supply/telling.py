"""How far a facility is with what it tells: whether it is in the middle of its history.

Whoever joins a service whose others live in the present, or was away, sends years that the shard has left behind, on
topics that do not wait for one another. As long as that goes on nothing of it may be settled, or what comes next is
late. Instants of telling are the wall clock's in service; where only events drive the clock, theirs.
"""

from typing import Final

from supply.clock import IDLE_MS, STRIDE_MS

PAUSE_MS: Final = 10 * 60_000
"""A facility that tells history pauses for less, in each shard; one that has paused for longer has come to its end."""
SLACK_MS: Final = 24 * 3_600_000
"""What is that little older than what may be settled is no history: entries are settled a day's worth at a time."""

LONG_AGO: Final = -PAUSE_MS


class Telling:
    """What a shard remembers of a facility's telling: the time of its last event, when it was taken, and when one was
    last taken that belongs to a history. `fresh`: taken since the clock was last looked at. `strode_at` is when history
    last went on by a stride, from the time `strode_from`; `strides_from` is when it began to, without a pause since."""

    __slots__ = ("fresh", "history_at", "last_at", "strides_from", "strode_at", "strode_from", "told_at")

    def __init__(self) -> None:
        self.last_at = -1
        self.told_at = LONG_AGO
        self.history_at = LONG_AGO
        self.strode_at = LONG_AGO
        self.strode_from = -STRIDE_MS
        self.strides_from = LONG_AGO
        self.fresh = False

    def took(self, at_ms: int, now_ms: int, settle_ms: int, leap_ms: int | None) -> bool:
        """Note an event of `at_ms`; whether it is history comes back. It is if it is older than what may be settled by
        now; and so was the one before, told a moment ago, that it leaves behind by `leap_ms` (`None`: in a backlog,
        which makes such leaps by itself)."""
        is_history = at_ms < settle_ms - SLACK_MS or (
            leap_ms is not None and now_ms - self.told_at < PAUSE_MS and at_ms - self.last_at > leap_ms
        )
        if is_history:
            self.history_at = now_ms
            if abs(at_ms - self.strode_from) >= STRIDE_MS:
                if now_ms - self.strode_at >= IDLE_MS:
                    self.strides_from = now_ms
                self.strode_at, self.strode_from = now_ms, at_ms
        self.last_at = at_ms
        return is_history

    def is_under_way(self, now_ms: int) -> bool:
        """Whether history is being told that strides on: by hours within a short pause. Who always tells of the week
        before last is judged by that."""
        return now_ms - self.strode_at < IDLE_MS

    def goes_on(self, settle_ms: int, now_ms: int, *, in_service: bool) -> bool:
        """Whether more of a history may come that is older than what could be settled now. Only a wall clock runs on
        between two events: where there is none, what was told last is no pause ago for ever."""
        if now_ms - self.history_at < PAUSE_MS:
            return True
        return in_service and now_ms - self.told_at < PAUSE_MS and self.last_at < settle_ms - SLACK_MS
