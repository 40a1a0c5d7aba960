"""One real Kafka broker for one folder: start, find again, stop.

The broker is a program of its own, in a session of its own: Ctrl-C in the terminal reaches only the program
that started it, which then stops it in good order. If that program is killed, the broker goes on; the next
start over the same folder finds it and takes it over, and `abasto kafka stop` ends it.
"""

import shutil
import time
from contextlib import nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console

from abasto.local.answer import cluster_at
from abasto.local.broker_record import BrokerRecord, read_record
from abasto.local.errors import (
    BrokerSilentError,
    FolderInUseError,
    FolderUnusableError,
    LocalKafkaError,
    PortInUseError,
)
from abasto.local.file_lock import FileLock
from abasto.local.java import Java, find_java
from abasto.local.kafka_jars import kafka_class_path
from abasto.local.kafka_lock import kafka_lock
from abasto.local.launch import launch, why_it_ended
from abasto.local.programs import Program, free_port, listener_on, port_is_free
from abasto.local.properties import server_properties
from abasto.local.storage import open_storage

DEFAULT_PORT = 9092

# Measured: 3 s, and 5 s after a kill. A slow disk or a long log to recover may take many times that.
_START_TIMEOUT_S = 120
# A left-over broker that is well answers at once; one that is still starting deserves a moment.
_TAKE_OVER_TIMEOUT_S = 15
# Measured: 0.3 s. Then it is killed, which costs it recovery at the next start and no data.
_STOP_TIMEOUT_S = 30
# What the kernel needs at worst to take a killed program apart.
_KILL_TIMEOUT_S = 10
_POLL_INTERVAL_S = 0.05

# Each partition's indexes alone are laid out at 20 MB; with less than this a start would soon end on a full disk.
LEAST_FREE_BYTES = 200 * 1024 * 1024

# A free port can be taken between the look and the broker's own bind. Three times in a row is not bad luck.
_TRIES = 3


