"""What the catalogue's topic holds now."""

import contextlib
from collections.abc import AsyncIterator
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from abasto.terminal import Failure
from schemas.catalogue import CatalogueEntry
from schemas.channels import CATALOGUE
from streams.clients import bulk_reader
from streams.settings import Settings
from supply.catalogue_entries import entry_of

READ_TIMEOUT_MS = 500


class Known(NamedTuple):
    """`entries` by key as workers know them. The newest record of the `spoiled` keys is one that workers leave out: an
    older one may be in force, until compaction takes it."""

    entries: dict[str, CatalogueEntry]
    spoiled: set[str]

    def take(self, key: bytes, value: bytes | None) -> None:
        """Take over a record, later than all before."""
        name = key.decode(errors="replace")
        try:
            entry = None if value is None else entry_of(key, value)
        except ValueError:
            self.spoiled.add(name)
            return
        self.spoiled.discard(name)
        if entry is None:
            self.entries.pop(name, None)
        else:
            self.entries[name] = entry


async def known(settings: Settings, partitions: int) -> Known:
    """What the topic tells.

    Raises:
        Failure: Kafka does not answer.
    """
    places = [TopicPartition(CATALOGUE, number) for number in range(partitions)]
    told = Known({}, set())
    async with _reader(settings) as consumer:
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < ends[place] for place in places]):
            for found in (await consumer.getmany(timeout_ms=READ_TIMEOUT_MS)).values():
                for record in found:
                    if record.key:
                        told.take(record.key, record.value)
    return told


@contextlib.asynccontextmanager
async def _reader(settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = bulk_reader(settings)
    try:
        await consumer.start()
        yield consumer
    except KafkaError as fault:
        raise Failure(f"the catalogue could not be read from Kafka at {settings.brokers}: {fault}") from fault
    finally:
        await consumer.stop()
