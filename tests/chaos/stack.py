"""All that runs in service, each part within reach: two workers, projector, PostgreSQL, and a broker behind a proxy."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

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


class Stack:
    """The parts, and how each is started again after a fault."""

    def __init__(
        self,
        folder: Path,
        kafka: ProxiedKafka,
        proxy: Proxy,
        disk: SmallDisk | None,
        postgres: PostgresServer,
        projector: SupervisedProjector,
        workers: Workers,
    ) -> None:
        self.kafka = kafka
        self.proxy = proxy
        self.disk = disk
        self.postgres = postgres
        self.projector = projector
        self.direct = Settings(brokers=kafka.bootstrap, group="chaos", partitions=PARTITIONS, clock="events")
        self.database_gone_seconds = 60.0
        self.clock_file = folder / "clock"
        self.clock_file.write_text("0")
        self._workers = workers
        self._running: dict[str, WorkerProcess] = {}

    def start_worker(self, name: str, **hooks: str) -> WorkerProcess:
        """Start a worker; `hooks` are those of `tests.workers.hooks`."""
        settings = msgspec.structs.replace(
            self.direct,
            brokers=f"127.0.0.1:{self.proxy.port}",
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
        if not self.kafka.is_running:
            self.kafka.start()
        for name, worker in list(self._running.items()):
            if worker.process.poll() is not None:
                self.start_worker(name)
        self.projector.revive()


@contextmanager
def running_stack(folder: Path, reaper: Reaper) -> Iterator[tuple[Stack, str]]:
    """The stack, empty but for its topics and tables, and the address of its database."""
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
        postgres = stack.enter_context(running_postgres(reaper))
        database = stack.enter_context(postgres.database())
        projector = SupervisedProjector(f"127.0.0.1:{proxy_port}", database, folder / "projector.log", reaper)
        stack.callback(projector.kill)
        workers = stack.enter_context(running_workers(folder, reaper))
        yield Stack(folder, kafka, proxy, disk, postgres, projector, workers), database


def _lay_data_on(disk: SmallDisk, kafka: ProxiedKafka) -> None:
    """The broker's data, and not its log: what it says about a full disk must be read afterwards."""
    kafka.folder.mkdir(parents=True)
    open_storage(kafka.folder, kafka_lock().version, find_java(), kafka_class_path())
    data = kafka.folder / "data"
    shutil.move(data, disk.folder / "data")
    data.symlink_to(disk.folder / "data")


def furnish(stack: Stack, catalogue: Path, database: str) -> None:
    """Make topics and tables, and load the catalogue; then start what counts."""
    asyncio.run(ensure_topics(stack.direct, create=True))
    run_load(catalogue, broker=stack.direct.brokers, replace=False, as_json=True)
    store.migrate(database)
    for name in (NAMED, NAMELESS):
        stack.start_worker(name)
    stack.projector.start()
