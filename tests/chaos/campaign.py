"""A campaign: rounds of faults while events are published, then the comparison with a replay."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import msgspec

from tests.chaos.broker_faults import ON_ONE_BROKER
from tests.chaos.cluster_faults import ON_THREE_BROKERS
from tests.chaos.faults import Fault
from tests.chaos.oracle import Expected, differences, is_shown
from tests.chaos.stack import PARTITIONS, Stack, furnish, one_broker, three_brokers
from tests.chaos.traffic import Traffic
from tests.chaos.workload import Workload
from tests.servers.reaper import Reaper

BETWEEN_SECONDS: Final = (0.2, 2.5)
"""Time in service before a fault strikes: often too short to have recovered from the one before."""
SETTLED_WITHIN_SECONDS: Final = 180.0


class Kind(NamedTuple):
    """A stack to run, and what may befall it."""

    running: Callable[[Path, Reaper], AbstractContextManager[Any]]
    faults: Mapping[str, Fault[Any]]


Brokers = Literal[1, 3]
KINDS: Final[Mapping[Brokers, Kind]] = {1: Kind(one_broker, ON_ONE_BROKER), 3: Kind(three_brokers, ON_THREE_BROKERS)}


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from a seed: `names` of the faults of each round, in their order, on so many `brokers`. `months` of
    a `small` network or the nation are published, and the database is gone for up to `database_gone_seconds`."""

    seed: int
    names: tuple[str, ...]
    months: int
    small: bool
    database_gone_seconds: float
    brokers: Brokers = 1

    @property
    def kind(self) -> Kind:
        """What it runs on."""
        return KINDS[self.brokers]

    def seconds(self, name: str) -> float:
        """About how long a round with this fault lasts."""
        gone = self.database_gone_seconds / 2 if name == "database gone" else 0.0
        return sum(BETWEEN_SECONDS) / 2 + self.kind.faults[name].seconds + gone


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
    traffic = Traffic(records, [plan.seconds(name) for name in plan.names])
    tell(f"seed {plan.seed}, {len(plan.names)} rounds, {len(records):,} records at {traffic.rate:,.0f} a second")
    with plan.kind.running(folder, reaper) as stack:
        stack.database_gone_seconds = plan.database_gone_seconds
        furnish(stack, folder / "network" / "catalogue")
        with ThreadPoolExecutor(1) as beside:
            publishing = beside.submit(traffic.publish, stack.direct)
            try:
                with (folder / "chaos.jsonl").open("wb") as log:
                    for struck in _rounds(plan, stack, traffic, publishing, tell):
                        log.write(msgspec.json.encode(struck) + b"\n")
                        log.flush()
            except BaseException:
                traffic.abandon()
                raise
            tell("all faults struck; the rest is published")
            publishing.result()
        expected = Expected.of(workload.replayed())
        settled = _settle(stack, expected)
        tell("settled; everything is compared" if settled else f"not settled in {SETTLED_WITHIN_SECONDS:g} s")
        return differences(expected, stack.direct, stack.database)


def _rounds(
    plan: Plan, stack: Stack, traffic: Traffic, publishing: Future[None], tell: Callable[[str], None]
) -> Iterator[Struck]:
    began = time.monotonic()
    for number, name in enumerate(plan.names, start=1):
        fault = plan.kind.faults[name]
        # A round's own chance: it can be looked at again without those before it.
        chance = random.Random(f"{plan.seed} {number}")
        traffic.next_round()
        time.sleep(chance.uniform(*BETWEEN_SECONDS))
        if publishing.done():
            publishing.result()  # ended so early it failed
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


def _settle(stack: Stack, expected: Expected) -> bool:
    deadline = time.monotonic() + SETTLED_WITHIN_SECONDS
    while not is_shown(expected, stack.database):
        if time.monotonic() > deadline:
            return False
        stack.revive()
        time.sleep(0.5)
    return True
