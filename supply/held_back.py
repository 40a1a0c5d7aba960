"""What a shard settles, and what it holds back for the facilities that are in the middle of their history."""

from supply.clock import IDLE_MS, Reach
from supply.position import Position
from supply.telling import LONG_AGO, PAUSE_MS, SLACK_MS, Telling


class HeldBack:
    """How far each facility of a shard is with what it tells; `lateness_ms` is the window for late events.

    `takes_over`: positions are those of an earlier owner, who may have been told history that goes on.
    """

    def __init__(self, lateness_ms: int) -> None:
        self.takes_over = False
        self._lateness_ms = lateness_ms
        self._tellings: dict[str, Telling] = {}
        self._fresh: list[Telling] = []
        self._begun_at = LONG_AGO
        self._begun_settle_ms = 0

    def heard(self, position: Position, at_ms: int, reached: Reach) -> None:
        """Note an event that a position has taken in and not settled, after evaluations had `reached` so far."""
        telling = position.telling
        if telling is None:
            telling = position.telling = self._telling_of(position)
        if not telling.fresh:
            telling.fresh = True
            self._fresh.append(telling)
        leap_ms = self._lateness_ms + SLACK_MS if reached.caught_up else None
        of_history = telling.took(at_ms, reached.now_ms, reached.settle_ms, leap_ms)
        if of_history and not (reached.live and at_ms >= reached.settle_ms - SLACK_MS):
            position.history_at = reached.now_ms

    def looked(self, reach: Reach) -> None:
        """Note when what was heard since the last look was told."""
        if self._begun_at < 0:
            self._begun_at, self._begun_settle_ms = reach.now_ms, reach.settle_ms
        for telling in self._fresh:
            telling.told_at = reach.now_ms
            telling.fresh = False
        self._fresh.clear()

    def settles_at(self, position: Position, reach: Reach) -> int:
        """Up to which instant the entries of a position may be settled."""
        pending = position.pending
        if pending and pending[0][0] < reach.settle_ms:
            if position.telling is None:
                position.telling = self._telling_of(position)
            in_service = reach.wall_ms is not None
            goes_on = position.telling.goes_on(reach.settle_ms, reach.now_ms, in_service=in_service)
            if goes_on or (in_service and self._was_held_back(position, reach, PAUSE_MS)):
                return position.held_back_until(reach.settle_ms, self._lateness_ms)
        return reach.settle_ms

    def is_half_told(self, position: Position, reach: Reach) -> bool:
        """Whether what is known of a position is the first part of a history: judged as of now it would be false. What
        its facility tells of the past of other items is no reason to keep back what it tells of this one's present."""
        if not reach.is_present(self._lateness_ms):
            return False
        if position.telling is None:
            position.telling = self._telling_of(position)
        telling = position.telling
        if telling.is_under_way(reach.now_ms) and position.history_at >= telling.strides_from:
            return True
        # What an earlier owner had judged was no first part.
        return position.summary.unjudged and bool(position.pending) and self._was_held_back(position, reach, IDLE_MS)

    def _was_held_back(self, position: Position, reach: Reach, pause_ms: int) -> bool:
        """Whether an earlier owner of the shard may have been told history that goes on: it did not settle what it
        could have."""
        begun = self.takes_over and reach.now_ms - self._begun_at < pause_ms
        return begun and position.pending[0][0] < self._begun_settle_ms - SLACK_MS

    def _telling_of(self, position: Position) -> Telling:
        facility = position.place.facility.facility
        telling = self._tellings.get(facility)
        if telling is None:
            telling = self._tellings[facility] = Telling()
        return telling
