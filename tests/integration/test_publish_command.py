"""`abasto publish` on a real Kafka: what the broker stores of it, a topic that somebody enlarged, and a broker lost."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from aiokafka.admin import NewPartitions
from typer.testing import CliRunner

from abasto.cli import app
from abasto.feed.records import RECORD_BYTES
from schemas.channels import CONSUMPTION, INVENTORY
from streams.clients import admin
from streams.settings import Settings
from streams.topic_check import ensure_topics
from tests.events import dispensed
from tests.integration.engine.topics import read_topic
from tests.servers.batches import stored_batches
from tests.servers.kafka import KafkaServer

pytestmark = pytest.mark.integration

LOST_WITHIN_SECONDS = 120
"""More than `CONFIRMED_WITHIN_SECONDS` and `STOPPED_WITHIN_SECONDS` together."""


async def enlarge(settings: Settings, topic: str, partitions: int) -> None:
    client = admin(settings)
    await client.start()
    try:
        await client.create_partitions({topic: NewPartitions(partitions)})
    finally:
        await client.close()


def test_what_is_sent_is_stored_once_and_nothing_goes_to_a_partition_that_no_shard_reads(
    own_kafka: Callable[[], KafkaServer], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("ABASTO_PARTITIONS", raising=False)
    kafka = own_kafka()
    settings = Settings(brokers=kafka.bootstrap, partitions=2)
    asyncio.run(ensure_topics(settings, create=True))
    events = tmp_path / "events.jsonl"
    events.write_bytes(msgspec.json.encode(dispensed(1, "2026-01-05 10:00")))
    publish = ["publish", str(events), "--broker", settings.brokers]
    published = CliRunner().invoke(app, publish)
    assert published.exit_code == 0, published.output
    before = asyncio.run(read_topic(settings, CONSUMPTION))
    assert len(before) == 1
    batches = [
        batch for partition in range(settings.partitions) for batch in stored_batches(kafka, CONSUMPTION, partition)
    ]
    assert [(batch.records, batch.base_sequence) for batch in batches] == [(1, 0)]
    assert batches[0].producer_id >= 0, "not idempotent: an attempt that is repeated may write events twice"

    events.write_bytes(b"x" * RECORD_BYTES)
    largest = CliRunner().invoke(app, [*publish, "--raw-bad"])
    assert largest.exit_code == 0, largest.output
    assert [len(value) for _, _, value in asyncio.run(read_topic(settings, INVENTORY))] == [RECORD_BYTES]

    events.write_bytes(msgspec.json.encode(dispensed(1, "2026-01-05 10:00")))
    asyncio.run(enlarge(settings, CONSUMPTION, 3))
    refused = CliRunner().invoke(app, publish)
    assert refused.exit_code == 1
    assert f"{CONSUMPTION} has 3 partitions, expected 2 as the other input topics have" in refused.output
    assert asyncio.run(read_topic(msgspec.structs.replace(settings, partitions=3), CONSUMPTION)) == before


def test_a_broker_that_goes_while_a_file_is_published_leaves_a_line_to_go_on_from(
    own_kafka: Callable[[], KafkaServer], tmp_path: Path
) -> None:
    kafka = own_kafka()
    settings = Settings(brokers=kafka.bootstrap, partitions=2)
    asyncio.run(ensure_topics(settings, create=True))
    events = tmp_path / "events.jsonl"
    events.write_bytes(
        b"".join(msgspec.json.encode(dispensed(number, "2026-01-05 10:00")) + b"\n" for number in range(1, 60_001))
    )
    publish = [sys.executable, "-m", "abasto", "publish", str(events), "--broker", kafka.bootstrap]
    with subprocess.Popen([*publish, "--rate", "2000"], stderr=subprocess.PIPE, text=True) as publishing:
        try:
            while len(asyncio.run(read_topic(settings, CONSUMPTION))) < 1000:
                assert publishing.poll() is None
            kafka.kill()
            _, told = publishing.communicate(timeout=LOST_WITHIN_SECONDS)
        finally:
            publishing.kill()
    assert publishing.returncode == 1
    assert "never retrieved" not in told
    lost = re.search(r"([\d,]+) of 60,000 records are confirmed, among them all before line (\d+) of", told)
    assert lost, told
    confirmed, line = int(lost[1].replace(",", "")), int(lost[2])
    assert f"--from-line {line}" in told
    kafka.start()
    stored = {msgspec.json.decode(value)["id"] for _, _, value in asyncio.run(read_topic(settings, CONSUMPTION))}
    assert len(stored) >= confirmed >= 1000
    before = [msgspec.json.decode(each)["id"] for each in events.read_bytes().splitlines()[: line - 1]]
    assert stored >= set(before)
    rest = subprocess.run([*publish, "--from-line", str(line)], check=False, capture_output=True, text=True, timeout=60)
    assert rest.returncode == 0, rest.stderr
    assert len({value for _, _, value in asyncio.run(read_topic(settings, CONSUMPTION))}) == 60_000
