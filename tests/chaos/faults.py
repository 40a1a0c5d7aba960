"""The faults of workers, projector and database: each draws what it does from the round's chance, does it, and tells
what it drew.

A fault may leave parts dead: the round starts them again (`Stack.revive`). It must leave the proxy open, the disk
with room, the database running and the clock right.
"""

import random
import time
from collections.abc import Callable
from typing import Final, Generic, NamedTuple, TypeVar

from streams.settings import Settings
from tests.chaos.stack import NAMED, NAMELESS, Stack
from tests.workers.hooks import POINTS

SESSION_SECONDS: Final = Settings().session_seconds

Drawn = dict[str, object]
Struck_contra = TypeVar("Struck_contra", bound=Stack, contravariant=True)


class Fault(NamedTuple, Generic[Struck_contra]):
    """A fault of a kind of stack, and about how long it lasts, in seconds, what starts again after it included. The
    database is gone for half of `database_gone_seconds` on top."""

    strike: Callable[[Struck_contra, random.Random], Drawn]
    seconds: float
    needs_disk: bool = False


def _one_of_the_workers(chance: random.Random) -> str:
    return chance.choice((NAMED, NAMELESS))


def _kill_worker(stack: Stack, chance: random.Random) -> Drawn:
    name = _one_of_the_workers(chance)
    stack.worker(name).kill()
    return {"worker": name}


def kill_both_workers(stack: Stack, _chance: random.Random) -> Drawn:
    """Both are killed at once."""
    for name in (NAMED, NAMELESS):
        stack.worker(name).kill()
    return {}


def _stop_worker(stack: Stack, chance: random.Random) -> Drawn:
    name = _one_of_the_workers(chance)
    return {"worker": name, "exit_code": stack.worker(name).stop()}


def _kill_worker_in_checkpoint(stack: Stack, chance: random.Random) -> Drawn:
    name, point, after = _one_of_the_workers(chance), chance.choice(POINTS), chance.randint(1, 3)
    stack.worker(name).kill()
    worker = stack.start_worker(name, DIE_AT=point, DIE_AFTER=str(after))
    # It may have no shard with anything to save; then the next round finds it as it is.
    return {"worker": name, "point": point, "after": after, "met": ended_within(worker.process.poll, 15.0)}


def _freeze_worker(stack: Stack, chance: random.Random) -> Drawn:
    """A zombie: its partitions are taken from it while it sleeps, and it wakes in the belief that they are its own."""
    name, seconds = _one_of_the_workers(chance), SESSION_SECONDS + chance.uniform(1, 4)
    worker = stack.worker(name)
    worker.freeze()
    time.sleep(seconds)
    worker.thaw()
    return {"worker": name, "seconds": seconds}


def _rebalance_in_recovery(stack: Stack, chance: random.Random) -> Drawn:
    name = _one_of_the_workers(chance)
    other = NAMED if name == NAMELESS else NAMELESS
    stack.worker(name).kill()
    stack.start_worker(name, SLOW_RECOVERY="4")
    wait = chance.uniform(1.0, 6.0)
    time.sleep(wait)
    stack.worker(other).kill()
    stack.start_worker(other)
    return {"recovers": name, "killed": other, "after_seconds": wait}


def _storm_of_rebalances(stack: Stack, chance: random.Random) -> Drawn:
    """Workers come and go every few seconds."""
    stays = []
    for number in range(3):
        guest = f"guest {number}"
        worker = stack.start_worker(guest)
        stay = chance.uniform(0.5, 4.0)
        time.sleep(stay)
        if number % 2:
            worker.stop()
        else:
            worker.kill()
        stack.forget(guest)
        stays.append(stay)
    return {"stays_seconds": stays}


def _clock_jumps(stack: Stack, chance: random.Random) -> Drawn:
    """The workers' wall clock is wrong for a while, by hours either way."""
    hours, seconds = chance.choice((-1, 1)) * chance.uniform(0.2, 12), chance.uniform(1, 4)
    stack.clock_file.write_text(str(hours * 3600))
    time.sleep(seconds)
    stack.clock_file.write_text("0")
    return {"hours": hours, "seconds": seconds}


def _kill_projector(stack: Stack, _chance: random.Random) -> Drawn:
    stack.projector.kill()
    return {}


def _stop_projector(stack: Stack, _chance: random.Random) -> Drawn:
    stack.projector.stop()
    return {}


def _database_gone(stack: Stack, chance: random.Random) -> Drawn:
    """Long enough to find the projector in its retries."""
    at_once, seconds = chance.random() < 0.5, chance.uniform(0.1, 1.0) * stack.database_gone_seconds
    stack.postgres.stop(at_once=at_once)
    time.sleep(seconds)
    stack.postgres.start()
    return {"at_once": at_once, "seconds": seconds}


def ended_within(exit_code: Callable[[], int | None], seconds: float) -> bool:
    """Whether something has an exit code before so many seconds have passed."""
    deadline = time.monotonic() + seconds
    while exit_code() is None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


EVERYWHERE: Final[dict[str, Fault[Stack]]] = {
    "kill worker": Fault(_kill_worker, 1),
    "kill both workers": Fault(kill_both_workers, 1),
    "kill worker in checkpoint": Fault(_kill_worker_in_checkpoint, 8),
    "stop worker": Fault(_stop_worker, 2),
    "freeze worker": Fault(_freeze_worker, 9),
    "rebalance in recovery": Fault(_rebalance_in_recovery, 5),
    "storm of rebalances": Fault(_storm_of_rebalances, 8),
    "clock jumps": Fault(_clock_jumps, 3),
    "kill projector": Fault(_kill_projector, 1),
    "stop projector": Fault(_stop_projector, 2),
    "database gone": Fault(_database_gone, 2),
}
"""Whatever Kafka there is."""
