"""What upstream systems may put on the input topics: transactions, gaps, bad and misplaced records."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.util import calc_crc32c

from schemas.catalogue import CatalogueEntry, Facility, Item, entry_key
from schemas.channels import CATALOGUE, CONSUMPTION, DEAD_LETTERS, INVENTORY, POSITIONS, position_key
from schemas.dead_letters import DeadLetter
from schemas.positions import Position
from streams.clients import connection
from streams.partitioning import partition_of
from streams.settings import Settings
from tests.fakes.records import dispensed
from tests.integration.engine.topics import load, publish, read_topic, wait_until_counted
from tests.servers.worker import REAL, Workers

pytestmark = pytest.mark.integration

HOSPITAL = Facility(facility="DFIMS000001", name="Hospital Siglo XXI", kind="hospital")
ITEM = Item(item="010.000.0001.00", name="Cisplatino", oncology=True)


async def test_aborted_transactions_and_markers_are_no_gap(settings: Settings, workers: Workers) -> None:
    """The publisher's transactions leave markers, and aborted records that must not count."""
    worker = workers.start(settings)
    events = load(2_000)
    producer = AIOKafkaProducer(**connection(settings), transactional_id="publisher", linger_ms=2)
    await producer.start()
    for part in range(20):
        chosen = events[part * 100 : part * 100 + 100]
        for commit in (False, True):
            await producer.begin_transaction()
            for event in chosen:
                key = position_key(event.facility, event.item)
                await producer.send(
                    CONSUMPTION,
                    key=key.encode(),
                    value=msgspec.json.encode(event),
                    partition=partition_of(key, settings.partitions),
                )
            await (producer.commit_transaction() if commit else producer.abort_transaction())
    # The last thing on the log is an aborted transaction: nothing to count, and still all is read.
    await producer.begin_transaction()
    await producer.send_and_wait(CONSUMPTION, key=b"x", value=b"never", partition=0)
    await producer.abort_transaction()
    await producer.stop()
    await wait_until_counted(settings, events)
    await asyncio.to_thread(worker.wait_for_metric, "abasto_lag_offsets", 0)
    assert worker.stop() == 0
    again = workers.start(settings)
    await publish(settings, load(100, first=2_000))
    await wait_until_counted(settings, load(2_100))
    assert again.stop() == 0


@pytest.mark.parametrize("compression", ["gzip", "snappy", "lz4", "zstd"])
async def test_publishers_may_compress(settings: Settings, workers: Workers, compression: str) -> None:
    events = load(500)
    workers.start(settings)
    await publish(settings, events, compression=compression)
    await wait_until_counted(settings, events)


async def test_every_second_record_is_bad_and_the_others_count(settings: Settings, workers: Workers) -> None:
    await put_catalogue(settings, HOSPITAL, ITEM)
    worker = workers.start(settings, REAL)
    records: list[tuple[bytes | None, bytes | None]] = []
    for number in range(200):
        good = dispensed(number)
        records += [(KEY, msgspec.json.encode(good)), (KEY, BAD[number % len(BAD)])]
    await send(settings, records)
    letters = await wait_for_letters(settings, 200)
    assert [letter.value for letter in letters] == [BAD[number % len(BAD)] for number in range(200)]
    assert {letter.offset % 2 for letter in letters} == {1}
    (position,) = await positions(settings)
    assert sum(month.dispensed for month in position.months) == 200
    assert worker.process.poll() is None


