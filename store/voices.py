"""What the Kafka client may say in our log: what is wrong, once in a while."""

import logging
import time

REPEATED_AFTER_S = 60.0
"""A client that lost its broker complains several times a second; we say ourselves that it is away, and when it is
back. What the client knows of the reason is worth a line now and then."""

SPEAKERS = (
    "kafka.cluster",
    "kafka.consumer.fetcher",
    "kafka.net.connection",
    "kafka.net.manager",
    "kafka.net.transport",
)
"""Those that complain. A filter holds for its own logger only."""


class NowAndThen(logging.Filter):
    """Lets a logger speak once in a while."""

    def __init__(self) -> None:
        super().__init__()
        self._silent_until = float("-inf")

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - whatever is said
        """Whether it was silent long enough."""
        now = time.monotonic()
        if now < self._silent_until:
            return False
        self._silent_until = now + REPEATED_AFTER_S
        return True


def quiet_kafka() -> None:
    """Let the client speak when something is wrong, and not over and over."""
    logging.getLogger("kafka").setLevel(logging.WARNING)
    for name in SPEAKERS:
        logging.getLogger(name).addFilter(NowAndThen())
