"""What tests do to a worker from inside its process, by environment variables.

`DIE_AT` names a point of the checkpoint at which the process kills itself, at the `DIE_AFTER`th time it gets there.
`SLOW_RECOVERY` makes each recovery so many seconds longer. `CLOCK_FILE` names a file with the seconds by which the wall
clock is wrong, read at each look at the clock. `HISTORY_PAUSE`: after so many seconds a history that pauses has ended.
"""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer

import streams.assignment
import supply.held_back
import supply.telling
from streams.recovery import recover
from streams.settings import Settings
from streams.shard import Shard

POINTS = ("batches sent", "offsets sent", "commit under way", "committed")


def apply_hooks() -> None:
    """Do what the environment asks for."""
    if point := os.environ.get("DIE_AT"):
        die_at(point, int(os.environ.get("DIE_AFTER", "1")))
    if seconds := os.environ.get("SLOW_RECOVERY"):
        recover_slowly(float(seconds))
    if pause := os.environ.get("HISTORY_PAUSE"):
        take_for_ended_after(float(pause))
    if path := os.environ.get("CLOCK_FILE"):
        follow_a_wrong_clock(Path(path))


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


def take_for_ended_after(seconds: float) -> None:
    """Take a history for ended sooner than in service."""
    for module in (supply.telling, supply.held_back):
        setattr(module, "PAUSE_MS", int(seconds * 1000))  # noqa: B010 # mypy: a constant


def follow_a_wrong_clock(path: Path) -> None:
    """Let the wall clock of this process jump when the file says so. Only the wall clock: intervals go by another,
    which no setting of the time changes."""
    right = time.time_ns

    def wrong_ns() -> int:
        return right() + int(float(path.read_text()) * 1e9)

    setattr(time, "time_ns", wrong_ns)  # noqa: B010 # mypy: a function
    setattr(time, "time", lambda: wrong_ns() / 1e9)  # noqa: B010 # mypy: a function
