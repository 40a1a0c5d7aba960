"""What the Kafka client may say in our log: what is wrong, once in a while."""

import logging
import time

REPEATED_AFTER_S = 60.0
"""A client that lost its broker complains several times a second; we say ourselves that it is away, and when it is
back. What the client knows of the reason is worth a line now and then."""


class NowAndThen(logging.Filter):
    """Lets each part of the client speak once in a while, more gravely than before at once; all others always."""

    def __init__(self) -> None:
        super().__init__()
        self._silent_until: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether that part was silent long enough. Details vary from line to line, so the text is not looked at."""
        if not record.name.startswith("kafka."):
            return True
        now = time.monotonic()
        part = (record.name, record.levelno)
        if now < self._silent_until.get(part, 0.0):
            return False
        self._silent_until[part] = now + REPEATED_AFTER_S
        return True


def quiet_kafka() -> None:
    """Let the client speak when something is wrong, and not over and over, through the handlers set up so far."""
    logging.getLogger("kafka").setLevel(logging.WARNING)
    now_and_then = NowAndThen()
    # On the handlers: a filter of a logger does not see what the loggers below it say, and those are many.
    for handler in logging.getLogger().handlers:
        handler.addFilter(now_and_then)
