"""A worker with the counting book, for tests that kill it: `python -m tests.workers.counting`.

`DIE_AT` names a point of the checkpoint at which the process kills itself, at the `DIE_AFTER`th time it gets there.
`SLOW_RECOVERY` makes each recovery so many seconds longer.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

import msgspec
from aiokafka import AIOKafkaProducer

import streams.assignment
from agents.shards import OpenShard, wall_ms
from agents.worker import run_worker
from schemas.channels import INPUTS
from streams.recovery import recover
from streams.settings import Settings
from streams.shard import Shard
from supply.catalogue import Catalogue
from supply.clock import ShardClock
from supply.rules import Rules
from tests.fakes.counting import CountingBook, PlainIntake

POINTS = ("batches sent", "offsets sent", "commit under way", "committed")


def counting_shards(settings: Settings, rules: Rules, catalogue: Catalogue) -> OpenShard:
    """Shards that only count."""

    def open_shard(partition: int) -> Shard:
        return Shard(
            partition,
            INPUTS,
            settings.partitions,
            intake=PlainIntake(),
            book=CountingBook,
            clock=ShardClock(INPUTS, rules.lateness_ms),
            wall_ms=wall_ms,
        )

    return open_shard


def die_at(point: str, times: int) -> None:
    """Kill this process when a checkpoint reaches the point for the given time."""
    left = times
    send_offsets: Any = AIOKafkaProducer.send_offsets_to_transaction
    commit: Any = AIOKafkaProducer.commit_transaction

    def reached(here: str) -> None:
        nonlocal left
        if here == point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    async def watched_send_offsets(self: AIOKafkaProducer, *args: Any) -> None:
        reached("batches sent")
        await send_offsets(self, *args)
        reached("offsets sent")

    async def watched_commit(self: AIOKafkaProducer) -> None:
        under_way = asyncio.ensure_future(commit(self))
        await asyncio.sleep(0.001)
        reached("commit under way")
        await under_way
        reached("committed")

    setattr(AIOKafkaProducer, "send_offsets_to_transaction", watched_send_offsets)  # noqa: B010 # mypy: a method
    setattr(AIOKafkaProducer, "commit_transaction", watched_commit)  # noqa: B010 # mypy: a method


def recover_slowly(seconds: float) -> None:
    """Let recoveries last."""

    async def slow(shards: Sequence[Shard], settings: Settings) -> int:
        await asyncio.sleep(seconds)
        return await recover(shards, settings)

    setattr(streams.assignment, "recover", slow)  # noqa: B010 # mypy: imported there


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if point := os.environ.get("DIE_AT"):
        die_at(point, int(os.environ.get("DIE_AFTER", "1")))
    if seconds := os.environ.get("SLOW_RECOVERY"):
        recover_slowly(float(seconds))
    settings = msgspec.structs.replace(Settings.from_environment(), stages="positions")
    return run_worker(settings, furnish=counting_shards)


if __name__ == "__main__":
    sys.exit(main())
