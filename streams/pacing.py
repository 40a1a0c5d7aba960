"""The pace: when a shard's clock ticks, when its checkpoint is due, and how long a fenced worker may wait."""

import asyncio
import copy
import logging
import time
from collections.abc import Callable

from schemas.channels import CHANGELOG
from streams.assignment import Assignment
from streams.checkpoint import OwnedShard
from streams.faults import Fenced, FencedForGood
from streams.lag import Lag
from streams.metrics import ShardFigures, WorkerMetrics
from streams.settings import Settings
from streams.shard import Shard

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.02
"""How often it is looked whether a checkpoint is due: a fraction of the shortest interval that makes sense."""

CLOCK_SECONDS = 1.0
"""How often the clock of idle shards ticks, and the figures for a scrape are copied. Evaluations are by the day."""


BACKLOG_ENDS_SECONDS = 2.0
"""The last thousands of a backlog are counted in a fraction of a second: a checkpoint just before them would write what
the one just after them writes once more. A shard that is not through by then keeps up, only never quite."""


class Pacer:
    """Keeps the shards of an assignment saved and their clocks running until it is cancelled."""

    def __init__(
        self,
        assignment: Assignment,
        settings: Settings,
        metrics: WorkerMetrics,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._assignment = assignment
        self._settings = settings
        self._metrics = metrics
        self._monotonic = monotonic
        self._saving: set[asyncio.Task[None]] = set()
        self._ticked_at = 0.0
        self._last_ends: dict[tuple[str, int], int] = {}
        self._backlog_until: dict[int, float] = {}

    async def run(self) -> None:
        """Look after the shards for ever; the first fault of a checkpoint ends it."""
        try:
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                self._metrics.alive_at.set_to_current_time()
                self._collect_faults()
                self._check_fenced()
                if self._monotonic() - self._ticked_at >= CLOCK_SECONDS:
                    self._ticked_at = self._monotonic()
                    await self._tick()
                else:
                    await self._catch_up()
                for owned in self._assignment.owned:
                    if self.due(owned):
                        self._saving.add(asyncio.create_task(self._save(owned)))
        finally:
            # A checkpoint under way is left to end by itself: cancelled half way, its shard would be lost.
            await asyncio.gather(*self._saving, return_exceptions=True)

    def due(self, owned: OwnedShard) -> bool:
        """Whether it is time for a checkpoint of the shard."""
        shard = owned.shard
        if owned.saving or owned.lost is not None:
            return False
        if not shard.unsaved:
            return owned.telling_due
        if shard.pending >= self._settings.checkpoint_keys:
            return True
        if self._works_off_a_backlog(shard):
            return self._monotonic() - owned.saved_at >= self._settings.backlog_checkpoint_seconds
        # What came while the last one was written has waited that long already.
        return self._monotonic() - owned.snapshot_at >= self._settings.checkpoint_seconds

    def _works_off_a_backlog(self, shard: Shard) -> bool:
        # What was fetched seconds ago is worked off before anything is fetched again: the end known then will do here.
        lag, now = Lag(shard, self._last_end), self._monotonic()
        if lag.backlog:
            self._backlog_until[shard.partition] = now + BACKLOG_ENDS_SECONDS
            return True
        if lag.none:
            self._backlog_until.pop(shard.partition, None)
            return False
        return now < self._backlog_until.get(shard.partition, now)

    async def _save(self, owned: OwnedShard) -> None:
        try:
            await self._assignment.save(owned)
        except Fenced as fenced:
            log.warning("%s; waiting for the rebalance", fenced)
            await self._assignment.drop(owned)

    async def _catch_up(self) -> None:
        for owned in self._assignment.owned:
            if owned.lost is None and owned.shard.book.behind:
                self._assignment.advance(owned.shard)
                await asyncio.sleep(0)

    async def _tick(self) -> None:
        for owned in self._assignment.owned:
            shard = owned.shard
            if owned.lost is None:
                self._assignment.advance(shard)
            self._metrics.add(shard.tally)
            self._metrics.show(
                shard.partition,
                ShardFigures(
                    positions=len(shard.book) if shard.changelog == CHANGELOG else None,
                    subjects=None if shard.changelog == CHANGELOG else len(shard.book),
                    lag=Lag(shard, self._last_end).offsets,
                    ends_unknown=sum(behind is None for behind in Lag(shard, self._assignment.ends).offsets.values()),
                    newest_ms=dict(shard.newest_ms),
                    open_alerts=dict(shard.book.open_alerts()),
                    stock={item: copy.copy(stock) for item, stock in shard.book.stock_by_item().items()},
                ),
                shard.changelog,
            )
            # One shard at a time: chunks get their turn between the evaluations of many shards at midnight.
            await asyncio.sleep(0)

    def _last_end(self, topic: str, partition: int) -> int | None:
        """The newest end known of an input partition, however long ago: under a backlog fetches wait for their turn,
        and a lag that is a little out of date tells more than none. What is judged needs a fresh one."""
        end = self._assignment.ends(topic, partition)
        if end is not None:
            self._last_ends[topic, partition] = end
        return self._last_ends.get((topic, partition))

    def _collect_faults(self) -> None:
        for task in [task for task in self._saving if task.done()]:
            self._saving.discard(task)
            task.result()

    def _check_fenced(self) -> None:
        since = self._assignment.fenced_at
        limit = self._settings.fenced_wait_seconds
        if since is not None and self._monotonic() - since > limit:
            raise FencedForGood(
                f"a shard was taken over by another owner, and no rebalance followed within {limit:g} s: does another "
                f"installation use the consumer group {self._settings.group}, or did a transaction time out?"
            )
