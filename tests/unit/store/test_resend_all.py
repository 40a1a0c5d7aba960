"""All dead letters of a fault are sent again at once: when an item was missing, each of its events was refused."""

import datetime as dt
import json
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from schemas.catalogue import Item
from schemas.channels import ARRIVALS, CONSUMPTION
from schemas.dead_letters import DeadLetter, Fault
from store.outgoing import Outgoing, StillBad
from store.resend import ResentAll, resend, resend_all
from store.sender import NotSent, Sender, Unconfirmed
from store.settings import StoreSettings
from tests.builders import HOSPITAL, NOON, catalogue, dead_letter
from tests.unit.store.log import Log

NEW, UNHEARD_OF = "010.000.0001.00", "010.000.0002.00"


def refused(offset: int, item: str = NEW, topic: str = CONSUMPTION) -> DeadLetter:
    """A letter of an item that the catalogue did not have; the later ones have the lower offsets."""
    count = {"type": "stock.counted", "id": str(offset), "source": "h", "time": NOON.isoformat()}
    value = json.dumps({**count, "facility": HOSPITAL, "item": item, "quantity": offset}).encode()
    return dead_letter(offset, topic=topic, value=value, at=NOON - dt.timedelta(minutes=offset))


class Broker:
    """Notes what is published; fails from some record on if told to."""

    def __init__(self) -> None:
        self.quantities: list[int] = []
        self.fails_at: int | None = None
        self.fault: Exception = NotSent("away")

    def take(self, outgoing: Outgoing) -> tuple[int, int]:
        if len(self.quantities) == self.fails_at:
            raise self.fault
        self.quantities.append(json.loads(outgoing.value or b"")["quantity"])
        return 0, len(self.quantities)


@pytest.fixture
def broker(engine: Engine, log: Log, project: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> Broker:
    """Five letters of an item that has been added since, one of them of another topic, and one of another item."""
    letters = [refused(number) for number in (1, 2, 3, 4)]
    log.publish(*catalogue(), *letters, refused(5, topic=ARRIVALS), refused(6, UNHEARD_OF))
    log.publish(dead_letter(7, fault="undecodable", value=b"{"), Item(item=NEW, name="Cisplatino"))
    project()
    broker = Broker()
    monkeypatch.setattr(Sender, "send", broker.take)
    return broker


Send = Callable[..., ResentAll]


@pytest.fixture
def send(engine: Engine) -> Send:
    def run(fault: Fault = "unknown_item", topic: str | None = None) -> ResentAll:
        return resend_all(StoreSettings(), engine, fault, topic, NOON)

    return run


def test_all_that_can_count_now_go_out_in_the_order_in_which_they_came_and_the_others_stay(
    broker: Broker, send: Send
) -> None:
    result = send()
    assert broker.quantities == [5, 4, 3, 2, 1]
    assert (result.sent, [each.number for each in result.kept]) == (5, [f"{CONSUMPTION}:0:6"])
    assert UNHEARD_OF in result.kept[0].reason
    assert send().sent == 0


def test_those_of_one_topic_alone(broker: Broker, send: Send) -> None:
    assert (send(topic=ARRIVALS).sent, broker.quantities) == (1, [5])


def test_after_a_broker_that_went_away_the_next_call_goes_on(broker: Broker, send: Send) -> None:
    broker.fails_at = 2
    with pytest.raises(NotSent):
        send()
    broker.fails_at = None
    assert send().sent == 3
    assert broker.quantities == [5, 4, 3, 2, 1]


def test_what_may_have_been_sent_is_left_for_a_person(broker: Broker, send: Send) -> None:
    broker.fails_at, broker.fault = 2, Unconfirmed("no answer")
    with pytest.raises(Unconfirmed):
        send()
    broker.fails_at = None
    result = send()
    assert broker.quantities == [5, 4, 2, 1]
    assert any("may have been sent" in each.reason for each in result.kept)


def test_one_that_a_person_sent_is_not_sent_again(broker: Broker, send: Send, engine: Engine) -> None:
    resend(StoreSettings(), engine, f"{CONSUMPTION}:0:3", None, NOON)
    send()
    assert broker.quantities == [3, 5, 4, 2, 1]


@pytest.mark.parametrize("fault", ["too_late", "wrong_key"])
def test_what_only_a_person_can_judge_is_refused_as_a_whole(broker: Broker, send: Send, fault: Fault) -> None:
    with pytest.raises(StillBad, match=fault):
        send(fault)
    assert broker.quantities == []
