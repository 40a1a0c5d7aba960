"""Shards take turns at a checkpoint: one is encoded while the broker writes another."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import pytest

import streams.checkpoint
from schemas.channels import CHANGELOG, CONSUMPTION, INPUTS, INVENTORY, POSITIONS
from schemas.encode import to_json
from streams.checkpoint import OwnedShard, Turn
from streams.faults import CheckpointFailed
from streams.metrics import WorkerMetrics
from streams.settings import Settings
from streams.shard import Shard
from supply.clock import ShardClock
from supply.rules import Rules
from tests.events import counted
from tests.fakes.counting import CountingBook, PlainIntake
from tests.fakes.kafka import MemoryKafka
from tests.fakes.records import chunk_of
from tests.unit.streams.memory_worker import HOMES, HOSPITALS, Worker, stand_in

SETTINGS = Settings(checkpoint_limit_seconds=1)


class Batch:
    """Takes whatever comes."""

    def append(self, **_record: object) -> bool:
        return True


class Producer:
    """Notes what it is asked for; `answers` says whether its broker confirms anything."""

    def __init__(
        self, partition: int, events: list[str], *, answers: bool = True, begins_after_seconds: float = 0.0
    ) -> None:
        self._partition = partition
        self._events = events
        self._answers = answers
        self._begins_after_seconds = begins_after_seconds

    async def start(self) -> None: ...

    async def begin_transaction(self) -> None:
        await asyncio.sleep(self._begins_after_seconds)

    async def send_offsets_to_transaction(self, offsets: object, group: str) -> None: ...

    def create_batch(self) -> Batch:
        return Batch()

    async def send_batch(self, _batch: Batch, topic: str, *, partition: int) -> asyncio.Future[object]:
        self._events.append(f"{topic} of {partition} sent")
        confirmed = asyncio.get_running_loop().create_future()
        if self._answers:
            asyncio.get_running_loop().call_later(0.01, confirmed.set_result, None)
        else:
            await confirmed
        return confirmed

    async def commit_transaction(self) -> None:
        self._events.append(f"{self._partition} committed")


async def nothing_came_before(*_whose: object) -> None: ...


class NotedBook(CountingBook):
    """Tells when it is encoded."""

    def __init__(self, owns: Callable[[str], bool], number: int, events: list[str]) -> None:
        super().__init__(owns)
        self._number = number
        self._events = events

    def publish(self, now_ms: int | None) -> Any:
        self._events.append(f"{self._number} encoded")
        return super().publish(now_ms)


async def shards(monkeypatch: pytest.MonkeyPatch, events: list[str], *producers: Producer) -> list[OwnedShard]:
    """Claimed shards, each with a piece to save, that share their turns."""
    monkeypatch.setattr(streams.checkpoint, "last_decision", nothing_came_before)
    turn, owned = Turn(), []
    for number, producer in enumerate(producers):
        monkeypatch.setattr(streams.checkpoint, "shard_producer", lambda *_, it=producer: cast(Any, it))
        shard = Shard(
            number,
            INPUTS,
            2,
            intake=PlainIntake(),
            book=partial(NotedBook, number=number, events=events),
            clock=ShardClock(INPUTS, 0),
            wall_ms=lambda: 0,
        )
        shard.take(chunk_of(0, 1, topic=CONSUMPTION))
        owned.append(OwnedShard(shard, SETTINGS, WorkerMetrics(), turn))
        await owned[-1].claim()
    return owned


async def test_the_next_shard_is_encoded_once_the_first_records_of_one_are_sent_and_before_it_is_committed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events: list[str] = []
    both = await shards(monkeypatch, events, Producer(0, events), Producer(1, events))
    await asyncio.gather(*(owned.checkpoint() for owned in both))
    order = [events.index(each) for each in ("0 encoded", f"{CHANGELOG} of 0 sent", "1 encoded", "0 committed")]
    assert order == sorted(order)
    assert "1 committed" in events


async def test_a_broker_that_answers_nothing_holds_all_shards_up_for_one_limit_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events: list[str] = []
    both = await shards(monkeypatch, events, Producer(0, events, answers=False), Producer(1, events, answers=False))
    async with asyncio.timeout(1.9):
        failures = await asyncio.gather(*(owned.checkpoint() for owned in both), return_exceptions=True)
    assert [type(each) for each in failures] == [CheckpointFailed, CheckpointFailed]
    assert all(owned.lost for owned in both)


async def test_what_was_overdue_before_a_rebalance_holds_nobody_up_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    kafka = MemoryKafka()
    stand_in(kafka, monkeypatch)
    worker = Worker(kafka, Rules())
    worker.assignment._turn.overdue = True
    await worker.assign([0, 1])
    home = HOMES[HOSPITALS[0]]
    kafka.publish(INVENTORY, home, None, to_json(counted(40, "2025-03-01 12:00", facility=HOSPITALS[0])))
    worker.read(INVENTORY, home, 1)
    await worker.save()
    assert len(kafka.records(POSITIONS, home)) == 1


async def test_the_time_that_others_take_for_their_turns_is_not_that_of_the_brokers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each is well within its limit, and all together are not."""
    events: list[str] = []
    all_three = await shards(monkeypatch, events, *(Producer(n, events, begins_after_seconds=0.5) for n in range(3)))
    await asyncio.gather(*(owned.checkpoint() for owned in all_three))
    assert {f"{number} committed" for number in range(3)} <= set(events)
    assert not any(owned.lost for owned in all_three)


async def test_a_shard_is_judged_at_the_instant_of_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[str] = []
    both = await shards(monkeypatch, events, Producer(0, events), Producer(1, events))

    def judged_at() -> int:
        events.append("clock read")
        return 0

    await asyncio.gather(*(owned.checkpoint(judged_at) for owned in both))
    assert events[0:2] == ["clock read", "0 encoded"]
    assert events[events.index("1 encoded") - 1] == "clock read"
