"""A program of the stack: started, watched, ended."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""

LAST_LINES = 12
_LOG_BYTES_READ = 16_384


class Child:
    """One `abasto` command run as a program of its own, its output in a log file.

    It has a session of its own, so Ctrl-C in the terminal reaches only the stack, which ends its programs in
    order. If the stack is killed, Linux ends the child with it.
    """

    def __init__(self, name: str, arguments: list[str], log: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.log = log
        self.started_at = 0.0
        self._arguments = arguments
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._log_from = 0

    def start(self) -> None:
        """Start the program; what it wrote before stays in its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.started_at = time.monotonic()
        with self.log.open("ab") as output:
            self._log_from = output.seek(0, os.SEEK_END)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "abasto", *self._arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | self._environment,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 # the stack has no threads when it starts a program
            )

    @property
    def exit_code(self) -> int | None:
        """The code it ended with; `None` while it runs."""
        return None if self._process is None else self._process.poll()

    def ask_to_end(self) -> None:
        """Send SIGTERM, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait(self, timeout_s: float) -> None:
        """Wait for its end; it is killed when it does not come in time."""
        if self._process is None:
            return
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def how_it_ended(self) -> str:
        """How it ended, to follow its name in a sentence."""
        code = self.exit_code
        if code is None:
            return "runs"
        if code >= 0:
            return f"ended with code {code}"
        likely = ", as a machine out of memory does" if -code == signal.SIGKILL else ""
        return f"was killed by signal {-code}{likely}"

    def last_words(self) -> str:
        """The end of what it logged since its last start: what came before tells nothing of why it ended."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(self._log_from, log.seek(0, os.SEEK_END) - _LOG_BYTES_READ))
                lines = log.read().decode(errors="replace").splitlines()[-LAST_LINES:]
        except FileNotFoundError:
            lines = []
        return "\n  ".join(["it last said:", *lines]) if lines else "it said nothing since its last start"


def _end_with_parent() -> None:
    """Asks Linux to end this program when its parent dies; other systems leave it running."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)
