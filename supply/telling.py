"""How far a facility is with what it tells: whether it is in the middle of its history.

Whoever joins a service whose others live in the present, or was away, sends years that the shard has left behind, on
topics that do not wait for one another. As long as that goes on nothing of it may be settled, or what comes next is
late. Instants of telling are the wall clock's in service; where only events drive the clock, theirs.
"""

from typing import Final

from supply.clock import IDLE_MS, STRIDE_MS, Reach

PAUSE_MS: Final = 10 * 60_000
"""A facility that tells history pauses for less, in each shard; one that has paused for longer has come to its end."""
SLACK_MS: Final = 24 * 3_600_000
"""What is that little older than what may be settled is no history: entries are settled a day's worth at a time."""

LONG_AGO: Final = -PAUSE_MS


class Telling:
    """What a shard remembers of a facility's telling: the time of its last event, when it was taken, and when one was
    last taken that belongs to a history. `fresh`: taken since the clock was last looked at. `strode_at` is when history
    last went on by a stride, from the time `strode_from`, and `overtaken` whether the shard was further by then."""

    __slots__ = ("fresh", "history_at", "last_at", "overtaken", "strode_at", "strode_from", "told_at")

    def __init__(self) -> None:
        self.last_at = -1
        self.told_at = LONG_AGO
        self.history_at = LONG_AGO
        self.strode_at = LONG_AGO
        self.strode_from = -STRIDE_MS
        self.overtaken = False
        self.fresh = False

    def took(self, at_ms: int, now_ms: int, settle_ms: int, leap_ms: int | None) -> None:
        """Note an event of `at_ms`. It is history if it is older than what may be settled by now; and so was the one
        before, told a moment ago, that it leaves behind by `leap_ms` (`None`: in a backlog, which makes such leaps by
        itself)."""
        overtaken = at_ms < settle_ms - SLACK_MS
        if overtaken or (leap_ms is not None and now_ms - self.told_at < PAUSE_MS and at_ms - self.last_at > leap_ms):
            self.history_at = now_ms
            if abs(at_ms - self.strode_from) >= STRIDE_MS:
                self.strode_at, self.strode_from, self.overtaken = now_ms, at_ms, overtaken
        self.last_at = at_ms

    def is_under_way(self, reach: Reach) -> bool:
        """Whether a history is being told that strides on, by hours within a short pause, to a shard that is as far as
        the present: its first part would be judged as if it were all. Who always tells of the week before last is
        judged by that. Where all tell of the past, it is judged day by day, as it was."""
        if reach.now_ms - self.strode_at >= IDLE_MS:
            return False
        return self.overtaken or self.last_at < reach.settle_ms - SLACK_MS

    def was_in_time(self, reach: Reach) -> bool:
        """Whether what is under way was told no later than all else, until somebody told of now."""
        return self.is_under_way(reach) and not self.overtaken

    def goes_on(self, settle_ms: int, now_ms: int, *, in_service: bool) -> bool:
        """Whether more of a history may come that is older than what could be settled now. Only a wall clock runs on
        between two events: where there is none, what was told last is no pause ago for ever."""
        if now_ms - self.history_at < PAUSE_MS:
            return True
        return in_service and now_ms - self.told_at < PAUSE_MS and self.last_at < settle_ms - SLACK_MS
