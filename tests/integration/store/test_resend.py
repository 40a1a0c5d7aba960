"""A dead letter sent again: where the engine looks for it, and noted."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition
from sqlalchemy import Engine
from typer.testing import CliRunner

import store.sender
from abasto.cli import app
from schemas import channels
from store import queries
from store.database import open_engine
from store.settings import StoreSettings
from streams.partitioning import partition_of
from tests.builders import HOSPITAL, RITUXIMAB, catalogue, dead_letter
from tests.integration.store.conftest import remove_topics
from tests.servers.batches import stored_batches
from tests.servers.kafka import KafkaServer
from tests.unit.store.conftest import projector
from tests.unit.store.log import Log

pytestmark = pytest.mark.integration

PARTITIONS = 4
MENDED = {
    "type": "stock.counted",
    "id": "1",
    "source": "h",
    "time": "2026-03-10T12:00:00-06:00",
    "facility": "dfims000605",
    "item": "0100005433 00",
    "quantity": 5,
}


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """A read model with a dead letter of an unknown item, from the arrivals topic though it is a count."""
    opened = open_engine(database)
    log = Log()
    headers = (("ce_type", b"stock.counted"), ("content-type", b"application/json"), ("traceparent", b"00-1"))
    log.publish(*catalogue(), dead_letter(3, topic=channels.ARRIVALS, headers=headers))
    projector(opened, log).run()
    yield opened
    opened.dispose()


@pytest.fixture
def inventory(kafka: KafkaServer) -> Iterator[str]:
    """An empty inventory topic."""
    remove_topics(kafka, [channels.INVENTORY])
    kafka.create_topics(channels.INVENTORY, partitions=PARTITIONS)
    yield channels.INVENTORY
    remove_topics(kafka, [channels.INVENTORY])


def test_a_mended_record_goes_to_the_topic_of_its_type_under_the_key_of_its_position_and_is_noted(
    kafka: KafkaServer, inventory: str, database: str, engine: Engine, tmp_path: Path
) -> None:
    number = f"{channels.ARRIVALS}:0:3"
    (tmp_path / "mended.json").write_text(json.dumps(MENDED) + "\n", encoding="utf-8")
    sent = CliRunner().invoke(
        app,
        ["dead-letters", "resend", number, "--with", str(tmp_path / "mended.json"), "--json"],
        env={"ABASTO_DATABASE": database, "ABASTO_BROKERS": kafka.bootstrap},
    )
    assert sent.exit_code == 0, sent.output
    key = channels.position_key(HOSPITAL, RITUXIMAB)
    place = TopicPartition(inventory, partition_of(key, PARTITIONS))
    consumer = KafkaConsumer(**StoreSettings(brokers=kafka.bootstrap).kafka_client(), group_id=None)
    consumer.assign([place])
    consumer.seek_to_beginning(place)
    (record,) = consumer.poll(timeout_ms=20_000)[place]
    consumer.close()
    (batch,) = stored_batches(kafka, inventory, place.partition)
    assert batch.producer_id >= 0, "not idempotent: one sending may write the record twice"
    assert (record.key, record.value) == (key.encode(), json.dumps(MENDED).encode())
    assert list(record.headers) == [("traceparent", b"00-1")]
    assert json.loads(sent.stdout) == {
        "number": number,
        "mended": True,
        "topic": inventory,
        "partition": place.partition,
        "offset": 0,
        "sent_before": None,
        "recognised": False,
    }
    with engine.connect() as connection:
        line = queries.dead_letter(connection, number).line
        assert (line.state, line.resent_at is None) == ("resent", False)
        assert queries.dead_letters(connection, state="open").total == 0
    again = CliRunner().invoke(
        app,
        ["dead-letters", "resend", number, "--with", str(tmp_path / "mended.json"), "--again", "--json"],
        env={"ABASTO_DATABASE": database, "ABASTO_BROKERS": kafka.bootstrap},
    )
    assert dt.datetime.fromisoformat(json.loads(again.stdout)["sent_before"]) == line.resent_at


def test_a_broker_that_is_not_there_leaves_it_open(database: str, engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "mended.json").write_text(json.dumps(MENDED), encoding="utf-8")
    sent = CliRunner().invoke(
        app,
        ["dead-letters", "resend", f"{channels.ARRIVALS}:0:3", "--with", str(tmp_path / "mended.json")],
        env={"ABASTO_DATABASE": database, "ABASTO_BROKERS": "127.0.0.1:1"},
    )
    assert sent.exit_code == 1
    assert "does not answer" in sent.stderr
    assert "was not sent" in sent.stderr
    with engine.connect() as connection:
        (line,) = queries.dead_letters(connection, state="open").dead_letters
    assert line.unconfirmed_at is None


def test_a_topic_that_is_not_there_leaves_it_open(
    kafka: KafkaServer, database: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove_topics(kafka, [channels.INVENTORY])
    monkeypatch.setattr(store.sender, "TOPIC_MS", 500)
    (tmp_path / "mended.json").write_text(json.dumps(MENDED), encoding="utf-8")
    sent = CliRunner().invoke(
        app,
        ["dead-letters", "resend", f"{channels.ARRIVALS}:0:3", "--with", str(tmp_path / "mended.json")],
        env={"ABASTO_DATABASE": database, "ABASTO_BROKERS": kafka.bootstrap},
    )
    assert sent.exit_code == 1
    assert f"has no topic {channels.INVENTORY}" in sent.stderr
    with engine.connect() as connection:
        (line,) = queries.dead_letters(connection, state="open").dead_letters
    assert line.unconfirmed_at is None