async def test_a_header_name_that_is_no_text_stops_nothing(
    settings: Settings, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No client of ours can send one: the finished batch is changed before it goes out."""
    build: Any = BatchBuilder._build

    def build_with_bad_name(self: BatchBuilder) -> bytes:
        batch = bytearray(bytes(build(self)).replace(b"BAD!", b"\xff\xfe!!"))
        batch[17:21] = calc_crc32c(batch[21:]).to_bytes(4, "big")
        return bytes(batch)

    monkeypatch.setattr(BatchBuilder, "_build", build_with_bad_name)
    worker = workers.start(settings)
    events = load(10)
    producer = AIOKafkaProducer(**connection(settings))
    await producer.start()
    for event in events:
        key = position_key(event.facility, event.item)
        await producer.send_and_wait(
            CONSUMPTION,
            key=key.encode(),
            value=msgspec.json.encode(event),
            partition=partition_of(key, settings.partitions),
            headers=[("BAD!", b"x")],
        )
    await producer.stop()
    await wait_until_counted(settings, events)
    assert worker.process.poll() is None


async def test_a_record_of_a_megabyte_becomes_a_dead_letter_whole(settings: Settings, workers: Workers) -> None:
    await put_catalogue(settings, HOSPITAL, ITEM)
    worker = workers.start(settings, REAL)
    huge = b"\xff" * (1_048_588 - 200)
    await send(settings, [(KEY, huge), (KEY, msgspec.json.encode(dispensed(1)))])
    (letter,) = await wait_for_letters(settings, 1)
    assert (letter.fault, letter.value) == ("oversize", huge)
    assert len(await positions(settings)) == 1
    assert worker.process.poll() is None


async def test_an_event_without_a_key_is_counted_where_its_position_is(settings: Settings, workers: Workers) -> None:
    """A publisher that sets no key puts events on any partition; they are sent on, once."""
    await put_catalogue(settings, HOSPITAL, ITEM)
    worker = workers.start(settings, REAL)
    home = partition_of(KEY.decode(), settings.partitions)
    for number in range(50):
        typed = msgspec.structs.replace(dispensed(number), item="0100000001 00", facility=" dfims000001")
        await send(settings, [(None, msgspec.json.encode(typed))], partition=number % 2)
    await asyncio.to_thread(worker.wait_for_metric, "abasto_events_total", 75)
    await asyncio.sleep(1)
    (partition, _, _) = (await read_topic(settings, POSITIONS))[-1]
    (position,) = await positions(settings)
    assert partition == home
    assert sum(month.dispensed for month in position.months) == 50


async def test_a_change_of_the_catalogue_takes_effect_without_a_restart(settings: Settings, workers: Workers) -> None:
    await put_catalogue(settings, HOSPITAL)
    worker = workers.start(settings, REAL)
    await send(settings, [(KEY, msgspec.json.encode(dispensed(1)))])
    (letter,) = await wait_for_letters(settings, 1)
    assert letter.fault == "unknown_item"
    await put_catalogue(settings, ITEM)
    await asyncio.to_thread(worker.wait_for_metric, "abasto_catalogue_entries", 2)
    await send(settings, [(letter.key, letter.value)])
    await asyncio.to_thread(worker.wait_for_metric, "abasto_events_total", 1)


async def test_an_event_on_the_wrong_topic_is_a_dead_letter(settings: Settings, workers: Workers) -> None:
    await put_catalogue(settings, HOSPITAL, ITEM)
    workers.start(settings, REAL)
    await send(settings, [(KEY, msgspec.json.encode(dispensed(1)))], topic=INVENTORY)
    (letter,) = await wait_for_letters(settings, 1)
    assert (letter.fault, letter.number) == ("wrong_topic", f"{INVENTORY}:0:0")


KEY = position_key(HOSPITAL.facility, ITEM.item).encode()


def _changed(**changes: object) -> bytes:
    plain = msgspec.to_builtins(dispensed(9_999)) | {"type": "stock.dispensed"} | changes
    return msgspec.json.encode(plain)


BAD = (
    b"\xff\x00\xfe",
    b"{",
    _changed(type="stock.eaten"),
    _changed(time="2026-06-21T12:00:00"),
    _changed(time="2099-06-21T12:00:00Z"),
    _changed(quantity=-3),
    _changed(quantity=10**12),
    _changed(facility="DFIMS999999"),
    _changed(item="010.000.9999.00"),
)
"""One record for each fault that an upstream system may make."""


async def put_catalogue(settings: Settings, *entries: CatalogueEntry) -> None:
    producer = AIOKafkaProducer(**connection(settings))
    await producer.start()
    for entry in entries:
        await producer.send_and_wait(CATALOGUE, key=entry_key(entry).encode(), value=msgspec.json.encode(entry))
    await producer.stop()


async def send(
    settings: Settings,
    records: Sequence[tuple[bytes | None, bytes | None]],
    *,
    topic: str = CONSUMPTION,
    partition: int | None = None,
) -> None:
    home = partition_of(KEY.decode(), settings.partitions)
    producer = AIOKafkaProducer(**connection(settings), max_request_size=2 << 20)
    await producer.start()
    for key, value in records:
        await producer.send(topic, key=key, value=value, partition=home if partition is None else partition)
    await producer.stop()


async def wait_for_letters(settings: Settings, number: int) -> list[DeadLetter]:
    deadline = time.monotonic() + 30
    while len(letters := await read_topic(settings, DEAD_LETTERS)) < number:
        assert time.monotonic() < deadline, f"{len(letters)} of {number} dead letters"
        await asyncio.sleep(0.2)
    assert len(letters) == number
    return [msgspec.json.decode(value, type=DeadLetter) for _, _, value in letters]


async def positions(settings: Settings) -> list[Position]:
    latest = {key: value for _, key, value in await read_topic(settings, POSITIONS)}
    return [msgspec.json.decode(value, type=Position) for value in latest.values()]
