"""Keeps the indicators among the projector's metrics up to date, beside the projector and never in its way."""

import logging
import subprocess
import sys
import threading
import time

import msgspec

from store.indicator_metrics import IndicatorMetrics, Reading
from store.queries import NationAndStates

log = logging.getLogger(__name__)

PAUSE_S = 60.0
"""Between two readings. The figures move by the day; a reading of 2,784 positions takes 1 s."""

PAUSE_TIMES_TOOK = 20.0
"""And at least so many times what the last one took: one of 300,000 positions takes 36 s and comes every 12 minutes.
So a twentieth of one core is the most that this asks for, however large the health system."""

GOOD_FOR_PAUSES = 3
"""Figures stand while a reading or two fail, and go when that lasts: they would say of now what was at another time."""

LONGEST_READING_S = 600.0
"""A reading that takes longer waits for something that does not come."""


class ReadingFailed(RuntimeError):
    """The indicators could not be read; the message says why."""


class IndicatorReader:
    """A thread that has the indicators read by a process, again and again until closed. Whatever goes wrong is
    counted, logged and tried again: that nobody can read these figures is no reason not to project."""

    def __init__(self, database: str, metrics: IndicatorMetrics, *, pause_s: float = PAUSE_S) -> None:
        self._database = database
        self._metrics = metrics
        self._pause_s = pause_s
        self._closed = threading.Event()
        self._starting = threading.Lock()
        """Held while a process is started, so that none is started unseen by `close`."""
        self._process: subprocess.Popen[bytes] | None = None
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="indicators", daemon=True)

    def start(self) -> None:
        """Reads for the first time at once, in the background."""
        self._thread.start()

    def close(self) -> None:
        """Ends a reading that is under way, and the thread."""
        with self._starting:
            self._closed.set()
            if self._process is not None:
                self._process.kill()
        self._thread.join()

    def _run(self) -> None:
        while not self._closed.is_set():
            started = time.monotonic()
            try:
                said = self._read()
            except (ReadingFailed, OSError, msgspec.MsgspecError) as failed:
                self._note_failure(failed)
                # What is away may be back soon; one that takes its time to fail still gets no more than half of it.
                pause_s = max(self._pause_s, time.monotonic() - started)
            else:
                took_s = time.monotonic() - started
                self._note(said, took_s)
                pause_s = self._pause_after(took_s)
            self._closed.wait(pause_s)

    def _read(self) -> NationAndStates:
        with self._starting:
            if self._closed.is_set():
                raise ReadingFailed("told to stop")
            self._process = subprocess.Popen(
                [sys.executable, "-m", "store.indicator_process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # Ctrl-C in a terminal goes to all of a group: we end this one ourselves.
                process_group=0,
            )
        with self._process as process:
            try:
                # The address may hold a password, so it is no argument: these are seen by everybody.
                out, err = process.communicate(self._database.encode(), timeout=LONGEST_READING_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise ReadingFailed(f"not done after {LONGEST_READING_S:.0f} s") from None
        if process.returncode:
            last_words = err.decode(errors="replace").strip().splitlines()[-1:]
            raise ReadingFailed(*last_words or [f"ended with {process.returncode}"])
        return msgspec.json.decode(out, type=NationAndStates)

    def _pause_after(self, took_s: float) -> float:
        return max(self._pause_s, PAUSE_TIMES_TOOK * took_s)

    def _note(self, said: NationAndStates, took_s: float) -> None:
        good_for_s = GOOD_FOR_PAUSES * (self._pause_after(took_s) + took_s)
        self._metrics.show(Reading(said, time.time(), took_s, time.monotonic() + good_for_s))
        if self._failing:
            log.warning("The indicators can be read again")
        self._failing = False

    def _note_failure(self, failed: Exception) -> None:
        if self._closed.is_set():
            return
        self._metrics.failures.inc()
        if not self._failing:
            log.warning("The indicators cannot be read for the metrics: %s. Trying again", failed)
        self._failing = True
