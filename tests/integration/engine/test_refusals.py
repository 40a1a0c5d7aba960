"""A worker that would give wrong answers does not start, or stops, and says why."""

import asyncio

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import RecordsToDelete
from aiokafka.structs import OffsetAndMetadata

from schemas.channels import CHANGELOG, CONSUMPTION, POSITIONS
from streams import input_positions
from streams.clients import admin, connection
from streams.faults import WrongTopics
from streams.partitioning import partition_of
from streams.settings import Settings
from streams.topic_check import ensure_topics
from supply.stored import STATE_VERSION
from tests.integration.engine.topics import load, publish, wait_until_counted
from tests.servers.worker import REAL, Workers

pytestmark = pytest.mark.integration


async def test_topics_with_another_partition_count_are_refused_by_name(settings: Settings, workers: Workers) -> None:
    worker = workers.start(msgspec.structs.replace(settings, partitions=3), REAL)
    assert await asyncio.to_thread(worker.exit_code) == 2
    assert f"not started: {CONSUMPTION} has 2 partitions, expected 3" in worker.log.replace("; ", "\nnot started: ")
    assert "Traceback" not in worker.log


async def test_missing_topics_are_made_only_when_asked(settings: Settings) -> None:
    client = admin(settings)
    await client.start()
    await client.delete_topics([POSITIONS])
    while POSITIONS in await client.list_topics():  # noqa: ASYNC110 # Kafka tells of no end of it
        await asyncio.sleep(0.1)
    await client.close()
    with pytest.raises(WrongTopics, match=rf"missing topics: {POSITIONS}\. Create them with"):
        await ensure_topics(settings, create=False)
    assert await ensure_topics(settings, create=True) == [POSITIONS]
    assert await ensure_topics(settings, create=False) == []


async def test_a_broker_that_is_not_there_is_named(settings: Settings, workers: Workers) -> None:
    worker = workers.start(msgspec.structs.replace(settings, brokers="127.0.0.1:1"), REAL)
    assert await asyncio.to_thread(worker.exit_code) == 1
    assert "no answer from Kafka at 127.0.0.1:1" in worker.log
    assert "Traceback" not in worker.log


async def test_group_offsets_that_somebody_moved_are_refused(settings: Settings, workers: Workers) -> None:
    await counted_and_stopped(settings, workers)
    mover = AIOKafkaConsumer(**connection(settings), group_id=settings.group, enable_auto_commit=False)
    await mover.start()
    mover.assign([TopicPartition(CONSUMPTION, 0)])
    await mover.commit({TopicPartition(CONSUMPTION, 0): OffsetAndMetadata(1, "")})
    await mover.stop()
    again = workers.start(settings)
    assert await asyncio.to_thread(again.exit_code) == 1
    assert "somebody moved the group's offsets" in again.log
    assert f"{CHANGELOG}:0 has counted up to" in again.log
    assert "Traceback" not in again.log


async def test_records_deleted_before_they_were_counted_are_a_refusal(settings: Settings, workers: Workers) -> None:
    await counted_and_stopped(settings, workers)
    await publish(settings, load(100, first=100))
    client = admin(settings)
    await client.start()
    await client.delete_records({TopicPartition(CONSUMPTION, 0): RecordsToDelete(before_offset=-1)})
    await client.close()
    refused = workers.start(settings)
    assert await asyncio.to_thread(refused.exit_code) == 1
    assert "were deleted before they were counted" in refused.log
    accepted = workers.start(msgspec.structs.replace(settings, accept_lost_records=True))
    await asyncio.to_thread(accepted.wait_until_ready)
    assert accepted.stop() == 0


async def test_records_deleted_under_a_running_worker_stop_it(settings: Settings, workers: Workers) -> None:
    worker = workers.start(settings)
    await asyncio.to_thread(worker.wait_until_ready)
    worker.freeze()
    # The fetch under way is answered, empty, before there is anything to fetch.
    await asyncio.sleep(0.5)
    await publish(settings, load(100))
    client = admin(settings)
    await client.start()
    await client.delete_records({TopicPartition(CONSUMPTION, p): RecordsToDelete(before_offset=-1) for p in (0, 1)})
    await publish(settings, load(100))
    await client.close()
    worker.thaw()
    assert await asyncio.to_thread(worker.exit_code) == 1
    assert "no longer has the next record to count" in worker.log
    assert "Traceback" not in worker.log


async def test_state_of_a_newer_release_is_refused(settings: Settings, workers: Workers) -> None:
    await counted_and_stopped(settings, workers)
    newer = b'{"version":99,"offsets":{},"clock":{}}'
    producer = AIOKafkaProducer(**connection(settings))
    await producer.start()
    await producer.send_and_wait(CHANGELOG, key=input_positions.KEY, value=newer, partition=0)
    await producer.stop()
    refused = workers.start(settings)
    assert await asyncio.to_thread(refused.exit_code) == 1
    assert "was written by a newer release" in refused.log


async def test_a_position_stored_by_a_newer_release_is_refused(settings: Settings, workers: Workers) -> None:
    newer = bytes([STATE_VERSION + 1]) + bytes(64)
    producer = AIOKafkaProducer(**connection(settings))
    await producer.start()
    await producer.send_and_wait(CHANGELOG, key=b"DFIMS000604|010.000.5432.00", value=newer, partition=0)
    await producer.stop()
    refused = workers.start(settings, REAL)
    assert await asyncio.to_thread(refused.exit_code) == 1
    assert (
        f"{CHANGELOG}: stored position has state version {STATE_VERSION + 1}, this release reads up to" in refused.log
    )
    assert "Traceback" not in refused.log


async def test_a_record_on_which_the_rules_fail_stops_the_worker_by_name(settings: Settings, workers: Workers) -> None:
    worker = workers.start(settings)
    await asyncio.to_thread(worker.wait_until_ready)
    await publish(settings, load(10))
    foreign = (
        b'{"type":"demand.unmet","id":"1","source":"t","time":"2026-06-21T12:00:00Z","facility":"F","item":"I",'
        b'"quantity":1}'
    )
    producer = AIOKafkaProducer(**connection(settings))
    await producer.start()
    home = partition_of("F|I", settings.partitions)
    where = await producer.send_and_wait(CONSUMPTION, value=foreign, partition=home)
    await producer.stop()
    assert await asyncio.to_thread(worker.exit_code) == 1
    assert f"stopped: {CONSUMPTION}:{home}:{where.offset}: the rules failed on this record" in worker.log
    assert "TypeError('the counting book knows no DemandUnmet')" in worker.log


async def counted_and_stopped(settings: Settings, workers: Workers) -> None:
    """Some events counted by a worker that is stopped again."""
    worker = workers.start(settings)
    await publish(settings, load(100))
    await wait_until_counted(settings, load(100))
    assert worker.stop() == 0
