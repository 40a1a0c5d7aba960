"""A campaign: rounds of faults while events are published, then the comparison with a replay."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import msgspec

from abasto.feed.publish import send
from tests.chaos.faults import FAULTS
from tests.chaos.oracle import Expected, differences, is_shown
from tests.chaos.stack import PARTITIONS, Stack, furnish, running_stack
from tests.chaos.workload import Workload
from tests.servers.reaper import Reaper

BETWEEN_SECONDS: Final = (0.2, 2.5)
"""Time in service before a fault strikes: often too short to have recovered from the one before."""
SLACK: Final = 1.3
"""Publishing takes longer than the rounds by this factor, so that none strikes a quiet system."""
SETTLED_WITHIN_SECONDS: Final = 180.0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from a seed: `names` of the faults of each round, in their order. `months` of a `small` network or
    the nation are published, and the database is gone for up to `database_gone_seconds`."""

    seed: int
    names: tuple[str, ...]
    months: int
    small: bool
    database_gone_seconds: float

    @property
    def seconds(self) -> float:
        """About how long the rounds last."""
        pause = sum(BETWEEN_SECONDS) / 2
        gone = self.names.count("database gone") * self.database_gone_seconds / 2
        return gone + sum(pause + FAULTS[name].seconds for name in self.names)


class Struck(msgspec.Struct, frozen=True, kw_only=True):
    """A round as the log tells it. `drawn` follows from seed and round, but for what a fault found."""

    round: int
    fault: str
    at_seconds: float
    lasted_seconds: float
    drawn: dict[str, object]


def drawn(seed: int, rounds: int, names: Sequence[str]) -> tuple[str, ...]:
    """The faults of so many rounds: decks of all, each shuffled, so none comes again before all others came."""
    chance = random.Random(seed)
    deck: list[str] = []
    while len(deck) < rounds:
        deck += chance.sample(names, len(names))
    return tuple(deck[:rounds])


def run_campaign(plan: Plan, folder: Path, reaper: Reaper, tell: Callable[[str], None]) -> list[str]:
    """Run the rounds of a plan; what differs from a replay comes back, and `folder`/chaos.jsonl tells each round."""
    folder.mkdir(parents=True, exist_ok=True)
    workload = Workload(folder / "network", plan.months, PARTITIONS, plan.seed, small=plan.small)
    records = workload.records()
    rate = len(records) / (plan.seconds * SLACK)
    tell(f"seed {plan.seed}, {len(plan.names)} rounds, {len(records):,} records at {rate:,.0f} a second")
    with running_stack(folder, reaper) as (stack, database):
        stack.database_gone_seconds = plan.database_gone_seconds
        furnish(stack, folder / "network" / "catalogue", database)
        with ThreadPoolExecutor(1) as beside:
            publishing = beside.submit(lambda: asyncio.run(send(records, stack.direct, rate)))
            with (folder / "chaos.jsonl").open("wb") as log:
                for struck in _rounds(plan, stack, publishing, tell):
                    log.write(msgspec.json.encode(struck) + b"\n")
                    log.flush()
            tell("all faults struck; the rest is published")
            publishing.result()
        expected = Expected.of(workload.replayed())
        settled = _settle(stack, expected, database)
        tell("settled; everything is compared" if settled else f"not settled in {SETTLED_WITHIN_SECONDS:g} s")
        return differences(expected, stack.direct, database)


def _rounds(
    plan: Plan, stack: Stack, publishing: Future[dict[str, int]], tell: Callable[[str], None]
) -> Iterator[Struck]:
    began = time.monotonic()
    for number, name in enumerate(plan.names, start=1):
        fault = FAULTS[name]
        # A round's own chance: it can be looked at again without those before it.
        chance = random.Random(f"{plan.seed} {number}")
        time.sleep(chance.uniform(*BETWEEN_SECONDS))
        if publishing.done():
            raise RuntimeError(f"publishing ended before round {number}: {publishing.result()}")
        if fault.needs_disk and stack.disk is None:
            tell(f"{number:>4} {name}: left out, this process may not mount a disk")
            continue
        at = time.monotonic()
        choices = fault.strike(stack, chance)
        stack.revive()
        now = time.monotonic()
        tell(f"{number:>4} {name}: {choices}")
        yield Struck(
            round=number,
            fault=name,
            at_seconds=round(at - began, 3),
            lasted_seconds=round(now - at, 3),
            drawn=choices,
        )


def _settle(stack: Stack, expected: Expected, database: str) -> bool:
    deadline = time.monotonic() + SETTLED_WITHIN_SECONDS
    while not is_shown(expected, database):
        if time.monotonic() > deadline:
            return False
        stack.revive()
        time.sleep(0.5)
    return True
