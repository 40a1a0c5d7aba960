"""A Kafka as workers before left it: the catalogue of the country, and the state of so many positions."""

import asyncio
from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaProducer

from abasto.catalogue.files import write_catalogue
from abasto.catalogue.load import run_load
from benchmarks.scaling.country import FACILITIES, ITEMS, Stored, facility, item, keys
from benchmarks.stand import Stand
from schemas.channels import CHANGELOG, position_key
from streams.clients import BATCH_BYTES, connection
from streams.partitioning import partition_of
from supply.catalogue import Catalogue

UNCONFIRMED: Final = 20_000
"""Records under way at a time."""


def load_catalogue(stand: Stand, known: Catalogue) -> None:
    """Publish all facilities and items of the country."""
    folder = stand.folder / "country"
    places = [known.facility(facility(number)) for number in range(FACILITIES)]
    names = [known.item(item(number)) for number in range(ITEMS)]
    write_catalogue(folder, [each for each in names if each], [each for each in places if each])
    run_load(folder, broker=stand.kafka.bootstrap, replace=False, as_json=True)


async def hand_over(stand: Stand, stored: Sequence[Stored], positions: int) -> None:
    """Write the state of so many positions to the changelog, copies of those that were lived through."""
    producer = AIOKafkaProducer(
        **connection(stand.settings), enable_idempotence=True, linger_ms=20, max_batch_size=BATCH_BYTES
    )
    await producer.start()
    try:
        under_way: list[asyncio.Future[object]] = []
        for number, place in enumerate(keys(positions)):
            key = position_key(*place)
            under_way.append(
                await producer.send(
                    CHANGELOG,
                    stored[number % len(stored)].state,
                    key.encode(),
                    partition=partition_of(key, stand.settings.partitions),
                )
            )
            if len(under_way) == UNCONFIRMED:
                await asyncio.gather(*under_way)
                under_way.clear()
        await asyncio.gather(*under_way)
    finally:
        await producer.stop()
