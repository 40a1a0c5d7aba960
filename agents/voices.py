"""Which voices of the libraries reach the log: what is wrong, once in a while, and not what they do all day."""

import logging
import time

from streams.faults import EngineFault

REPEATED_AFTER_SECONDS = 10.0
"""A client that has lost its broker complains tens of times a second; once in so long says as much."""

# The last two are where mode logs the comings and goings of our subclasses of its services.
_LIBRARIES = ("aiokafka", "faust", "mode", "agents.app", "streams.consumer")


class NowAndThen(logging.Filter):
    """Lets what the libraries say through once in a while, however the details vary; all else always."""

    def __init__(self) -> None:
        super().__init__()
        self._told_at: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the message was last told long enough ago, and is not the fault that the worker ends with anyway."""
        if not record.name.startswith(_LIBRARIES):
            return True
        if record.exc_info and isinstance(record.exc_info[1], EngineFault):
            return False
        now = time.monotonic()
        if now - self._told_at.get(str(record.msg), -REPEATED_AFTER_SECONDS) < REPEATED_AFTER_SECONDS:
            return False
        self._told_at[str(record.msg)] = now
        return True


def quiet_libraries() -> None:
    """Let the libraries speak when something is wrong, and not over and over, through the handlers set up so far."""
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    now_and_then = NowAndThen()
    for handler in logging.getLogger().handlers:
        handler.addFilter(now_and_then)
