"""How commands speak to Kafka: the engine's settings, an idempotent producer, and topics that must be there.

Topics are never made here: partitions and retention are the engine's choice (`abasto worker`, `abasto up`).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError

from abasto.terminal import Failure
from streams.clients import BATCH_BYTES, connection
from streams.faults import WrongSetting
from streams.settings import Settings

PATIENCE_MS = 60_000
"""How long a record waits for a broker that is restarted, or for another one that takes over: to wait is better than to
give up, because who goes on afterwards sends some records again that had arrived."""

Partitions = dict[str, int]
"""How many partitions each topic has."""

STOPPED_WITHIN_SECONDS = 10.0
"""A producer sends what is left before it stops, and would try so for ever where its broker is gone."""


def settings_for(broker: str | None) -> Settings:
    """The settings of the environment, with another broker when one is named."""
    try:
        settings = Settings.from_environment()
    except WrongSetting as wrong:
        raise Failure(str(wrong)) from wrong
    return settings if broker is None else msgspec.structs.replace(settings, brokers=broker)


@asynccontextmanager
async def producer_for(settings: Settings, topics: Iterable[str]) -> AsyncIterator[tuple[AIOKafkaProducer, Partitions]]:
    """An idempotent producer that waits for all replicas, and the partitions of the topics.

    Nothing is compressed: the codecs that Kafka knows beside gzip are libraries that not every reader has.

    Raises:
        Failure: no broker answers, a topic is missing, or the broker refused a record.
    """
    producer = _producer(settings)
    with _silent_client():
        try:
            await _start(producer, settings)
            yield producer, await _partitions(producer, settings, topics)
        except KafkaError as fault:
            raise Failure(f"Kafka at {settings.brokers} refused: {fault}") from fault
        finally:
            await _stop(producer)


@contextmanager
def _silent_client() -> Iterator[None]:
    """The client would tell of each attempt, thousands a second when a broker goes; one sentence at the end is
    clearer."""
    log = logging.getLogger("aiokafka")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


async def _stop(producer: AIOKafkaProducer) -> None:
    try:
        await asyncio.wait_for(producer.stop(), STOPPED_WITHIN_SECONDS)
    except TimeoutError:
        await producer.client.close()


def _producer(settings: Settings) -> AIOKafkaProducer:
    try:
        return AIOKafkaProducer(
            **connection(settings),
            enable_idempotence=True,
            acks="all",
            max_batch_size=BATCH_BYTES,
            max_request_size=BATCH_BYTES,
            request_timeout_ms=PATIENCE_MS,
        )
    except (WrongSetting, ValueError) as wrong:
        raise Failure(str(wrong)) from wrong


async def _start(producer: AIOKafkaProducer, settings: Settings) -> None:
    try:
        await producer.start()
    except (KafkaConnectionError, ValueError, OSError) as fault:
        raise Failure(
            f"no Kafka answers at {settings.brokers}; start one with `abasto up`, or name yours with --broker"
        ) from fault


async def _partitions(producer: AIOKafkaProducer, settings: Settings, topics: Iterable[str]) -> Partitions:
    # Asking for a topic by name would make it, on brokers that create topics when asked: so all are asked for.
    cluster = await producer.client.fetch_all_metadata()
    found = {topic: len(cluster.partitions_for_topic(topic) or ()) for topic in topics}
    missing = sorted(topic for topic, partitions in found.items() if not partitions)
    if missing:
        raise Failure(
            f"Kafka at {settings.brokers} has no topic {', '.join(missing)}; "
            "`abasto topics create` makes them, and so do `abasto worker` and `abasto up` when they start"
        )
    return found
