"""A checkpoint that the producer refuses: taken over by another owner, or a fault of our own."""

import asyncio
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import IllegalOperation, MessageSizeTooLargeError, ProducerFenced

import streams.checkpoint
from schemas.channels import CHANGELOG, CONSUMPTION, POSITIONS
from streams.checkpoint import OwnedShard, Turn
from streams.clients import connection, shard_producer
from streams.faults import CheckpointFailed, Fenced
from streams.metrics import WorkerMetrics
from streams.settings import Settings
from supply.catalogue import Catalogue
from supply.rules import Rules
from tests.fakes.records import chunk_of
from tests.integration.engine.topics import read_topic
from tests.workers.counting import counting_shards

pytestmark = pytest.mark.integration


class Unhurried:
    """A producer that sends a batch only after the broker's answer to the one before it; notes what it refused."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self.producer = producer
        self.refused: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.producer, name)

    async def send_batch(self, batch: object, topic: str, *, partition: int) -> asyncio.Future[object]:
        try:
            confirmed: asyncio.Future[object] = await self.producer.send_batch(batch, topic, partition=partition)
        except IllegalOperation as refusal:
            self.refused = refusal
            raise
        await asyncio.wait({confirmed})
        return confirmed


class Misused(Unhurried):
    """Ends the transaction behind the back of the checkpoint, after its first batch."""

    async def send_batch(self, batch: object, topic: str, *, partition: int) -> asyncio.Future[object]:
        confirmed = await super().send_batch(batch, topic, partition=partition)
        await self.producer.commit_transaction()
        return confirmed


class Torn(Unhurried):
    """Loses a batch: the broker refuses one, and the transaction could still be committed without it."""

    async def send_batch(self, batch: object, topic: str, *, partition: int) -> asyncio.Future[object]:
        if topic != POSITIONS:
            return await super().send_batch(batch, topic, partition=partition)
        lost: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        lost.set_exception(MessageSizeTooLargeError())
        return lost


async def owned_shard(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, kind: type[Unhurried]
) -> tuple[OwnedShard, Unhurried]:
    """Shard 0, claimed, with two pieces to save on several topics, and its producer."""
    # The futures that a fenced producer leaves unread say nothing that the test does not ask.
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    producer = kind(shard_producer(settings, 0))
    monkeypatch.setattr(streams.checkpoint, "shard_producer", lambda _settings, _partition: producer)
    shard = counting_shards(settings, Rules(), Catalogue())(0)
    owned = OwnedShard(shard, settings, WorkerMetrics(), Turn())
    await owned.claim()
    shard.take(chunk_of(0, 1, topic=CONSUMPTION))
    return owned, producer


async def test_refused_after_being_fenced_a_checkpoint_is_fenced(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    owned, producer = await owned_shard(settings, monkeypatch, Unhurried)
    async with AIOKafkaProducer(**connection(settings), transactional_id=f"{settings.group}-0"):
        with pytest.raises(Fenced, match="shard 0 was taken over by another owner") as fenced:
            await owned.checkpoint()
    assert isinstance(producer.refused, IllegalOperation)
    assert isinstance(fenced.value.__cause__, ProducerFenced)
    assert await read_topic(settings, POSITIONS) == []
    await owned.close()


async def test_refused_for_a_misuse_of_our_own_a_checkpoint_has_failed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    owned, producer = await owned_shard(settings, monkeypatch, Misused)
    with pytest.raises(CheckpointFailed, match="checkpoint of shard 0 failed: IllegalOperation") as failed:
        await owned.checkpoint()
    assert failed.value.__cause__ is producer.refused
    with pytest.raises(Fenced, match="checkpoint of shard 0 failed"):
        await owned.checkpoint()
    await owned.close()


async def test_with_a_batch_lost_nothing_of_the_transaction_is_committed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    owned, _ = await owned_shard(settings, monkeypatch, Torn)
    with pytest.raises(CheckpointFailed, match="checkpoint of shard 0 failed: MessageSizeTooLargeError"):
        await owned.checkpoint()
    await owned.close()
    # The next owner's claim ends what is open; only then is it certain what a reader will ever see.
    async with AIOKafkaProducer(**connection(settings), transactional_id=f"{settings.group}-0"):
        assert await read_topic(settings, CHANGELOG) == []
