"""How fast the projector fills each database from a real Kafka, and how long a rebuild takes.

    .venv/bin/python -m benchmarks.projector [--positions 15000] [--rounds 4]

Publishes every position once with 15 months (the first load), then again and again with one month changed (what
service does), in transactions as the engine does. For SQLite and PostgreSQL it prints positions a second from Kafka
to committed, the CPU microseconds of the projector's own process for one position, and the rate of the database
transactions alone. Broker, database and projector share the machine.
"""

import argparse
import datetime as dt
import resource
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

import msgspec
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.admin import NewTopic  # type: ignore[attr-defined]  # kafka-python lists no exports
from kafka.consumer.fetcher import ConsumerRecord
from sqlalchemy import Engine

import store
from abasto.local.broker import LocalKafka
from schemas.channels import ALERTS, CATALOGUE, DEAD_LETTERS, POSITIONS, position_key
from schemas.positions import Position
from store.database import open_engine
from store.metrics import ProjectorMetrics
from store.patience import Patience
from store.projections import PROJECTIONS
from store.projector import Projector
from store.reader import TopicReader
from store.rebuild import rebuild
from store.service import tune
from store.settings import StoreSettings
from tests.builders import NOON, due, month, months, position
from tests.servers.postgres import running_postgres
from tests.servers.reaper import Reaper

PARTITIONS = 8
MONTHS = 15
ITEMS_IN_A_FACILITY = 150
IN_A_TRANSACTION = 5_000


class StoppingReader(TopicReader):
    """Sets `stop` once everything was read."""

    def __init__(self, settings: StoreSettings, stop: threading.Event) -> None:
        super().__init__(settings, PROJECTIONS)
        self._stop = stop
        self._followed: list[TopicPartition] = []
        self.read_all_at = 0.0

    def follow(self, positions: Mapping[TopicPartition, int]) -> None:
        super().follow(positions)
        self._followed = list(positions)

    def poll(self) -> dict[TopicPartition, list[ConsumerRecord]]:
        started = time.perf_counter()
        records = super().poll()
        ends = {} if records else self.ends(self._followed) or {}
        if ends and all(self.position(partition) >= end for partition, end in ends.items()):
            self.read_all_at = started
            self._stop.set()
        return records


def published(count: int, version: int) -> list[Position]:
    """Every position in one version: one month differs between two versions."""
    before = months("2026-02", MONTHS - 1)
    coming = (due(10, NOON.date() + dt.timedelta(days=5)), due(20, NOON.date() + dt.timedelta(days=25), order="P-2"))
    return [
        position(
            facility=f"DFIMS{number // ITEMS_IN_A_FACILITY:06d}",
            item=f"010.000.{number % ITEMS_IN_A_FACILITY:04d}.00",
            version=version,
            on_hand=100 + version,
            shown=(*before, month("2026-03", 10 + version)),
            due=coming,
            due_quantity=30,
        )
        for number in range(count)
    ]


def publish(producer: KafkaProducer, positions: list[Position]) -> int:
    """Publishes and returns the bytes of one position."""
    for start in range(0, len(positions), IN_A_TRANSACTION):
        producer.begin_transaction()
        for each in positions[start : start + IN_A_TRANSACTION]:
            producer.send(
                POSITIONS, key=position_key(each.facility, each.item).encode(), value=msgspec.json.encode(each)
            )
        producer.commit_transaction()
    return len(msgspec.json.encode(positions[0]))


def project(settings: StoreSettings, engine: Engine) -> tuple[float, float, float]:
    """Projects to the end; seconds until the last batch was written, CPU seconds, and seconds in the database."""
    stop = threading.Event()
    reader = StoppingReader(settings, stop)
    metrics = ProjectorMetrics()
    projector = Projector(settings, engine, reader, Patience(10, stop), metrics)
    started, used = time.perf_counter(), cpu_s()
    projector.run()
    seconds, cpu = reader.read_all_at - started, cpu_s() - used
    reader.close()
    written = metrics.registry.get_sample_value("abasto_projector_batch_seconds_sum") or 0.0
    return seconds, cpu, written


def cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure(name: str, address: str, bootstrap: str, count: int, rounds: int) -> None:
    store.migrate(address)
    settings = StoreSettings(brokers=bootstrap, database=address)
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics(
        [NewTopic(CATALOGUE, 1, 1)] + [NewTopic(topic, PARTITIONS, 1) for topic in (POSITIONS, ALERTS, DEAD_LETTERS)]
    )
    producer = KafkaProducer(
        bootstrap_servers=bootstrap, transactional_id=uuid.uuid4().hex, batch_size=500_000, linger_ms=20
    )
    producer.init_transactions()
    # One for all rounds, as in service: a connection remembers what it wrote.
    engine = open_engine(address, read_again=True)
    for version in range(1, rounds + 1):
        size = publish(producer, published(count, version))
        seconds, cpu, written = project(settings, engine)
        what = "first load" if version == 1 else "updates   "
        print(
            f"{name:<11} {what} {count / seconds:>8,.0f} positions/s  {cpu / count * 1e6:>5.0f} us CPU each"
            f"  ({size:,} bytes; the database alone {count / written:,.0f}/s)"
        )
    engine.dispose()
    started = time.perf_counter()
    rebuilt = rebuild(settings)
    print(f"{name:<11} rebuild    {time.perf_counter() - started:>8.1f} s from {rebuilt.records:,} records")
    producer.close()
    admin.delete_topics(list(PROJECTIONS))
    while set(admin.list_topics()) & set(PROJECTIONS):
        time.sleep(0.1)
    admin.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--positions", type=int, default=15_000)
    parser.add_argument("--rounds", type=int, default=4, help="versions of every position")
    chosen = parser.parse_args()
    tune()
    with tempfile.TemporaryDirectory() as folder, Reaper() as reaper, LocalKafka(Path(folder) / "kafka", 0) as kafka:
        reaper.watch_kafka(Path(folder) / "kafka")
        sqlite = f"sqlite:///{folder}/abasto.db"
        measure("SQLite", sqlite, kafka.bootstrap, chosen.positions, chosen.rounds)
        with running_postgres(reaper) as postgres, postgres.database() as address:
            measure("PostgreSQL", address, kafka.bootstrap, chosen.positions, chosen.rounds)


if __name__ == "__main__":
    main()
