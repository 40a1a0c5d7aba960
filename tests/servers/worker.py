"""Worker processes for tests: started, killed, frozen and stopped at will."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from streams.settings import PREFIX, Settings
from tests.servers.reaper import Reaper

ROOT = Path(__file__).parents[2]
REAL, FAULTY, COUNTING = "agents.worker", "tests.workers.faulty", "tests.workers.counting"


class WorkerProcess:
    """One worker, its log in a file."""

    def __init__(self, settings: Settings, log: Path, reaper: Reaper, module: str, extra: Mapping[str, str]) -> None:
        self.settings = settings
        self.log_file = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module],
                env={**os.environ, **environment_of(settings), **extra},
                stdout=output,
                stderr=output,
                cwd=ROOT,
            )
        reaper.watch_process(self.process.pid)

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8")

    def wait_for(self, sentence: str, *, seconds: float = 30, times: int = 1) -> None:
        """Wait until the log holds a sentence so many times."""
        deadline = time.monotonic() + seconds
        while self.log.count(sentence) < times:
            assert self.process.poll() is None, f"the worker ended with {self.process.returncode}:\n{self.log}"
            assert time.monotonic() < deadline, f"no {sentence!r} within {seconds} s:\n{self.log}"
            time.sleep(0.05)

    def wait_until_ready(self, times: int = 1) -> None:
        """Wait until it has its shards."""
        self.wait_for("shards kept", times=times)

    def metric(self, name: str) -> float:
        """The sum of a metric over its labels."""
        address = f"http://127.0.0.1:{self.settings.metrics_port}/metrics"
        with urllib.request.urlopen(address, timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        values = [float(line.rpartition(" ")[2]) for line in lines if line.startswith((f"{name} ", f"{name}{{"))]
        return sum(values)

    def wait_for_metric(self, name: str, value: float, *, seconds: float = 20) -> None:
        """Wait until it has its shards and a metric has a value."""
        self.wait_until_ready()
        deadline = time.monotonic() + seconds
        while (found := self.metric(name)) != value:
            assert time.monotonic() < deadline, f"{name} is {found} after {seconds} s, expected {value}"
            time.sleep(0.1)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self, seconds: float = 15) -> int:
        """Ask it to stop; its exit code comes back."""
        self.process.send_signal(signal.SIGTERM)
        return self.exit_code(seconds)

    def exit_code(self, seconds: float = 30) -> int:
        """Wait for it to end by itself."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {seconds} s:\n{self.log}") from None


@contextmanager
def running_workers(folder: Path, reaper: Reaper) -> Iterator["Workers"]:
    """Starts workers, and ends at the latest with the block those that still run."""
    workers = Workers(folder, reaper)
    try:
        yield workers
    finally:
        for worker in workers.started:
            if worker.process.poll() is None:
                worker.kill()


class Workers:
    """Starts workers."""

    def __init__(self, folder: Path, reaper: Reaper) -> None:
        self.started: list[WorkerProcess] = []
        self._folder = folder
        self._reaper = reaper

    def start(self, settings: Settings, module: str = COUNTING, **extra: str) -> WorkerProcess:
        log = self._folder / f"worker-{len(self.started)}.log"
        worker = WorkerProcess(settings, log, self._reaper, module, extra)
        self.started.append(worker)
        return worker


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment that makes a worker of these settings."""
    values = {field: getattr(settings, field) for field in settings.__struct_fields__}
    plain = {
        field: str(value).lower() if isinstance(value, bool) else str(value)
        for field, value in values.items()
        if value is not None
    }
    environment = {PREFIX + field.upper(): value for field, value in plain.items()}
    assert msgspec.structs.asdict(Settings.from_environment(environment)) == values
    return environment
