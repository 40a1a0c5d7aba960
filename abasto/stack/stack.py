"""The stack in one terminal: start everything in order, keep it running, end everything in order."""

import asyncio
import os
import shutil
import time
from collections import deque
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from rich.console import Console

from abasto.local.broker import LocalKafka
from abasto.local.errors import PortInUseError
from abasto.stack.child import Child
from abasto.stack.metrics_ports import require_free_metrics_ports
from abasto.stack.wish_to_end import WishToEnd
from abasto.terminal import Failure

GRACE_SECONDS = 15.0
"""A worker ends within 10 s of being asked, its last checkpoint included."""

RESTART_PAUSE_SECONDS = 1.0
RESTARTS_ALLOWED = 3
RESTART_WINDOW_SECONDS = 60.0
LONG_PAUSE_SECONDS = 20.0
"""A program that ends more often than this in a minute is not mended by starting it at once. What is at fault, a full
disk or a database that is away, may be over later; until then Kafka goes on taking events."""

REFUSED = 2
"""The exit code of a program that refused to start: as it is, it would refuse again."""

WATCH_SECONDS = 0.2

PORT_PATIENCE_SECONDS = 30.0
"""How long the port of a Kafka that ended may be somebody else's. Systems lend free ports to outgoing connections, a
client's look for Kafka itself among them; those are over in a moment, another server is not."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to run, and where its data lie. `broker` and `database` name existing ones instead of local ones."""

    folder: Path
    broker: str | None
    kafka_port: int
    database: str | None
    workers: int
    metrics: bool

    @property
    def database_address(self) -> str:
        """The read model's address: a file in the folder unless another is named."""
        return self.database or f"sqlite:///{self.folder / 'abasto.db'}"


class Restarts:
    """When a program ended, to know how soon it is of use to start it again."""

    def __init__(self) -> None:
        self._at: deque[float] = deque(maxlen=RESTARTS_ALLOWED + 1)

    def one_too_many(self) -> bool:
        """Note one more; whether it ended too often within a short time."""
        now = time.monotonic()
        self._at.append(now)
        return len(self._at) > RESTARTS_ALLOWED and now - self._at[0] < RESTART_WINDOW_SECONDS


@dataclass
class _Watched:
    child: Child
    restarts: Restarts = field(default_factory=Restarts)
    start_at: float | None = None


