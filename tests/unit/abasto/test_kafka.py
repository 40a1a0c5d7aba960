"""A broker that goes while a command speaks to it is told in one sentence."""

import asyncio
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import LeaderNotAvailableError

import abasto.kafka
from abasto.kafka import producer_for
from abasto.terminal import Failure
from schemas.channels import CATALOGUE
from streams.settings import Settings


class ProducerOfALostBroker:
    """As aiokafka's: it complains of each attempt to reach the broker, in its own log."""

    def __init__(self, **_: Any) -> None:
        async def fetch_all_metadata() -> Any:
            return SimpleNamespace(partitions_for_topic=lambda _topic: {0})

        self.client = SimpleNamespace(fetch_all_metadata=fetch_all_metadata)

    async def start(self) -> None:
        logging.getLogger("aiokafka.conn").error("Unable connect to node with id 1")

    async def send(self) -> None:
        logging.getLogger("aiokafka.producer.sender").warning("Got error produce response, retrying")
        raise LeaderNotAvailableError

    async def stop(self) -> None:
        logging.getLogger("aiokafka.conn").error("Unable connect to node with id 1")


def test_a_broker_that_goes_is_one_sentence_and_not_a_line_for_each_attempt(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(abasto.kafka, "AIOKafkaProducer", ProducerOfALostBroker)

    async def publish() -> None:
        async with producer_for(Settings(brokers="lost:9092"), [CATALOGUE]) as (producer, _):
            await producer.send()  # type: ignore[call-arg] # the fake needs no topic

    with pytest.raises(Failure, match=r"Kafka at lost:9092 refused: .*LeaderNotAvailableError"):
        asyncio.run(publish())
    assert caplog.messages == []
    logging.getLogger("aiokafka.conn").error("heard again")
    assert caplog.messages == ["heard again"]


def test_a_producer_that_cannot_send_what_is_left_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []

    class NeverDone(ProducerOfALostBroker):
        async def stop(self) -> None:
            self.client.close = self.close_client
            await asyncio.Event().wait()

        async def close_client(self) -> None:
            closed.append(True)

    monkeypatch.setattr(abasto.kafka, "AIOKafkaProducer", NeverDone)
    monkeypatch.setattr(abasto.kafka, "STOPPED_WITHIN_SECONDS", 0.01)

    async def publish() -> None:
        async with producer_for(Settings(), [CATALOGUE]):
            pass

    asyncio.run(asyncio.wait_for(publish(), 5))
    assert closed
