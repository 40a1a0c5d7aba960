"""What of the Kafka client reaches the projector's log."""

import io
import logging
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from store.voices import REPEATED_AFTER_S, quiet_kafka


class Log:
    """The root logger's output, at a clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.text = io.StringIO()

    @property
    def lines(self) -> list[str]:
        return self.text.getvalue().splitlines()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    log = Log()
    handler = logging.StreamHandler(log.text)
    root, client = logging.getLogger(), logging.getLogger("kafka")
    levels = root.level, client.level
    monkeypatch.setattr(root, "handlers", [handler])
    root.setLevel(logging.INFO)
    monkeypatch.setattr("store.voices.time", SimpleNamespace(monotonic=lambda: log.seconds))
    quiet_kafka()
    yield log
    root.setLevel(levels[0])
    client.setLevel(levels[1])


def test_what_the_client_does_all_day_is_not_told(log: Log) -> None:
    logging.getLogger("kafka.consumer.group").info("Resetting offset")
    assert log.lines == []


def test_a_client_without_its_broker_complains_once_a_minute(log: Log) -> None:
    for attempt in range(50):
        logging.getLogger("kafka.net.manager").warning("attempt %d: refused", attempt)
        logging.getLogger("kafka.net.selector").warning("closed")
    assert log.lines == ["attempt 0: refused", "closed"]
    log.seconds += REPEATED_AFTER_S
    logging.getLogger("kafka.net.manager").warning("attempt %d: refused", 50)
    assert log.lines[2:] == ["attempt 50: refused"]


def test_a_graver_word_is_not_held_back_by_a_lighter_one(log: Log) -> None:
    logging.getLogger("kafka.net.connection").warning("slow")
    logging.getLogger("kafka.net.connection").error("authentication failed")
    assert log.lines == ["slow", "authentication failed"]


def test_we_speak_whenever_we_want(log: Log) -> None:
    for _ in range(2):
        logging.getLogger("store.projector").info("Caught up")
    assert log.lines == ["Caught up", "Caught up"]
