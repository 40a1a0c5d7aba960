"""How much of what lies in Kafka the worker and the projector have yet to take in."""

import asyncio
import os

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

from abasto.stack.stack import Stack
from schemas.channels import ALERTS, POSITIONS
from streams.clients import admin, bulk_reader
from streams.settings import Settings
from streams.stage import POSITIONS_STAGE, WIDE_STAGE, Stage


def backlog_left(stack: Stack) -> int:
    """Records that the worker has not counted yet, and outputs that the projector has not shown yet."""
    settings = Settings.from_environment(os.environ | stack.environment)
    with stack.interruptible():
        return asyncio.run(_left(settings, stack.plan.database_address))


async def _left(settings: Settings, database: str) -> int:
    reader, client = bulk_reader(settings), admin(settings)
    await reader.start()
    try:
        await client.start()
        for stage in (POSITIONS_STAGE, WIDE_STAGE):
            if left := await _uncounted(reader, client, settings, stage):
                return left
        return await _unshown(reader, settings, database)
    finally:
        await client.close()
        await reader.stop()


def _partitions(topics: tuple[str, ...], settings: Settings) -> list[TopicPartition]:
    return [TopicPartition(topic, number) for topic in topics for number in range(settings.partitions)]


async def _uncounted(reader: AIOKafkaConsumer, client: AIOKafkaAdminClient, settings: Settings, stage: Stage) -> int:
    inputs = _partitions(stage.inputs, settings)
    ends = await reader.end_offsets(inputs)
    try:
        counted = await client.list_consumer_group_offsets(stage.settings(settings).group, partitions=inputs)
    except GroupCoordinatorNotAvailableError:
        # A broker that is asked for its first group has yet to make the topic that holds their offsets.
        return sum(ends.values())
    return sum(max(0, end - max(0, counted[at].offset)) for at, end in ends.items())


async def _unshown(reader: AIOKafkaConsumer, settings: Settings, database: str) -> int:
    from store.database import open_engine
    from store.offsets import read_offsets

    outputs = _partitions((POSITIONS, ALERTS), settings)
    ends = await reader.end_offsets(outputs)
    engine = open_engine(database)
    try:
        with engine.connect() as connection:
            shown = {(place.topic, place.partition): at.next_offset for place, at in read_offsets(connection).items()}
    finally:
        engine.dispose()
    # The last offset of a partition is a transaction's marker, which no reader ever receives.
    return sum(max(0, end - 1 - shown.get((at.topic, at.partition), 0)) for at, end in ends.items() if end)