class LocalKafka:
    """The broker whose data lies in `folder`/kafka.

    `port` is where it listens, on 127.0.0.1 only; 0 takes a free one at the first start and then keeps it for
    the life of this object. All methods block: where an event loop runs, call them from a thread.
    """

    def __init__(
        self, folder: Path, port: int = DEFAULT_PORT, *, heap_mib: int = 512, console: Console | None = None
    ) -> None:
        self.folder = folder.absolute() / "kafka"
        self._port = port
        self._heap_mib = heap_mib
        self._console = console
        self._lock = FileLock(self.folder / "lock")

    @property
    def record(self) -> BrokerRecord | None:
        """The broker that was last started in this folder, by whomever, running or not."""
        return read_record(self.folder / "broker.json")

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients."""
        record = self.record
        return f"127.0.0.1:{record.port if record else self._port}"

    @property
    def program(self) -> Program | None:
        """The broker's program while it runs, whoever started it."""
        record = self.record
        return record.program() if record else None

    @property
    def is_running(self) -> bool:
        """Whether the broker's program runs; it may still be starting."""
        return self.program is not None

    @property
    def answers(self) -> bool:
        """Whether the broker of this folder serves requests."""
        record = self.record
        return record is not None and cluster_at(record.port) == record.cluster_id

    def settings(self, port: int) -> dict[str, str]:
        """The broker's settings. The controller's port is nobody's business but the broker's: a free one is taken at
        each start."""
        return server_properties(port=port, controller_port=free_port(), storage=self.folder / "data")

    def start(self, *, detach: bool = False) -> None:
        """Return when the broker of this folder answers: one that still runs is taken over, else one is started.

        The folder then belongs to this object until `stop`; with `detach` to nobody, and the broker outlives
        this program. Raises a LocalKafkaError that says what to do.
        """
        self._prepare_folder()
        if not self._lock.take(wait=False):
            raise FolderInUseError(self.folder, self._lock.holder())
        try:
            if not self._take_over():
                self._launch()
        except BaseException:
            self._lock.give_back()
            raise
        if detach:
            self._lock.give_back()

    def stop(self, *, whoever_owns_it: bool = False) -> None:
        """End the broker in good order, by force if it does not listen. Harmless when none runs.

        A broker that belongs to another running program is left to it, unless `whoever_owns_it`.
        """
        if not self.folder.is_dir() or not (self._lock.take(wait=False) or whoever_owns_it):
            return
        _end(self.program)
        (self.folder / "broker.json").unlink(missing_ok=True)
        self._lock.give_back()

    def kill(self) -> None:
        """End the broker at once (SIGKILL), as chaos tests do; `start` brings it back on the same data and port."""
        program = self.program
        if program is not None:
            program.kill(_KILL_TIMEOUT_S)

    def why_it_ended(self) -> LocalKafkaError:
        """What to tell when the broker is found not running although nobody stopped it."""
        return why_it_ended(self.folder)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _prepare_folder(self) -> None:
        if "," in str(self.folder):
            raise FolderUnusableError(
                f"{self.folder} has a comma in its name, which Kafka takes for two folders. "
                "Choose another with --folder."
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / "lock").touch()
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def _take_over(self) -> bool:
        """Whether a broker that still runs from an earlier start is now ours; one of no use is ended."""
        record = self.record
        program = record.program() if record else None
        if record is None or program is None:
            return False
        if self._port in {0, record.port}:
            try:
                self._await_answer(record, _TAKE_OVER_TIMEOUT_S)
            except LocalKafkaError:
                pass  # of no use; the one started next tells what is wrong, if it is lasting
            else:
                self._port = record.port
                return True
        _end(program)
        return False

    def _launch(self) -> None:
        _require_space(self.folder)
        if self._port:  # before anything is downloaded
            _require_free(self._port)
        java, class_path = find_java(), kafka_class_path(self._console)
        starting = self._console.status("Starting Apache Kafka") if self._console else nullcontext()
        try:
            with starting:
                cluster = open_storage(self.folder, kafka_lock().version, java, class_path)
                for tries_left in reversed(range(_TRIES)):
                    try:
                        return self._launch_on(self._port or free_port(), java, class_path, cluster.cluster_id)
                    except PortInUseError as error:
                        if error.port == self._port or not tries_left:
                            raise
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def _launch_on(self, port: int, java: Java, class_path: str, cluster_id: str) -> None:
        _require_free(port)
        record = launch(
            self.folder,
            self.settings(port),
            java=java,
            class_path=class_path,
            port=port,
            heap_mib=self._heap_mib,
            cluster_id=cluster_id,
        )
        try:
            self._await_answer(record, _START_TIMEOUT_S)
        except BaseException:  # Ctrl-C too: what was not yet handed over ends with us
            _end(record.program())
            raise
        self._port = port

    def _await_answer(self, record: BrokerRecord, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while cluster_at(record.port) != record.cluster_id:
            if record.program() is None:
                raise why_it_ended(self.folder)
            if time.monotonic() > deadline:
                raise BrokerSilentError(
                    f"The broker (process {record.pid}) runs and has not answered on 127.0.0.1:{record.port} "
                    f"within {timeout_s:.0f} s. {self.folder / 'broker.log'} tells what it is doing."
                )
            time.sleep(_POLL_INTERVAL_S)


def _end(program: Program | None) -> None:
    if program is not None and not program.ask_to_end(_STOP_TIMEOUT_S):
        program.kill(_KILL_TIMEOUT_S)


def _require_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise FolderUnusableError(
            f"The disk of {folder} has {free // 2**20} MiB left and Kafka needs {LEAST_FREE_BYTES // 2**20} to start. "
            "Free some space, or choose a folder on another disk with --folder."
        )


def _require_free(port: int) -> None:
    if not port_is_free(port):
        raise PortInUseError(port, listener_on(port))


def _unwritable(folder: Path, error: OSError) -> FolderUnusableError:
    return FolderUnusableError(
        f"{folder} cannot be written ({error.strerror or error}). "
        "Mend its rights or free some space, or choose another folder with --folder."
    )
