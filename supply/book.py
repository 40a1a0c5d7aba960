"""The book: all positions of one shard, folded from events, judged by the clock, published at checkpoints.

No I/O and no clock of its own: the same book serves a worker's shard and a replay without a broker.
"""

import sys
from collections.abc import Callable, Mapping

from schemas.alerts import Alert, Condition, Severity
from schemas.dead_letters import BadRecord
from schemas.events import ConsumptionReported, Event, StockCounted
from supply.assessing import assess
from supply.calm import is_calm, next_look
from supply.catalogue import Catalogue
from supply.clock import IDLE_MS, Reach
from supply.entries import entry_of
from supply.evaluation import evaluate
from supply.held_back import HeldBack
from supply.holdings import AWAKE_LIMIT, Holdings
from supply.position import COUNTED, DUPLICATE, TOO_LATE, Outcome, Position
from supply.publication import Publication, Published, Record, alert_record, published
from supply.rekeying import Rekeying
from supply.rules import Rules
from supply.stored import NEVER_MS
from supply.telling import PAUSE_MS
from supply.totals import ItemStock, Totals
from supply.turns import Turns
from supply.used_today import used_today


class Book:
    """The positions of one shard.

    Args:
        catalogue: shared, may change between calls.
        rules: what to judge by.
        owns: asked once for each new key: whether its position belongs here.
        awake_limit: positions held decoded with nothing to publish; beyond it all of these are put back to bytes.
        at_once: positions that a publication holds, as far as looks at what is due add to it: at a midnight many are.
            A tenth of it is looked at by each `advance` whatever else is touched.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        rules: Rules,
        *,
        owns: Callable[[str], bool] = lambda _key: True,
        awake_limit: int = AWAKE_LIMIT,
        at_once: int = sys.maxsize,
    ) -> None:
        self._catalogue = catalogue
        self._rules = rules
        self._owns = owns
        self._positions = Holdings(catalogue, rules, awake_limit)
        self._touched: list[Position] = []
        self._alerts: list[Record] = []
        self._rekeying = Rekeying()
        self._turns = Turns(at_once)
        self._totals = Totals()
        self._revision = catalogue.revision
        self._reached = Reach(0, 0)
        self._held_back = HeldBack(rules.lateness_ms)

    def __len__(self) -> int:
        return len(self._positions)

    @property
    def touched(self) -> int:
        """How many positions the next publication holds."""
        return len(self._touched)

    @property
    def behind(self) -> bool:
        """Whether evaluations within reach wait for the next `advance`."""
        return self._turns.behind

    @property
    def awake(self) -> int:
        """How many positions are held decoded."""
        return self._positions.awake

    def open_alerts(self) -> Mapping[tuple[Condition, Severity], int]:
        """Firing alerts by condition and severity, as last published."""
        return self._totals.firing()

    def stock_by_item(self) -> Mapping[str, ItemStock]:
        """Stock by item, as last published."""
        return self._totals.items()

    def load(self, key: bytes, value: bytes | None) -> None:
        """Take over a stored position; the last value of a key wins, `None` removes it.

        Raises:
            UnreadableState: written by a newer release.
        """
        name = key.decode()
        before, after = self._positions.load(name, value)
        self._totals.replace(name.partition("|")[2], before, after)
        if after is not None:
            self._held_back.takes_over = True
            self._turns.load(name, after.next_at, unjudged=after.unjudged)

    def take(self, key: str, event: Event, at_ms: int) -> Outcome:
        """Fold one admitted event into the position of a key; `at_ms` is its time.

        Raises:
            BadRecord: a count that comes after the lateness window, what was used in a month that the position has
                dropped, or a quantity finer than the item allows.
        """
        held = self._positions.find(key)
        if held is not None:
            position = held
        elif self._owns(key):
            position = self._positions.new(key)
        else:
            return Outcome.ELSEWHERE
        if position.place_revision != self._catalogue.revision:
            self._positions.place(position)
        outcome = position.take(entry_of(event, at_ms, position.scale))
        if outcome is not COUNTED:
            if outcome is DUPLICATE:
                return outcome
            if outcome is TOO_LATE:
                raise self._too_late(event, position)
        else:
            self._held_back.heard(position, at_ms, self._reached)
        if held is None:
            self._positions.hold(position)
        if not position.touched:
            self._touch(position)
        if position.next_at != position.booked_at:
            self._turns.book(position)
        return outcome

    def advance(self, reach: Reach | None) -> None:
        """Make the daily evaluations due within reach, each position's in the order of its days. What was published
        without being judged, in a backlog, is published anew once the book is live: what came to pass since the last
        midnight must not wait for the next one."""
        if reach is None:
            self._turns.behind = False
            return
        self._held_back.looked(reach)
        self._revisit(self._reached.evaluate_ms or reach.evaluate_ms)
        for at_ms, keys in self._turns.due(reach.evaluate_ms, len(self._touched)):
            for key in keys:
                position = self._positions.awake_at(key, at_ms)
                if position is not None:
                    self._catch_up(position, reach)
        self._reached = reach
        for key in self._turns.unjudged(reach, len(self._touched)):
            position = self._positions.find(key)
            if position is not None:
                self._touch(position)
        self._positions.let_sleep(len(self._touched), reach.now_ms - PAUSE_MS)

    def publish(self, now_ms: int | None) -> Publication:
        """Snapshot all touched positions; afterwards none is touched.

        Args:
            now_ms: in service, once the inputs are read: each touched position is evaluated at this instant first.
                `None`: daily evaluations only.
        """
        changelog: list[Record] = []
        positions: list[Record] = []
        for position in self._touched:
            written = self._publish_one(position, now_ms)
            position.touched = False
            name = position.key.encode()
            changelog.append((name, written.state))
            positions.append((name, written.view))
        publication = Publication(changelog, positions, self._alerts, self._rekeying.take_out())
        self._touched = []
        self._alerts = []
        self._positions.let_sleep(0, self._reached.now_ms - PAUSE_MS)
        return publication

    def _publish_one(self, position: Position, now_ms: int | None) -> Published:
        place = self._positions.place(position)
        # In service a position may not be looked at for a month: what it holds back must not grow until then.
        position.settle_some(min(self._held_back.settles_at(position, self._reached), position.next_at), place.calendar)
        half_told = now_ms is not None and self._held_back.is_half_told(position, self._reached)
        is_due = position.next_at <= self._reached.evaluate_ms or self._is_postponed(position)
        if now_ms is not None and not half_told and is_due:
            self._catch_up(position, self._reached)
        if now_ms is None or half_told:
            at_ms = max(position.last_entry_at() + 1, position.evaluated_at)
            ledger = position.as_of(at_ms, -1, place.calendar)
            used = 0 if place.plan is None else used_today(position.pending, ledger, at_ms, place)
            assessment = assess(ledger, at_ms, position.scale, place, self._rules, used)
        else:
            # No two evaluations at one instant: an alert that ends and begins again must not get the same number.
            at_ms = max(position.last_entry_at() + 1, position.looked_at + 1, now_ms)
            ledger = position.as_of(at_ms, -1, place.calendar)
            assessment, alerts, _ = evaluate(position, ledger, at_ms, place, self._rules)
            position.evaluated_at = at_ms
            self._keep(position.key, alerts)
            self._rekeying.judged(position, assessment)
            self._rekeying.counted(position)
            position.next_at = next_look(position, ledger, at_ms, place)
            self._turns.book(position)
        judged = now_ms is not None and not half_told
        written = published(position, ledger, assessment, place, judged=judged)
        if not judged:
            self._turns.judge_later(position.key, half_told=half_told)
        self._totals.replace(place.item.item, position.summary, written.summary)
        position.summary = written.summary
        return written

    def _catch_up(self, position: Position, reach: Reach) -> None:
        place = self._positions.place(position)
        if self._held_back.is_half_told(position, reach):
            if position.looked_at < 0:
                # Its past came to pass before anybody asked: there are no alerts of days long gone.
                position.looked_at = reach.evaluate_ms
            position.next_at = reach.evaluate_ms + IDLE_MS
            self._turns.book(position)
            return
        if self._is_postponed(position):
            # Who was put off by an earlier owner was never looked at: there are no alerts of days long gone.
            looked_at = position.looked_at if position.looked_at >= 0 else position.next_at - 1
            position.next_at = place.calendar.next_midnight(looked_at)
        settle_ms = self._held_back.settles_at(position, reach)
        while position.next_at <= reach.evaluate_ms:
            at_ms = position.next_at
            ledger = position.as_of(at_ms, settle_ms, place.calendar)
            self._rekeying.looked(position, ledger, at_ms)
            if is_calm(position, ledger, at_ms):
                position.looked_at = at_ms
            else:
                assessment, alerts, quiet = evaluate(position, ledger, at_ms, place, self._rules)
                self._keep(position.key, alerts)
                if not quiet:
                    position.evaluated_at = at_ms
                    self._touch(position)
                if self._rekeying.judged(position, assessment):
                    self._touch(position)
            position.next_at = next_look(position, ledger, at_ms, place)
        position.settle_some(settle_ms, place.calendar)
        self._turns.book(position)

    def _is_postponed(self, position: Position) -> bool:
        """Whether its days wait for a history to end. Else it is looked at on midnights."""
        at_ms = position.next_at
        return at_ms < NEVER_MS and position.place.calendar.next_midnight(at_ms - 1) != at_ms

    def _too_late(self, event: Event, position: Position) -> BadRecord:
        if isinstance(event, StockCounted):
            days = self._rules.lateness_days
            reason = f"the count of {event.time.isoformat()} came more than {days:g} days after newer events"
            return BadRecord("too_late", "time", reason)
        kept = f"which keeps {position.place.months_kept} months: nothing can be added to it any more"
        if isinstance(event, ConsumptionReported):
            return BadRecord("too_late", "period", f"the month {event.period} has left the position, {kept}")
        return BadRecord("too_late", "time", f"the month of {event.time.isoformat()} has left the position, {kept}")

    def _revisit(self, after_ms: int) -> None:
        """Touch what a change of the catalogue concerns, and look at it on the first midnight after an instant: it
        takes effect without waiting for an event."""
        if self._catalogue.revision != self._revision:
            concerns = self._catalogue.changed_since(self._revision)
            self._revision = self._catalogue.revision
            self._turns.revisit(filter(concerns, self._positions.keys()))
        for key in self._turns.revisits(len(self._touched)):
            position = self._positions.find(key)
            if position is not None:
                calendar = self._positions.place(position).calendar
                position.next_at = min(position.next_at, calendar.next_midnight(max(position.looked_at, after_ms)))
                self._touch(position)
                self._turns.book(position)

    def _keep(self, key: str, alerts: list[Alert]) -> None:
        for alert in alerts:
            self._alerts.append(alert_record(key, alert))

    def _touch(self, position: Position) -> None:
        if not position.touched:
            position.touched = True
            self._touched.append(position)
