"""What was decided and not told: no checkpoint follows on the state before it, and nobody waits for it to be seen.

A broker that does not verify which partitions a transaction has lets a producer leave some open, as brokers do
themselves (`streams.loose_ends`).
"""

import asyncio
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.protocol.transaction import EndTxnRequest

import streams.checkpoint
import streams.loose_ends
from schemas.channels import ALERTS, CHANGELOG, CONSUMPTION, DEAD_LETTERS, POSITIONS, position_key
from streams.checkpoint import OwnedShard, Turn
from streams.clients import connection, shard_producer, transactional_id
from streams.decisions import await_decided, last_decision
from streams.faults import Fenced
from streams.loose_ends import end_everywhere
from streams.metrics import WorkerMetrics
from streams.recovery import recover
from streams.settings import Settings
from supply.catalogue import Catalogue
from supply.rules import Rules
from tests.fakes.records import chunk_of
from tests.integration.engine.conftest import settings_for
from tests.integration.engine.topics import fresh_topics, load, publish, published_counts, read_topic
from tests.servers.kafka import KafkaServer, running_kafka
from tests.servers.reaper import Reaper
from tests.workers.counting import counting_shards

pytestmark = pytest.mark.integration


KEY = position_key("DFIMS000001", "010.000.0001.00")
"""Of the position that `chunk_of` tells of."""


class Trusting(KafkaServer):
    """A broker that takes records of a transaction for partitions that are no part of it."""

    def settings(self, port: int) -> dict[str, str]:
        return super().settings(port) | {"transaction.partition.verification.enable": "false"}


@pytest.fixture
def trusting(tmp_path: Path, reaper: Reaper) -> Iterator[Settings]:
    """Settings of a group of its own on such a broker, with some events in each partition."""
    with running_kafka(tmp_path / "kafka", reaper, Trusting) as kafka:
        settings = settings_for(kafka, group="loose-ends")
        asyncio.run(fresh_topics(settings))
        asyncio.run(publish(settings, load(50)))
        yield settings


class Forgetful:
    """A producer that leaves some topics untold: the coordinator never hears that its transactions touch them."""

    def __init__(self, producer: AIOKafkaProducer, untold: Collection[str]) -> None:
        self._producer = producer
        self._untold = untold

    def __getattr__(self, name: str) -> Any:
        return getattr(self._producer, name)

    async def send_batch(self, batch: object, topic: str, *, partition: int) -> "asyncio.Future[object]":
        if topic in self._untold:
            self._producer._txn_manager.txn_partitions.add(TopicPartition(topic, partition))
        sent: asyncio.Future[object] = await self._producer.send_batch(batch, topic, partition=partition)
        return sent


def shard_of(settings: Settings, patch: pytest.MonkeyPatch, *untold: str) -> OwnedShard:
    """Shard 0, whose checkpoints leave topics untold."""
    # The futures that a fenced producer leaves unread say nothing that the test does not ask.
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    producer = Forgetful(shard_producer(settings, 0), untold)
    patch.setattr(streams.checkpoint, "shard_producer", lambda *_: producer)
    return OwnedShard(counting_shards(settings, Rules(), Catalogue())(0), settings, WorkerMetrics(), Turn())


async def claimed(settings: Settings, patch: pytest.MonkeyPatch, *untold: str) -> OwnedShard:
    """The shard, claimed and recovered."""
    owned = shard_of(settings, patch, *untold)
    await owned.claim()
    await recover([owned.shard], settings)
    return owned


async def saved(settings: Settings, patch: pytest.MonkeyPatch, *untold: str) -> OwnedShard:
    """The shard after its first checkpoint, of which topics are left untold."""
    owned = await claimed(settings, patch, *untold)
    owned.shard.take(chunk_of(0, 1))
    await owned.checkpoint()
    return owned


async def visible(settings: Settings) -> list[list[int]]:
    """The versions that a `read_committed` reader sees of the one key in state, positions and alerts, once all is
    told that will be."""
    async with AIOKafkaProducer(**connection(settings)) as asking:
        await await_decided(asking.client, transactional_id(settings, 0))
    each = [await published_counts(settings, topic) for topic in (CHANGELOG, POSITIONS, ALERTS)]
    return [[count.version for counts in history.values() for count in counts] for history in each]


