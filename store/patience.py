"""Trying again, for a while: what a writer does when its database is away."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from store.database import may_pass
from store.faults import DatabaseGone

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
"""A database that restarts is back in seconds; asking it more often helps nobody."""

T = TypeVar("T")


class Stopped(Exception):
    """Told to stop while waiting."""


class Patience:
    """Repeats what fails for reasons that pass, with growing pauses, until its time is over."""

    def __init__(self, seconds: float, stop: threading.Event, retried: Callable[[], object] = lambda: None) -> None:
        self.stop = stop
        self._seconds = seconds
        self._retried = retried

    def insist(self, action: Callable[[], T], doing: str) -> T:
        """Runs `action`, a whole transaction, until it succeeds.

        Raises `DatabaseGone` when the time is over, `Stopped` when told to stop between two attempts, and any
        fault that will not pass at once.
        """
        deadline = time.monotonic() + self._seconds
        pause_s = FIRST_PAUSE_S
        failed_at: float | None = None
        while True:
            try:
                result = action()
            except DBAPIError as error:
                if not may_pass(error):
                    raise
                reason = " ".join(str(error.orig).split())
                if time.monotonic() >= deadline:
                    raise DatabaseGone(
                        f"The database did not let us finish {doing} for {self._seconds:.0f} s ({reason}). "
                        "Nothing is lost: start the projector again when it is back"
                    ) from error
                if failed_at is None:
                    failed_at = time.monotonic()
                    log.warning("The database does not answer while %s: %s. Trying again", doing, reason)
                self._retried()
            else:
                if failed_at is not None:
                    log.warning("The database is back after %.1f s", time.monotonic() - failed_at)
                return result
            if self.stop.wait(pause_s):
                raise Stopped
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
