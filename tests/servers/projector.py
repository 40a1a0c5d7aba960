"""Projector processes for tests."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.servers.reaper import Reaper


class SupervisedProjector:
    """The projector, killed and started again; its log goes on in one file."""

    def __init__(self, brokers: str, database: str, log: Path, reaper: Reaper) -> None:
        self._environment = {
            **os.environ,
            "ABASTO_BROKERS": brokers,
            "ABASTO_DATABASE": database,
            "ABASTO_PROJECTOR_METRICS_PORT": "0",
        }
        self._log = log
        self._reaper = reaper
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "abasto", "projector"], env=self._environment, stdout=output, stderr=output
            )
        self._reaper.watch_process(self._process.pid)

    def stop(self) -> None:
        """Ask it to stop; what does not within a while is killed."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def revive(self) -> None:
        """Start it again if it ended."""
        if self._process is None or self._process.poll() is not None:
            self.start()
