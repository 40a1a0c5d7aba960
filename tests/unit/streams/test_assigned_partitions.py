"""Partitions that a worker must not take: a position would be split, or has moved."""

import pytest

from schemas.channels import CONSUMPTION, INPUTS, INVENTORY
from streams.assignment import Assignment
from streams.faults import NotCopartitioned
from streams.metrics import WorkerMetrics
from streams.settings import Settings
from streams.shard import Shard

SETTINGS = Settings(partitions=2)


def never(number: int) -> Shard:
    raise AssertionError(f"shard {number} was opened")


def assignment() -> Assignment:
    return Assignment(SETTINGS, never, WorkerMetrics(), wall_ms=lambda: None)


async def test_a_partition_of_some_inputs_only_is_refused() -> None:
    with pytest.raises(NotCopartitioned, match=rf"partition 1 was assigned of .* but not of .*{CONSUMPTION}"):
        await assignment().assign([*((topic, 0) for topic in INPUTS), (INVENTORY, 1)])


async def test_a_partition_beyond_those_the_worker_started_with_is_refused() -> None:
    with pytest.raises(NotCopartitioned, match=r"partition 2 was assigned, but this worker knows of 2.*topics check"):
        await assignment().assign([(topic, number) for topic in INPUTS for number in range(3)])
