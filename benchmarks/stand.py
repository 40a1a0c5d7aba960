"""A service to measure: real Kafka, workers with compiled rules, a projector and its database, on one machine."""

import argparse
import asyncio
import datetime as dt
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, Literal

import msgspec
import psutil  # type: ignore[import-untyped]  # psutil has no annotations, and no stubs among our dependencies

import store
from abasto.catalogue.load import run_load
from abasto.feed.records import Record
from abasto.local.broker import LocalKafka
from abasto.local.programs import free_port
from benchmarks.workload import SOURCE, codes, write_network
from schemas.channels import CONSUMPTION, INVENTORY, position_key
from streams.settings import Settings
from streams.topic_check import ensure_topics
from tests.servers.postgres import running_postgres
from tests.servers.reaper import Reaper

ROOT: Final = Path(__file__).parents[1]
PARTITIONS: Final = 8
LIMIT_SECONDS: Final = 600.0

Database = Literal["sqlite", "postgresql"]


def options(doc: str | None) -> argparse.ArgumentParser:
    """What every measure of a service takes: whether its rules are compiled."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plain", action="store_true", help="the rules in plain Python")
    return parser


@contextmanager
def beside(work: Callable[..., None], *taken: object) -> Iterator[multiprocessing.process.BaseProcess]:
    """A function at work in a program of its own, at the latest until the block ends."""
    program = multiprocessing.get_context("spawn").Process(target=work, args=taken, daemon=True)
    program.start()
    try:
        yield program
    finally:
        program.kill()


class Process:
    """A program of the service, its log in a file."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path, rooms: Path, reaper: Reaper) -> None:
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command, env=os.environ | environment, stdout=output, stderr=output, cwd=rooms
            )
        reaper.watch_process(self._process.pid)

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text()

    @property
    def memory_bytes(self) -> int:
        """What it holds of the machine's memory."""
        return int(psutil.Process(self._process.pid).memory_info().rss)

    @property
    def cpu_seconds(self) -> float:
        """What it used of the processors so far."""
        return float(sum(psutil.Process(self._process.pid).cpu_times()[:2]))

    def await_sentence(self, sentence: str) -> "re.Match[str]":
        """Return when its log holds a pattern."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while (found := re.search(sentence, self.log)) is None:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"it ended or is too slow to say {sentence!r}:\n{self.log[-2000:]}")
            time.sleep(0.01)
        return found

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(LIMIT_SECONDS)


class Stand:
    """The parts of the service in a folder; they end with `standing`."""

    def __init__(
        self, folder: Path, kafka: LocalKafka, database: str, rooms: Path, reaper: Reaper, partitions: int = PARTITIONS
    ) -> None:
        self.folder = folder
        self.kafka = kafka
        self.database = database
        self.settings = Settings(brokers=kafka.bootstrap, group="stand", partitions=partitions)
        self.started: list[Process] = []
        self._rooms = rooms
        self._reaper = reaper

    @property
    def broker_cpu_seconds(self) -> float:
        """What the broker used of the processors so far."""
        record = self.kafka.record
        return 0.0 if record is None else float(sum(psutil.Process(record.pid).cpu_times()[:2]))

    @property
    def broker_memory_bytes(self) -> float:
        """What the broker holds of the machine's memory."""
        record = self.kafka.record
        return 0.0 if record is None else float(psutil.Process(record.pid).memory_info().rss)

    def publish(self, events: Path) -> None:
        """Send a file of events."""
        settings = {"ABASTO_BROKERS": self.settings.brokers, "ABASTO_PARTITIONS": str(self.settings.partitions)}
        subprocess.run(
            [sys.executable, "-m", "abasto", "publish", str(events)],
            env=os.environ | settings,
            cwd=ROOT,
            check=True,
            capture_output=True,
        )

    def worker(self, **settings: str) -> Process:
        """Start a worker; `settings` are those of its environment, in small letters and without their prefix."""
        chosen = {
            "brokers": self.settings.brokers,
            "group": "stand",
            "partitions": str(self.settings.partitions),
            "metrics_port": "0",
        }
        environment = {f"ABASTO_{name.upper()}": value for name, value in (chosen | settings).items()}
        return self._start("worker", [sys.executable, "-m", "agents.worker"], environment)

    def projector(self) -> Process:
        """Start a projector."""
        environment = {
            "ABASTO_BROKERS": self.settings.brokers,
            "ABASTO_DATABASE": self.database,
            "ABASTO_PROJECTOR_METRICS_PORT": str(free_port()),
        }
        return self._start("projector", [sys.executable, "-m", "abasto", "projector"], environment)

    def _start(self, name: str, command: list[str], environment: dict[str, str]) -> Process:
        log = self.folder / f"{name} {len(self.started)}.log"
        process = Process(command, environment, log, self._rooms, self._reaper)
        self.started.append(process)
        return process


@contextmanager
def standing(
    folder: Path, positions: int, database: Database, *, plain: bool, partitions: int = PARTITIONS
) -> Iterator[Stand]:
    """A service without workers and projector yet, whose catalogue knows a network of so many positions."""
    with ExitStack() as stack:
        reaper = stack.enter_context(Reaper())
        reaper.watch_kafka(folder)
        kafka = stack.enter_context(LocalKafka(folder, 0))
        address = f"sqlite:///{folder}/abasto.db"
        if database == "postgresql":
            address = stack.enter_context(stack.enter_context(running_postgres(reaper)).database())
        stand = Stand(folder, kafka, address, ROOT if plain else ROOT / "build" / "compiled", reaper, partitions)
        asyncio.run(ensure_topics(stand.settings, create=True))
        write_network(folder / "catalogue", positions)
        run_load(folder / "catalogue", broker=kafka.bootstrap, replace=False, as_json=True)
        store.migrate(address)
        try:
            yield stand
        finally:
            for process in stand.started:
                process.kill()


def counts(positions: int, at: dt.datetime) -> Iterator[Record]:
    """One count of each position of the network."""
    facilities, items = codes(positions)
    for facility in facilities:
        for item in items:
            yield record(INVENTORY, facility, item, at, f"c{facility}{item}", type="stock.counted", quantity=900_000)


def dispensings(positions: int, number: int) -> Iterator[Record]:
    """Without end: one piece dispensed of one position after the other, each just now. `number` tells streams of them
    apart."""
    facilities, items = codes(positions)
    count = 0
    while True:
        for item in items:
            for facility in facilities:
                count += 1
                now = dt.datetime.now(dt.UTC)
                yield record(CONSUMPTION, facility, item, now, f"d{number}-{count}", type="stock.dispensed", quantity=1)


def record(topic: str, facility: str, item: str, at: dt.datetime, name: str, **content: object) -> Record:
    """An event on its way."""
    whole = {"id": name, "source": SOURCE, "time": at.isoformat(), "facility": facility, "item": item, **content}
    return Record(topic, position_key(facility, item).encode(), msgspec.json.encode(whole), at)