async def test_who_takes_over_goes_on_from_a_checkpoint_that_its_partitions_were_not_told_of(
    trusting: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await saved(trusting, monkeypatch, CHANGELOG, POSITIONS, ALERTS)
    await before.close()
    assert await visible(trusting) == [[], [], []]
    after = await claimed(trusting, monkeypatch)
    assert after.shard.positions[CONSUMPTION] == 2
    assert await visible(trusting) == [[1], [1], [1]]
    after.shard.take(chunk_of(2, 3))
    await after.checkpoint()
    await after.close()
    assert await visible(trusting) == [[1, 2], [1, 2], [1, 2]]


async def test_what_was_aborted_and_not_told_is_not_committed_by_who_takes_over(
    trusting: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = transactional_id(trusting, 0)
    first = await saved(trusting, monkeypatch)
    # In the middle of a checkpoint, its producer dies; the coordinator hears of none of the partitions.
    untold = Forgetful(shard_producer(trusting, 0), (CHANGELOG, POSITIONS))
    await untold.start()
    await untold.begin_transaction()
    for topic in (CHANGELOG, POSITIONS, DEAD_LETTERS):
        batch = untold.create_batch()
        batch.append(key=KEY.encode(), value=b'{"events": 9, "pieces": 9, "version": 9}', timestamp=0)
        await (await untold.send_batch(batch, topic, partition=0))
    assert await last_decision(trusting, name) == "abort"
    heir = await claimed(trusting, monkeypatch)
    assert await visible(trusting) == [[1], [1], [1]]
    heir.shard.take(chunk_of(2, 3))
    await heir.checkpoint()
    assert await visible(trusting) == [[1, 2], [1, 2], [1, 2]]
    assert await read_topic(trusting, DEAD_LETTERS) == []
    assert await last_decision(trusting, name) == "commit"
    await untold.stop()
    for owned in (first, heir):
        await owned.close()


async def test_a_claim_that_is_called_off_ends_what_it_has_begun_to_end(
    trusting: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await saved(trusting, monkeypatch, ALERTS)
    await before.close()
    begun, ask = asyncio.Event(), streams.loose_ends._ask

    async def slow(producer: AIOKafkaProducer, request: object) -> None:
        if isinstance(request, EndTxnRequest):
            begun.set()
            await asyncio.sleep(0.3)
        await ask(producer, request)

    with monkeypatch.context() as patch:
        patch.setattr(streams.loose_ends, "_ask", slow)
        called_off = shard_of(trusting, monkeypatch)
        claim = asyncio.create_task(called_off.claim())
        await begun.wait()
        claim.cancel()
        await asyncio.wait({claim})
    assert claim.cancelled()
    await called_off.close()
    heir = await claimed(trusting, monkeypatch)
    assert await visible(trusting) == [[1], [1], [1]]
    await heir.close()


async def test_a_shard_at_work_shows_what_was_not_told_of_without_waiting_for_more_to_write(
    trusting: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    owned = await saved(trusting, monkeypatch, ALERTS)
    assert await visible(trusting) == [[1], [1], []]
    assert not owned.telling_due
    monkeypatch.setattr(streams.checkpoint, "END_SECONDS", 0.0)
    assert owned.telling_due
    assert not owned.shard.unsaved
    await owned.checkpoint()
    assert await visible(trusting) == [[1], [1], [1]]
    assert not owned.telling_due
    await owned.close()


async def test_whoever_was_taken_over_ends_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    owned = await saved(settings, monkeypatch)
    monkeypatch.setattr(streams.checkpoint, "END_SECONDS", 0.0)
    async with shard_producer(settings, 0) as heir:
        with pytest.raises(Fenced, match="shard 0 was taken over by another owner"):
            await owned.checkpoint()
        await end_everywhere(heir, owned.shard.outputs(), settings.group)
    await owned.close()


async def test_a_claim_that_is_taken_over_at_once_is_noticed_at_the_first_checkpoint(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def after_another_claim(*told: Any) -> None:
        async with shard_producer(settings, 0):
            await end_everywhere(*told)

    monkeypatch.setattr(streams.checkpoint, "end_everywhere", after_another_claim)
    await (await claimed(settings, monkeypatch)).close()
    owned = await claimed(settings, monkeypatch)
    owned.shard.take(chunk_of(0, 1))
    with pytest.raises(Fenced, match="shard 0 was taken over by another owner"):
        await owned.checkpoint()
    await owned.close()
