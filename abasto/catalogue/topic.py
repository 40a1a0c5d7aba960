"""What the catalogue's topic holds now."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from abasto.terminal import Failure
from schemas.catalogue import CatalogueEntry
from schemas.channels import CATALOGUE
from streams.clients import bulk_reader
from streams.settings import Settings
from supply.catalogue import Catalogue

READ_TIMEOUT_MS = 500

_decode: Callable[[bytes], CatalogueEntry] = msgspec.json.Decoder(CatalogueEntry).decode


async def known(settings: Settings, partitions: int) -> dict[str, CatalogueEntry | None]:
    """The entries by key, those written last at the end; `None` is an entry that cannot be read.

    Raises:
        Failure: Kafka does not answer.
    """
    places = [TopicPartition(CATALOGUE, number) for number in range(partitions)]
    values: dict[str, bytes | None] = {}
    async with _reader(settings) as consumer:
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < ends[place] for place in places]):
            for found in (await consumer.getmany(timeout_ms=READ_TIMEOUT_MS)).values():
                for record in found:
                    if record.key:
                        key = record.key.decode(errors="replace")
                        # Of two facilities with one alias the one written last has it, for a worker too.
                        values.pop(key, None)
                        values[key] = record.value
    return {key: _decoded(value) for key, value in values.items() if value is not None}


def as_a_worker_knows_it(entries: Iterable[CatalogueEntry | None]) -> Catalogue:
    """A catalogue of the entries that a worker takes over; the others it leaves out."""
    catalogue = Catalogue()
    for entry in entries:
        if entry is not None:
            with contextlib.suppress(ValueError):
                catalogue.put(entry)
    return catalogue


def _decoded(value: bytes) -> CatalogueEntry | None:
    try:
        return _decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


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
