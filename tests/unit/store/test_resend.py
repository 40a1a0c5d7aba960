"""A dead letter that the engine would refuse again is not sent; one whose fault is gone is, and only once."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

import store.resend
from schemas import channels
from schemas.catalogue import Facility, Item
from schemas.dead_letters import DeadLetter
from store import queries
from store.resend import NotSent, Outgoing, Resent, SentBefore, StillBad, Unconfirmed, prepare, resend
from store.settings import StoreSettings
from supply.intake import RECORD_BYTES_LIMIT
from tests.builders import HOSPITAL, NOON, RITUXIMAB, catalogue, dead_letter, position
from tests.unit.store.log import Log

Prepare = Callable[..., Outgoing]

HALVES = "010.000.0001.00"
"""An item kept in tenths of a piece."""


@pytest.fixture
def prepared(engine: Engine, log: Log, project: Callable[[], None]) -> Prepare:
    """Prepares a letter against a catalogue of a hospital and three items, and positions of a place nobody entered."""
    log.publish(*catalogue(), Item(item=HALVES, name="Halves", decimals=1), position("NOWHERE"))
    log.publish(Facility(facility="MOON", name="Moon", kind="hospital", timezone="Moon/Crater"))
    project()

    def run(letter: DeadLetter, mended: bytes | None = None, now: dt.datetime = NOON) -> Outgoing:
        with engine.connect() as connection:
            return prepare(connection, letter, mended, now)

    return run


def record(**changed: Any) -> bytes:
    count = {"type": "stock.counted", "id": "1", "source": "h", "time": NOON.isoformat()}
    return json.dumps({**count, "facility": "dfims000605", "item": RITUXIMAB, "quantity": 5, **changed}).encode()


def test_a_record_whose_fault_is_gone_goes_out_as_it_was_under_the_key_of_its_position(prepared: Prepare) -> None:
    letter = dead_letter(value=record())
    key = channels.position_key(HOSPITAL, RITUXIMAB).encode()
    assert prepared(letter) == Outgoing(channels.INVENTORY, key, letter.value, letter.headers, NOON)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (record(note="x" * RECORD_BYTES_LIMIT), "The record has "),
        (record(time=(NOON + dt.timedelta(minutes=11)).isoformat()), "more than 10 minutes in the future."),
        (record(quantity=2.5), "Quantity is 2.5, the item is kept in whole pieces."),
        (record(type="stock.lost"), ""),
        (b"{", ""),
        (None, "a tombstone"),
    ],
    ids=["oversize", "future", "half-a-piece", "no-such-type", "no-json", "tombstone"],
)
def test_what_would_be_refused_again_is_told_with_what_to_do(prepared: Prepare, value: bytes | None, said: str) -> None:
    with pytest.raises(StillBad) as refused:
        prepared(dead_letter(value=value))
    assert said in str(refused.value)
    assert str(refused.value).endswith(". Mend a copy of the record and give it with --with FILE.")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"facility": "NOWHERE"}, "Facility NOWHERE is not in the catalogue"),
        ({"facility": "MOON"}, "Facility MOON is not in the catalogue"),
        ({"item": "010.000.9999.00"}, "Item 010.000.9999.00 is not in the catalogue"),
    ],
    ids=["facility", "facility-the-engine-does-not-take", "item"],
)
def test_a_code_that_the_engine_does_not_know_is_to_be_loaded(
    prepared: Prepare, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(StillBad, match=said) as refused:
        prepared(dead_letter(value=record(**changed)))
    assert str(refused.value).endswith("abasto catalogue load")


def test_what_was_in_the_future_is_not_for_ever(prepared: Prepare) -> None:
    letter = dead_letter(value=record(time=(NOON + dt.timedelta(days=1)).isoformat()), fault="future_time")
    assert prepared(letter, now=NOON + dt.timedelta(days=1)).value == letter.value


def test_parts_of_a_piece_go_out_where_the_item_allows_them(prepared: Prepare) -> None:
    assert prepared(dead_letter(value=record(item=HALVES, quantity=2.5))).topic == channels.INVENTORY


def test_a_count_that_came_too_late_comes_later_still(prepared: Prepare) -> None:
    late = dead_letter(value=record(), fault="too_late", field="time", reason="the count came too late")
    with pytest.raises(StillBad, match=r"The count came too late\. Mend"):
        prepared(late)
    assert prepared(late, record()).value == record()


def test_a_mended_copy_that_is_still_wrong_is_not_told_to_mend_one(prepared: Prepare) -> None:
    with pytest.raises(StillBad) as refused:
        prepared(dead_letter(), record(quantity=2.5))
    assert str(refused.value) == "Quantity is 2.5, the item is kept in whole pieces."


LETTER = dead_letter(value=record())

WEEK = dt.timedelta(days=7)


class Broker:
    """Takes records, or does what `answer` does instead."""

    def __init__(self, engine: Engine) -> None:
        self.taken = 0
        self.answer: Callable[[], None] = lambda: None
        self.noted: list[tuple[str, dt.datetime | None]] = []
        """What was known of the letter while the record was under way."""
        self._engine = engine

    def take(self, _settings: StoreSettings, _outgoing: Outgoing) -> tuple[int, int]:
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
    monkeypatch.setattr(store.resend, "_send", broker.take)
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
        (WEEK + dt.timedelta(seconds=1), "older than 7 days and would not be recognised: it would count a second time"),
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
