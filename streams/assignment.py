"""Which shards are ours: taken over, proven after a rebalance, or given up."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping

from streams.checkpoint import OwnedShard, Turn
from streams.faults import EngineFault, Fenced, NotCopartitioned, Superseded
from streams.lag import Ends, Lag, RecentEnds
from streams.metrics import WorkerMetrics
from streams.records import Chunk
from streams.recovery import recover
from streams.settings import Settings
from streams.shard import Shard
from streams.stage import POSITIONS_STAGE

log = logging.getLogger(__name__)

CLAIMS_AT_ONCE = 8
"""Each has markers written to the partitions of all shards: with hundreds at once none would be done in its time."""

CATCH_UP_SECONDS = 0.02
"""How often a chunk that waits for its shard looks again."""


class Assignment:
    """The shards of this worker, from one rebalance to the next.

    Faust's protocol is eager: every rebalance revokes everything. A revoked shard is checkpointed and parked; if it
    comes back to us, a transaction of the same producer proves that nobody owned it meanwhile, and it goes on
    without recovery.
    """

    def __init__(
        self,
        settings: Settings,
        open_shard: Callable[[int], Shard],
        metrics: WorkerMetrics,
        *,
        wall_ms: Callable[[], int | None],
        name: str = POSITIONS_STAGE.name,
    ) -> None:
        self.ends: Ends = lambda _topic, _partition: None
        self.fenced_at: float | None = None
        self._settings = settings
        self._open_shard = open_shard
        self._metrics = metrics
        self._wall_ms = wall_ms
        self._said = "shards" if name == POSITIONS_STAGE.name else f"{name} parts"
        self._owned: dict[int, OwnedShard] = {}
        self._recent_ends = RecentEnds()
        self._turn = Turn()
        self._parked = True
        self._released = False
        self._reading = 0
        self._taking_over: asyncio.Task[None] | None = None

    @property
    def owned(self) -> Iterable[OwnedShard]:
        """The shards at work: none between a revocation and the assignment after it."""
        return () if self._parked else tuple(self._owned.values())

    # ------------------------------------------------------------------------------------------------ chunks

    def begin_reading(self) -> tuple[int, dict[tuple[str, int], int]]:
        """Where to read each input partition from, and the number that the chunks read from there must carry.

        Chunks of an earlier reading that are still under way are dropped from now on: what is in them is read again.
        """
        self._reading += 1
        return self._reading, {
            (topic, owned.shard.partition): offset
            for owned in self.owned
            for topic, offset in owned.shard.positions.items()
        }

    async def catch_up(self, chunk: Chunk) -> None:
        """Wait until the chunk's shard has made the evaluations that were due before it: in a backlog the events of
        more and more days would lie beside positions that are not looked at."""
        while (owned := self._counting(chunk)) is not None and owned.shard.book.behind:  # noqa: ASYNC110 - a book is plain: it knows no event loop
            await asyncio.sleep(CATCH_UP_SECONDS)

    def take(self, chunk: Chunk) -> None:
        """Let the chunk's shard count it and make the evaluations that have become due."""
        owned = self._counting(chunk)
        if owned is not None:
            owned.shard.take(chunk)
            self.advance(owned.shard)

    def _counting(self, chunk: Chunk) -> OwnedShard | None:
        owned = self._owned.get(chunk.partition)
        if self._parked or owned is None or owned.lost is not None or chunk.reading != self._reading:
            return None
        return owned

    def advance(self, shard: Shard) -> None:
        """Make the evaluations that the events, or the wall clock where its inputs are read, have made due."""
        wall_ms = self._wall_ms()
        shard.advance(self._read(shard, wall_ms), wall_ms)

    def _read(self, shard: Shard, wall_ms: int | None) -> frozenset[str]:
        """The topics that hide nothing from a judgement: by the wall clock, those read up to a moment ago. Where the
        events alone drive the clock no moment counts."""
        if wall_ms is None:
            return Lag(shard, self.ends).caught_up
        return self._recent_ends.nearly_read(shard, self.ends)

    async def save(self, owned: OwnedShard) -> None:
        """Checkpoint a shard. A shard that keeps up is judged at this instant; one with a backlog only by the day."""

        def judged_at() -> int | None:
            wall_ms = self._wall_ms()
            return owned.shard.judged_at(self._read(owned.shard, wall_ms), wall_ms)

        try:
            await owned.checkpoint(judged_at)
        except Fenced:
            self.fenced_at = self.fenced_at or time.monotonic()
            raise

    # ------------------------------------------------------------------------------------------------ rebalances

    async def revoke(self) -> None:
        """Save and park everything; an assignment under way is called off first, so that it claims nothing later."""
        await self._call_off()
        if self._parked:
            return
        self._parked = True
        await asyncio.gather(*(self._park(owned) for owned in tuple(self._owned.values())))
        # Whatever was fenced until now, this is the rebalance that explains it.
        self.fenced_at = None

    async def _park(self, owned: OwnedShard) -> None:
        try:
            await self.save(owned)
        except (Fenced, EngineFault) as lost:
            # Whoever owns the shard next recovers what was committed and counts the rest again.
            log.warning("not saved at revocation: %s", lost)
            await self._give_up(owned)

    async def assign(self, inputs: Iterable[tuple[str, int]]) -> None:
        """Make the shards of the assigned input partitions ours; comes back when they can count chunks.

        Raises `Superseded` when a newer rebalance, or the end of the worker, called it off.
        """
        numbers = self._partition_numbers(inputs)
        await self._call_off()
        if self._released:
            raise Superseded
        self._taking_over = asyncio.create_task(self._take_over(numbers))
        await asyncio.wait({self._taking_over})
        if self._taking_over.cancelled():
            raise Superseded
        self._taking_over.result()

    def _partition_numbers(self, inputs: Iterable[tuple[str, int]]) -> set[int]:
        topics: dict[int, set[str]] = {}
        for topic, partition in inputs:
            topics.setdefault(partition, set()).add(topic)
        expected = set().union(*topics.values())
        for number, assigned in topics.items():
            if number >= self._settings.partitions:
                raise NotCopartitioned(
                    f"partition {number} was assigned, but this worker knows of {self._settings.partitions}: topics "
                    "were enlarged while it ran, and keys have moved. `abasto topics check` tells what differs"
                )
            if assigned != expected:
                raise NotCopartitioned(
                    f"partition {number} was assigned of {sorted(assigned)} but not of {sorted(expected - assigned)}: "
                    "a position would be split between workers. Are all workers of the same release?"
                )
        return set(topics)

    async def _call_off(self) -> None:
        if self._taking_over is not None and not self._taking_over.done():
            self._taking_over.cancel()
            await asyncio.wait({self._taking_over})

    async def _take_over(self, numbers: set[int]) -> None:
        began = time.monotonic()
        await asyncio.gather(*(self._give_up(owned) for n, owned in tuple(self._owned.items()) if n not in numbers))
        # That there was a rebalance tells that brokers answer again.
        self._turn.overdue = False
        await asyncio.gather(*(self._prove(owned) for owned in tuple(self._owned.values())))
        kept = sorted(self._owned)
        fresh = [
            OwnedShard(self._open_shard(number), self._settings, self._metrics, self._turn)
            for number in sorted(numbers - self._owned.keys())
        ]
        if fresh:
            await self._recover(fresh)
            self._metrics.recovery_seconds.set(time.monotonic() - began)
        self._owned.update({owned.shard.partition: owned for owned in fresh})
        self._turn.overdue = False
        self._parked = False
        self.fenced_at = None
        log.info(
            "%s kept %s, recovered %s in %.2f s",
            self._said,
            kept,
            [owned.shard.partition for owned in fresh],
            time.monotonic() - began,
        )

    async def _prove(self, owned: OwnedShard) -> None:
        """Keep a parked shard if its producer can still commit a record; a fenced one could commit nothing at all."""
        try:
            await owned.checkpoint(proof=True)
        except (Fenced, EngineFault) as lost:
            log.info("recovering anew: %s", lost)
            await self._give_up(owned)

    async def _recover(self, fresh: list[OwnedShard]) -> None:
        try:
            at_once = asyncio.Semaphore(CLAIMS_AT_ONCE)
            await _all(_when_free(at_once, owned.claim) for owned in fresh)
            records = await recover([owned.shard for owned in fresh], self._settings)
        except BaseException:
            await asyncio.gather(*(owned.close() for owned in fresh))
            raise
        self._metrics.recovered_records.inc(records)

    # ------------------------------------------------------------------------------------------------ the end

    async def drop(self, owned: OwnedShard) -> None:
        """Give up a shard that another owner has taken over; a rebalance will say whose it is."""
        await self._give_up(owned)

    async def release(self, *, save: bool) -> None:
        """Give up everything for good, after a last checkpoint if `save`."""
        self._released = True
        await self._call_off()
        if save and not self._parked:
            await self.revoke()
        self._parked = True
        await asyncio.gather(*(self._give_up(owned) for owned in tuple(self._owned.values())))

    async def _give_up(self, owned: OwnedShard) -> None:
        number = owned.shard.partition
        if self._owned.get(number) is owned:
            del self._owned[number]
            self._metrics.add(owned.shard.tally)
            self._metrics.forget(number, owned.shard.changelog)
        await owned.close()

    def lags(self) -> Mapping[int, Lag]:
        """How far each shard at work is behind."""
        return {owned.shard.partition: Lag(owned.shard, self.ends) for owned in self.owned}


async def _when_free(at_once: asyncio.Semaphore, step: Callable[[], Awaitable[None]]) -> None:
    async with at_once:
        await step()


async def _all(steps: Iterable[Awaitable[None]]) -> None:
    """Run steps side by side; when one fails, the others are over before its error goes on."""
    tasks = [asyncio.ensure_future(step) for step in steps]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait(tasks)
        raise
