"""One run: a real Kafka, a real worker, the records, and what the model says of the outcome."""

import asyncio
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import msgspec
from aiokafka import AIOKafkaProducer, TopicPartition

from abasto.local.programs import free_port
from schemas.catalogue import entry_key
from schemas.channels import CATALOGUE, DEAD_LETTERS, INPUTS, POSITIONS
from schemas.dead_letters import DeadLetter
from schemas.encode import to_json
from schemas.positions import Position
from streams.clients import BATCH_BYTES, bulk_reader, connection
from streams.partitioning import partition_of
from streams.settings import Settings
from streams.topic_check import ensure_topics
from tests.fuzz.oracle import Log
from tests.fuzz.records import CATALOGUE as ENTRIES
from tests.fuzz.records import Sent, records
from tests.servers.kafka import running_kafka
from tests.servers.reaper import Reaper
from tests.servers.worker import REAL, WorkerProcess, running_workers

PARTITIONS: Final = 4
UNCONFIRMED_BATCHES: Final = 20
QUIET_SECONDS: Final = 5.0
"""Some checkpoints long: what was sent on to another partition has been read too."""


def run_fuzz(number: int, seed: int, folder: Path, reaper: Reaper, tell: Callable[[str], None]) -> list[str]:
    """Send so many records to a worker; what is wrong comes back, nothing if all is well."""
    with running_kafka(folder / "kafka", reaper) as kafka, running_workers(folder, reaper) as workers:
        settings = Settings(
            brokers=kafka.bootstrap,
            group="fuzz",
            partitions=PARTITIONS,
            clock="events",
            backlog_checkpoint_seconds=1.0,
            metrics_port=free_port(),
        )
        asyncio.run(ensure_topics(settings, create=True))
        asyncio.run(_publish_catalogue(settings))
        worker = workers.start(settings, REAL)
        worker.wait_until_ready()
        began = time.monotonic()
        sent = asyncio.run(_send(records(number, PARTITIONS, seed), settings))
        tell(f"{sent:,} records sent in {time.monotonic() - began:.0f} s")
        _wait_until_all_is_read(worker, seconds=60 + number / 500)
        tell(f"all read after {time.monotonic() - began:.0f} s")
        if worker.stop() != 0:
            return [f"the worker ended with {worker.process.returncode}:\n{worker.log[-2000:]}"]
        return asyncio.run(_compare(settings, sent, tell))


async def _publish_catalogue(settings: Settings) -> None:
    async with AIOKafkaProducer(**connection(settings)) as producer:
        for entry in ENTRIES:
            await producer.send_and_wait(CATALOGUE, key=entry_key(entry).encode(), value=to_json(entry))


async def _send(drawn: Iterable[Sent], settings: Settings) -> int:
    """Send records in batches of our own making, each partition's in order."""
    sent = 0
    under_way: list[asyncio.Future[Any]] = []
    batches: dict[tuple[str, int], Any] = {}
    async with AIOKafkaProducer(
        **connection(settings), enable_idempotence=True, max_batch_size=BATCH_BYTES, linger_ms=0
    ) as producer:
        for record in drawn:
            home = 0 if record.key is None else partition_of(record.key.decode(errors="replace"), PARTITIONS)
            place = record.topic, home if record.partition is None else record.partition
            parts = {"timestamp": None, "key": record.key, "value": record.value, "headers": record.headers}
            batch = batches.setdefault(place, producer.create_batch())
            if batch.append(**parts) is None:
                under_way.append(await producer.send_batch(batch, place[0], partition=place[1]))
                batches[place] = producer.create_batch()
                batches[place].append(**parts)
            if len(under_way) >= UNCONFIRMED_BATCHES:
                await asyncio.gather(*under_way)
                under_way.clear()
            sent += 1
        for place, batch in batches.items():
            under_way.append(await producer.send_batch(batch, place[0], partition=place[1]))
        await asyncio.gather(*under_way)
    return sent


def _wait_until_all_is_read(worker: WorkerProcess, seconds: float) -> None:
    deadline, quiet_since = time.monotonic() + seconds, None
    while quiet_since is None or time.monotonic() - quiet_since < QUIET_SECONDS:
        assert worker.process.poll() is None, f"the worker ended with {worker.process.returncode}:\n{worker.log}"
        assert time.monotonic() < deadline, f"not all read within {seconds:.0f} s"
        still = worker.metric("abasto_lag_offsets") == 0
        quiet_since = (quiet_since or time.monotonic()) if still else None
        time.sleep(0.2)


async def _compare(settings: Settings, sent: int, tell: Callable[[str], None]) -> list[str]:
    letters: list[DeadLetter] = []
    await _read(settings, DEAD_LETTERS, lambda *it: letters.append(msgspec.json.decode(it[2].value, type=DeadLetter)))
    latest: dict[str, bytes] = {}
    await _read(settings, POSITIONS, lambda *it: latest.update({it[2].key.decode(): it[2].value}))
    log = Log(letters)
    unread = await _unread(settings)
    for topic in INPUTS:
        await _read(settings, topic, log.read)
    differences = list(
        log.differences({key: msgspec.json.decode(value, type=Position) for key, value in latest.items()})
    )
    differences += [f"{place}: {number} offsets were not read" for place, number in unread.items() if number]
    if log.sent != sent:
        differences.append(f"{log.sent:,} records in the log, {sent:,} were sent")
    if len(letters) != len(log.letters):
        differences.append(f"{len(letters) - len(log.letters)} dead letters are there more than once")
    faults = sorted({each.fault for each in letters})
    tell(
        f"{log.sent:,} records: {log.counted:,} events in {len(latest):,} positions, and {len(letters):,} dead letters "
        f"({', '.join(faults)})"
    )
    return differences


async def _unread(settings: Settings) -> dict[str, int]:
    """What the worker has left of each input partition."""
    places = [TopicPartition(topic, number) for topic in INPUTS for number in range(PARTITIONS)]
    reader = bulk_reader(settings, group=settings.group)
    await reader.start()
    try:
        ends = await reader.end_offsets(places)
        return {f"{each.topic}:{each.partition}": ends[each] - (await reader.committed(each) or 0) for each in places}
    finally:
        await reader.stop()


async def _read(settings: Settings, topic: str, take: Callable[[str, int, Any], None]) -> None:
    """Let every committed record of a topic be taken."""
    places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    reader = bulk_reader(settings)
    await reader.start()
    try:
        reader.assign(places)
        ends = await reader.end_offsets(places)
        while any([await reader.position(place) < ends[place] for place in places]):
            for place, found in (await reader.getmany(timeout_ms=100)).items():
                for record in found:
                    take(topic, place.partition, record)
    finally:
        await reader.stop()
