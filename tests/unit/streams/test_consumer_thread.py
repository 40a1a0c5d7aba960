"""The consumer's thread ends in order, also when a crash of the app has ended it before it is asked to."""

import asyncio
import logging
import threading

import faust
import pytest

from streams.assignment import Assignment
from streams.consumer import ChunkConsumer, ChunkThread, ChunkTransport
from streams.metrics import WorkerMetrics
from streams.settings import Settings
from streams.shard import Shard


def consumer_without_broker(monkeypatch: pytest.MonkeyPatch) -> ChunkConsumer:
    """A consumer whose thread starts no Kafka client."""

    async def no_client(_: ChunkThread) -> None: ...

    async def nothing(*_: object) -> None: ...

    def no_shard(number: int) -> Shard:
        raise AssertionError(f"shard {number} was asked for")

    monkeypatch.setattr(ChunkThread, "on_start", no_client)
    settings = Settings()
    assignment = Assignment(settings, no_shard, WorkerMetrics(), wall_ms=lambda: None)
    app = faust.App("test", broker="kafka://127.0.0.1:1", store="memory://", autodiscover=False)
    transport = ChunkTransport(app.conf.broker_consumer, app, assignment=assignment, settings=settings)
    return ChunkConsumer(
        transport,
        callback=nothing,
        on_partitions_revoked=nothing,
        on_partitions_assigned=nothing,
        loop=asyncio.get_running_loop(),
    )


async def test_another_number_of_partitions_is_noticed_within_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or its records stay uncounted for the five minutes that are the client's default."""
    asked: dict[str, object] = {}

    def client(**arguments: object) -> None:
        asked.update(arguments)

    monkeypatch.setattr("streams.consumer.AIOKafkaConsumer", client)
    consumer = consumer_without_broker(monkeypatch)
    consumer._thread._create_worker_consumer(consumer.transport)
    assert asked["metadata_max_age_ms"] == 30_000
    consumer._thread.thread_loop.close()


async def test_asked_to_stop_the_thread_ends_and_its_loop_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = set(threading.enumerate())
    consumer = consumer_without_broker(monkeypatch)
    await consumer.start()
    (thread,) = set(threading.enumerate()) - threads
    await consumer.stop()
    assert not thread.is_alive()
    assert consumer._thread.thread_loop.is_closed()


async def test_a_thread_that_a_crash_has_ended_is_stopped_without_complaint(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    threads = set(threading.enumerate())
    consumer = consumer_without_broker(monkeypatch)
    await consumer.start()
    (thread,) = set(threading.enumerate()) - threads
    await consumer.crash(RuntimeError("an agent failed"))
    async with asyncio.timeout(10):
        while thread.is_alive():  # noqa: ASYNC110 # a thread tells no loop of its end
            await asyncio.sleep(0.02)
    caplog.clear()
    await consumer.stop()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert consumer._thread.thread_loop.is_closed()
