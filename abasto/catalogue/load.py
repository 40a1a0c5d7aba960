"""Loading the catalogue's files into its compacted topic."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

import msgspec
import typer
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from abasto.catalogue.files import CatalogueFiles, read_catalogue
from abasto.catalogue.plan import Plan, plan
from abasto.feed.batches import Batches
from abasto.feed.records import Record
from abasto.kafka import producer_for, settings_for
from abasto.terminal import Failure, say
from schemas.catalogue import CatalogueEntry
from schemas.channels import CATALOGUE
from streams.clients import bulk_reader
from streams.settings import Settings

READ_TIMEOUT_MS = 500

_decode: Callable[[bytes], CatalogueEntry] = msgspec.json.Decoder(CatalogueEntry).decode


def run_check(path: Path, *, as_json: bool) -> None:
    """Read the files and tell what they hold."""
    files = _read(path)
    counts = {
        "items": len(files.items),
        "facilities": len(files.facilities),
        "official_cpm": len(files.official_cpm),
    }
    if as_json:
        typer.echo(msgspec.json.encode({**counts, "notices": files.notices}).decode())
    else:
        typer.echo(", ".join(f"{count:,} {name.replace('_cpm', ' CPM')}" for name, count in counts.items()))


def run_load(path: Path, *, broker: str | None, replace: bool, as_json: bool) -> None:
    """Send to the catalogue's topic what differs from it, and tell what that was."""
    files = _read(path)
    made = asyncio.run(load(files.entries, settings_for(broker), replace=replace))
    counts = {
        "new": len(made.new),
        "changed": len(made.changed),
        "removed": len(made.removed),
        "unchanged": made.unchanged,
    }
    if as_json:
        typer.echo(msgspec.json.encode(counts).decode())
    else:
        typer.echo(", ".join(f"{count:,} {name}" for name, count in counts.items()))


async def load(entries: Iterable[CatalogueEntry], settings: Settings, *, replace: bool = False) -> Plan:
    """Bring the catalogue's topic to hold the entries; with `replace`, nothing else.

    Raises:
        Failure: no broker, no topic, or an item would be kept in another unit.
    """
    async with producer_for(settings, [CATALOGUE]) as (producer, partitions):
        changes = plan(await known(settings, partitions[CATALOGUE]), entries, replace)
        if changes.refused:
            raise Failure(
                "nothing was loaded: quantities of these items would change their meaning in every ledger\n  "
                + "\n  ".join(changes.refused)
                + "\n  Give the new unit an item code of its own."
            )
        batches = Batches(producer, partitions)
        for key, entry in (changes.new | changes.changed).items():
            await batches.add(Record(CATALOGUE, key.encode(), msgspec.json.encode(entry)))
        for key in changes.removed:
            await batches.add(Record(CATALOGUE, key.encode(), None))
        await batches.flush()
        return changes


async def known(settings: Settings, partitions: int) -> dict[str, CatalogueEntry | None]:
    """What the catalogue's topic holds now, by key; `None` is an entry that cannot be read."""
    places = [TopicPartition(CATALOGUE, number) for number in range(partitions)]
    values: dict[str, bytes | None] = {}
    async with _reader(settings) as consumer:
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < ends[place] for place in places]):
            for found in (await consumer.getmany(timeout_ms=READ_TIMEOUT_MS)).values():
                values.update((record.key.decode(), record.value) for record in found if record.key)
    return {key: _decoded(value) for key, value in values.items() if value is not None}


def _decoded(value: bytes) -> CatalogueEntry | None:
    try:
        return _decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
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


def _read(path: Path) -> CatalogueFiles:
    files = read_catalogue(path)
    for notice in files.notices:
        say(notice)
    return files
