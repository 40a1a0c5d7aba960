"""All that runs in service, each part within reach: two workers, projector, PostgreSQL, and Kafka: one broker behind a
proxy, or three that copy each other."""

import asyncio
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

import store
from abasto.catalogue.load import run_load
from abasto.local.java import find_java
from abasto.local.kafka_jars import kafka_class_path
from abasto.local.kafka_lock import kafka_lock
from abasto.local.programs import free_port
from abasto.local.storage import open_storage
from streams.settings import Settings
from streams.topic_check import ensure_topics
from tests.servers.cluster import KafkaCluster
from tests.servers.kafka import ProxiedKafka
from tests.servers.postgres import PostgresServer, running_postgres
from tests.servers.projector import SupervisedProjector
from tests.servers.proxy import Proxy
from tests.servers.reaper import Reaper
from tests.servers.small_disk import SmallDisk, small_disk
from tests.servers.worker import FAULTY, WorkerProcess, Workers, running_workers

PARTITIONS = 4
BROKER_DISK_MIB = 1024

NAMED, NAMELESS = "named", "nameless"
"""The two workers: one keeps its name over restarts (static membership), the other is a new member each time."""


class Parts(NamedTuple):
    """What is the same whatever Kafka there is."""

    folder: Path
    postgres: PostgresServer
    database: str
    workers: Workers
    reaper: Reaper


class Stack(ABC):
    """The parts but for Kafka, and how each is started again after a fault. Workers and projector reach Kafka at
    `brokers`, the test itself at `direct`."""

    disk: SmallDisk | None = None
    """The broker's, where it can be filled."""

    def __init__(self, brokers: str, direct: str, parts: Parts) -> None:
        self.postgres = parts.postgres
        self.database = parts.database
        self.projector = SupervisedProjector(brokers, parts.database, parts.folder / "projector.log", parts.reaper)
        self.direct = Settings(brokers=direct, group="chaos", partitions=PARTITIONS, clock="events")
        self.database_gone_seconds = 60.0
        self.clock_file = parts.folder / "clock"
        self.clock_file.write_text("0")
        self._brokers = brokers
        self._workers = parts.workers
        self._running: dict[str, WorkerProcess] = {}

    def start_worker(self, name: str, **hooks: str) -> WorkerProcess:
        """Start a worker; `hooks` are those of `tests.workers.hooks`."""
        settings = msgspec.structs.replace(
            self.direct,
            brokers=self._brokers,
            instance=name if name == NAMED else None,
            checkpoint_seconds=0.1,
            backlog_checkpoint_seconds=0.3,
            metrics_port=free_port(),
        )
        worker = self._workers.start(settings, FAULTY, CLOCK_FILE=str(self.clock_file), **hooks)
        self._running[name] = worker
        return worker

    def worker(self, name: str) -> WorkerProcess:
        """The worker that last had a name, running or not."""
        return self._running[name]

    def forget(self, name: str) -> None:
        """This worker is not started again."""
        del self._running[name]

    def revive(self) -> None:
        """Start again what ended, as a supervisor does."""
        self.revive_kafka()
        for name, worker in list(self._running.items()):
            if worker.process.poll() is not None:
                self.start_worker(name)
        self.projector.revive()

    @abstractmethod
    def revive_kafka(self) -> None:
        """Start again the brokers that ended."""


class OneBroker(Stack):
    """One broker, that workers and projector reach through a proxy."""

    def __init__(self, kafka: ProxiedKafka, proxy: Proxy, disk: SmallDisk | None, parts: Parts) -> None:
        super().__init__(f"127.0.0.1:{proxy.port}", kafka.bootstrap, parts)
        self.kafka = kafka
        self.proxy = proxy
        self.disk = disk

    def revive_kafka(self) -> None:
        if not self.kafka.is_running:
            self.kafka.start()


class ThreeBrokers(Stack):
    """Three brokers, of which two are enough."""

    def __init__(self, kafka: KafkaCluster, parts: Parts) -> None:
        super().__init__(kafka.bootstrap, kafka.bootstrap, parts)
        self.kafka = kafka

    def revive_kafka(self) -> None:
        self.kafka.start()


@contextmanager
def one_broker(folder: Path, reaper: Reaper) -> Iterator[OneBroker]:
    """A stack on one broker, empty but for its topics and tables."""
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(folder / "small disk", BROKER_DISK_MIB))
        proxy_port, server_port = free_port(), free_port()
        proxy = stack.enter_context(Proxy(proxy_port, server_port).running())
        kafka = ProxiedKafka(folder / "broker", proxy_port, server_port)
        reaper.watch_kafka(folder / "broker")
        stack.callback(kafka.stop)
        if disk is not None:
            _lay_data_on(disk, kafka)
        kafka.start()
        service = OneBroker(kafka, proxy, disk, stack.enter_context(_parts(folder, reaper)))
        stack.callback(service.projector.kill)
        yield service


@contextmanager
def three_brokers(folder: Path, reaper: Reaper) -> Iterator[ThreeBrokers]:
    """A stack on three brokers, empty but for its topics and tables."""
    with ExitStack() as stack:
        kafka = KafkaCluster(folder, reaper)
        stack.callback(kafka.stop)
        kafka.start()
        service = ThreeBrokers(kafka, stack.enter_context(_parts(folder, reaper)))
        stack.callback(service.projector.kill)
        yield service


@contextmanager
def _parts(folder: Path, reaper: Reaper) -> Iterator[Parts]:
    with (
        running_postgres(reaper) as postgres,
        postgres.database() as database,
        running_workers(folder, reaper) as workers,
    ):
        yield Parts(folder, postgres, database, workers, reaper)


def _lay_data_on(disk: SmallDisk, kafka: ProxiedKafka) -> None:
    """The broker's data, and not its log: what it says about a full disk must be read afterwards."""
    kafka.folder.mkdir(parents=True)
    open_storage(kafka.folder, kafka_lock().version, find_java(), kafka_class_path())
    data = kafka.folder / "data"
    shutil.move(data, disk.folder / "data")
    data.symlink_to(disk.folder / "data")


def furnish(stack: Stack, catalogue: Path) -> None:
    """Make topics and tables, and load the catalogue; then start what counts."""
    asyncio.run(ensure_topics(stack.direct, create=True))
    run_load(catalogue, broker=stack.direct.brokers, replace=False, as_json=True)
    store.migrate(stack.database)
    for name in (NAMED, NAMELESS):
        stack.start_worker(name)
    stack.projector.start()
