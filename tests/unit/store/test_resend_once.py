"""A dead letter is sent once: noted before it goes out, and a second time only when somebody insists."""

import datetime as dt
import json
from collections.abc import Callable

import pytest
from kafka.errors import KafkaTimeoutError
from sqlalchemy import Engine

import store.sender
from schemas.channels import INVENTORY
from store import queries
from store.outgoing import Outgoing
from store.resend import Resent, SentBefore, resend
from store.sender import NotSent, Sender, Unconfirmed
from store.settings import StoreSettings
from tests.builders import HOSPITAL, NOON, RITUXIMAB, catalogue, dead_letter
from tests.unit.store.log import Log

LETTER = dead_letter(
    value=json.dumps(
        {
            "type": "stock.counted",
            "id": "1",
            "source": "h",
            "time": NOON.isoformat(),
            "facility": HOSPITAL,
            "item": RITUXIMAB,
            "quantity": 5,
        }
    ).encode()
)

WEEK = dt.timedelta(days=7)


class Broker:
    """Takes records, or does what `answer` does instead."""

    def __init__(self, engine: Engine) -> None:
        self.taken = 0
        self.answer: Callable[[], None] = lambda: None
        self.noted: list[tuple[str, dt.datetime | None]] = []
        """What was known of the letter while the record was under way."""
        self._engine = engine

    def take(self, _outgoing: Outgoing) -> tuple[int, int]:
        line = line_of(self._engine)
        self.noted.append((line.state, line.unconfirmed_at))
        self.answer()
        self.taken += 1
        return 3, self.taken


Send = Callable[..., Resent]


@pytest.fixture
def broker(engine: Engine, log: Log, project: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> Broker:
    log.publish(*catalogue(), LETTER)
    project()
    broker = Broker(engine)
    monkeypatch.setattr(Sender, "send", broker.take)
    return broker


@pytest.fixture
def send(engine: Engine, broker: Broker) -> Send:
    def run(now: dt.datetime = NOON, *, again: bool = False) -> Resent:
        return resend(StoreSettings(), engine, LETTER.number, None, now, again=again)

    return run


def line_of(engine: Engine) -> queries.DeadLetterLine:
    with engine.connect() as connection:
        return queries.dead_letter(connection, LETTER.number).line


def dies() -> None:
    raise KeyboardInterrupt


def test_a_letter_is_noted_as_under_way_before_it_is_sent_and_as_sent_after(
    send: Send, broker: Broker, engine: Engine
) -> None:
    sent = send()
    assert broker.noted == [("open", NOON)]
    assert (sent.partition, sent.offset, sent.sent_before) == (3, 1, None)
    line = line_of(engine)
    assert (line.state, line.resent_at, line.unconfirmed_at) == ("resent", NOON, None)


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (WEEK, "not older than 7 days: under the same source and id it counts once."),
        (
            WEEK + dt.timedelta(seconds=1),
            "older than 7 days and may be recognised no more: then it would count a second time",
        ),
    ],
)
def test_a_letter_sent_before_is_refused_with_what_a_second_time_would_do(
    send: Send, broker: Broker, age: dt.timedelta, said: str
) -> None:
    send()
    with pytest.raises(SentBefore) as refused:
        send(NOON + age)
    assert str(refused.value).startswith("It was sent again before, at 2026-03-10 18:00 UTC. Its event is ")
    assert said in str(refused.value)
    assert str(refused.value).endswith("give --again.")
    assert broker.taken == 1
    once_more = send(NOON + age, again=True)
    assert (once_more.sent_before, once_more.recognised, broker.taken) == (NOON, age == WEEK, 2)


def test_killed_before_the_answer_was_noted_it_is_not_sent_a_second_time_in_silence(
    send: Send, broker: Broker, engine: Engine
) -> None:
    broker.answer = dies
    with pytest.raises(KeyboardInterrupt):
        send()
    broker.answer = lambda: None
    with pytest.raises(SentBefore, match=r"It may have been sent at 2026-03-10 18:00 UTC: no answer of Kafka was"):
        send(NOON + WEEK)
    assert (line_of(engine).state, broker.taken) == ("open", 0)
    assert send(NOON + WEEK, again=True).sent_before == NOON


def test_an_answer_that_never_comes_leaves_the_note(send: Send, broker: Broker, engine: Engine) -> None:
    def silent() -> None:
        raise Unconfirmed("no answer")

    broker.answer = silent
    with pytest.raises(Unconfirmed):
        send()
    assert line_of(engine).unconfirmed_at == NOON


def test_what_never_reached_the_broker_is_as_if_it_had_not_been_tried(
    send: Send, broker: Broker, engine: Engine
) -> None:
    def away() -> None:
        raise NotSent("away")

    broker.answer = away
    with pytest.raises(NotSent):
        send()
    line = line_of(engine)
    assert (line.state, line.unconfirmed_at) == ("open", None)
    broker.answer = lambda: None
    assert send().sent_before is None


def test_while_one_sends_it_another_is_refused(send: Send, broker: Broker) -> None:
    def meanwhile() -> None:
        with pytest.raises(SentBefore, match="It may have been sent"):
            send(NOON)

    broker.answer = meanwhile
    send()
    assert broker.taken == 1


class FailingProducer:
    """As kafka-python's, with a fault at one of its steps."""

    def __init__(self, step: str) -> None:
        self._step = step

    def __call__(self, **_: object) -> "FailingProducer":
        return self._do("made")

    def partitions_for(self, _topic: str) -> "FailingProducer":
        return self._do("asked")

    def send(self, _topic: str, **_: object) -> "FailingProducer":
        return self._do("handed over")

    def get(self, _seconds: float) -> "FailingProducer":
        return self._do("confirmed")

    def close(self, _seconds: float) -> None:
        pass

    def _do(self, step: str) -> "FailingProducer":
        if step == self._step:
            raise KafkaTimeoutError(step)
        return self


@pytest.mark.parametrize(
    ("step", "fault"),
    [("made", NotSent), ("asked", NotSent), ("handed over", NotSent), ("confirmed", Unconfirmed)],
)
def test_only_what_was_handed_over_may_have_been_written(
    monkeypatch: pytest.MonkeyPatch, step: str, fault: type[Exception]
) -> None:
    monkeypatch.setattr(store.sender, "knock", lambda _brokers: None)
    monkeypatch.setattr(store.sender, "KafkaProducer", FailingProducer(step))
    with pytest.raises(fault, match=step):
        Sender(StoreSettings()).send(Outgoing(INVENTORY, b"key", LETTER.value, (), NOON))