class Stack:
    """A context manager: inside it Kafka answers, the topics and the database are ready; `run` starts the programs.

    Raises a `Failure` or `LocalKafkaError` that says what to do; whatever was started by then is ended.
    """

    def __init__(self, plan: Plan, console: Console) -> None:
        self.plan = plan
        self._console = console
        self._kafka = None if plan.broker else LocalKafka(plan.folder, plan.kafka_port, console=console)
        self._watched: list[_Watched] = []
        self._kafka_restarts = Restarts()
        self.wish_to_end = WishToEnd()

    @property
    def broker(self) -> str:
        """`host:port` of Kafka."""
        return self.plan.broker or (self._kafka.bootstrap if self._kafka else "")

    @property
    def environment(self) -> dict[str, str]:
        """The settings that every program of the stack runs with."""
        return {"ABASTO_BROKERS": self.broker, "ABASTO_DATABASE": self.plan.database_address}

    def __enter__(self) -> Self:
        self.wish_to_end.listen()
        try:
            self._prepare()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _prepare(self) -> None:
        if self.plan.metrics:
            require_free_metrics_ports()
        self.plan.folder.mkdir(parents=True, exist_ok=True)
        if self._kafka is not None:
            self._kafka.start()
            self._console.print(f"Kafka answers on {self.broker}")
        os.environ.update(self.environment)
        self._make_topics_and_tables()

    def _make_topics_and_tables(self) -> None:
        from store.database import migrate
        from streams.faults import BrokerUnreachable, WrongSetting, WrongTopics
        from streams.settings import Settings
        from streams.topic_check import ensure_topics

        try:
            with self.interruptible():
                created = asyncio.run(ensure_topics(Settings.from_environment(), create=True))
        except (WrongTopics, BrokerUnreachable, WrongSetting) as fault:
            raise Failure(str(fault)) from fault
        if created:
            self._console.print(f"Created {len(created)} topics")
        migrate(self.plan.database_address)

    def begin_anew(self) -> None:
        """Forget everything in the folder's Kafka and database, before any program of the stack was started.

        Raises:
            Failure: Kafka or the database is not the folder's own.
        """
        if self._kafka is None or self.plan.database is not None:
            raise Failure("what lies in a Kafka or a database of your own is not removed; begin with empty ones")
        self._kafka.stop()
        shutil.rmtree(self.plan.folder / "kafka" / "data", ignore_errors=True)
        for file in self.plan.folder.glob("abasto.db*"):
            file.unlink()
        self._kafka.start()
        self._make_topics_and_tables()

    def start(self) -> None:
        """Start the worker processes and the projector."""
        logs = self.plan.folder / "logs"
        for number in range(1, self.plan.workers + 1):
            name = "worker" if self.plan.workers == 1 else f"worker-{number}"
            # Only the first serves on the known port; the others would find it taken.
            own: Mapping[str, str] = {} if number == 1 and self.plan.metrics else {"ABASTO_METRICS_PORT": "0"}
            self._add(Child(name, ["worker"], logs / f"{name}.log", {**self.environment, **own}))
        own = {} if self.plan.metrics else {"ABASTO_PROJECTOR_METRICS_PORT": "0"}
        self._add(Child("projector", ["projector"], logs / "projector.log", {**self.environment, **own}))

    def _add(self, child: Child) -> None:
        child.start()
        self._watched.append(_Watched(child))
        self._console.print(f"Started the {child.name} (log: {child.log})")

    def watch(self) -> None:
        """Look once whether everything runs; a program that ended is started again.

        Raises:
            Failure: a program refused to run.
            LocalKafkaError: Kafka ends again and again.
            KeyboardInterrupt: a wish to end was swallowed before.
        """
        self.wish_to_end.check()
        for watched in self._watched:
            if watched.child.exit_code is not None:
                self._restart(watched)
        self._keep_kafka()

    def _keep_kafka(self) -> None:
        if self._kafka is not None and not self._kafka.is_running:
            if self._kafka_restarts.one_too_many():
                raise self._kafka.why_it_ended()
            self._console.print("[yellow]Kafka ended; it is started again on the same data")
            _start_again(self._kafka)

    def _restart(self, watched: _Watched) -> None:
        child = watched.child
        if child.exit_code == REFUSED:
            raise Failure(f"the {child.name} refused to run; {child.last_words()}")
        if watched.start_at is None:
            pause = self._pause_before(watched)
            watched.start_at = time.monotonic() + pause
        elif time.monotonic() >= watched.start_at:
            watched.start_at = None
            # What ended it may have ended Kafka too; a worker that finds no Kafka ends at once.
            self._keep_kafka()
            child.start()

    def _pause_before(self, watched: _Watched) -> float:
        """Say that a program ended; how long to wait before it is started again, in seconds."""
        child = watched.child
        if not watched.restarts.one_too_many():
            self._console.print(f"[yellow]The {child.name} {child.how_it_ended()}; it is started again")
            return RESTART_PAUSE_SECONDS
        self._console.print(
            f"The {child.name} ends again and again: it {child.how_it_ended()}; {child.last_words()}\n"
            f"It is started again in {LONG_PAUSE_SECONDS:g} s. Ctrl-C ends everything.",
            style="red",
            markup=False,
            highlight=False,
        )
        return LONG_PAUSE_SECONDS

    def stay(self) -> None:
        """Keep everything running until Ctrl-C."""
        while True:
            self.watch()
            time.sleep(WATCH_SECONDS)

    def interruptible(self) -> AbstractContextManager[None]:
        """Inside it Ctrl-C ends coroutines in order."""
        return self.wish_to_end.interruptible()

    def _end(self) -> None:
        self.wish_to_end.begin()
        if self._watched:
            self._console.print("Ending: last checkpoint, then Kafka")
        for watched in self._watched:
            watched.child.ask_to_end()
        deadline = time.monotonic() + GRACE_SECONDS
        for watched in self._watched:
            watched.child.wait(max(0.1, deadline - time.monotonic()))
        if self._kafka is not None:
            self._kafka.stop()


def _start_again(kafka: LocalKafka) -> None:
    deadline = time.monotonic() + PORT_PATIENCE_SECONDS
    while True:
        try:
            return kafka.start()
        except PortInUseError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(WATCH_SECONDS)
