"""The projector against a real Kafka and both databases."""

import os
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kafka import TopicPartition
from sqlalchemy import Engine, select

from abasto.local.programs import free_port
from schemas import channels
from schemas.positions import Position
from store.database import open_engine
from store.offsets import read_offsets
from store.projections import PROJECTIONS
from store.rebuild import rebuild
from store.settings import StoreSettings
from store.tables import AlertRow, AlertTransitionRow, PositionRow
from tests.builders import alert, catalogue, dead_letter, month, position
from tests.integration.store.conftest import OutputTopics, ProjectorProcess, make_topics
from tests.servers.kafka import KafkaServer
from tests.unit.store.conftest import rows

pytestmark = pytest.mark.integration

Start = Callable[..., ProjectorProcess]


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    opened = open_engine(database)
    yield opened
    opened.dispose()


def eventually(holds: Callable[[], bool], within_s: float = 60) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.05)


def versions(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {row.item: row.version for row in connection.execute(select(PositionRow.item, PositionRow.version))}


def offsets(engine: Engine) -> dict[TopicPartition, int]:
    """The offsets kept, which at rest are where the topics end: behind the marker of the last transaction."""
    with engine.connect() as connection:
        return {TopicPartition(*place): at.next_offset for place, at in read_offsets(connection).items()}


def a_day(day: int, items: int) -> list[Position]:
    return [
        position(item=f"010.000.{item:04d}.00", version=day, shown=(month("2026-02", item), month("2026-03", day)))
        for item in range(items)
    ]


def test_committed_transactions_are_projected_and_aborted_ones_never(
    topics: OutputTopics, engine: Engine, start_projector: Start
) -> None:
    projector = start_projector(topics.kafka)
    topics.publish(*catalogue(), position(version=1), alert())
    topics.publish(position(version=2, on_hand=13), alert(sequence=2, state="resolved"), commit=False)
    topics.publish(dead_letter())
    eventually(lambda: len(rows(engine)["dead_letters"]) == 1)
    topics.publish(position(version=2, on_hand=99))
    eventually(lambda: 2 in versions(engine).values())
    with engine.connect() as connection:
        assert connection.scalar(select(PositionRow.on_hand)) == 99
        assert connection.scalar(select(AlertRow.state)) == "firing"
    assert projector.end() == 0
    assert "version_jump" not in projector.log.read_text(encoding="utf-8")


def test_an_order_to_stop_is_followed_within_five_seconds(
    topics: OutputTopics, engine: Engine, start_projector: Start
) -> None:
    projector = start_projector(topics.kafka)
    topics.publish(*a_day(1, 50))
    eventually(lambda: len(versions(engine)) == 50)
    asked = time.monotonic()
    assert projector.end() == 0
    assert time.monotonic() - asked < 5


def test_killed_again_and_again_it_loses_doubles_and_repeats_nothing(
    topics: OutputTopics, engine: Engine, start_projector: Start, database: str
) -> None:
    items, days = 40, 12
    chance = random.Random(7)
    projector = start_projector(topics.kafka, projector_batch_records=25)
    for day in range(1, days + 1):
        topics.publish(*a_day(day, items), *(alert(f"a-{item}", sequence=day) for item in range(5)), dead_letter(day))
        time.sleep(chance.uniform(0, 0.4))
        if day % 3 == 0:
            projector.kill()
            projector = start_projector(topics.kafka, projector_batch_records=25)
    eventually(lambda: set(versions(engine).values()) == {days} and len(rows(engine)["dead_letters"]) == days)
    eventually(lambda: len(rows(engine)["alert_transitions"]) == 5 * days)
    eventually(lambda: offsets(engine) == topics.ends())
    assert projector.end() == 0
    assert not [line for line in projector.log.read_text(encoding="utf-8").splitlines() if " ERROR store" in line]
    projected = rows(engine)
    rebuilt = rebuild(StoreSettings(brokers=topics.kafka.bootstrap, database=database))
    assert rebuilt.records == days * (items + 5 + 1)
    assert rows(engine) == projected


def test_of_two_projectors_the_later_goes_on(topics: OutputTopics, engine: Engine, start_projector: Start) -> None:
    first = start_projector(topics.kafka)
    topics.publish(*a_day(1, 20))
    eventually(lambda: len(versions(engine)) == 20)
    second = start_projector(topics.kafka)
    eventually(lambda: second.log.read_text(encoding="utf-8").count("Reading 10 partitions") == 2)
    for day in range(2, 12):
        topics.publish(*a_day(day, 20))
    assert first.process.wait(30) == 1
    assert "took the read model over" in first.log.read_text(encoding="utf-8")
    eventually(lambda: set(versions(engine).values()) == {11})
    assert second.end() == 0


def test_a_broker_that_goes_away_is_waited_for(
    own_kafka: Callable[[], KafkaServer], database: str, engine: Engine, start_projector: Start
) -> None:
    kafka = own_kafka()
    make_topics(kafka)
    topics = OutputTopics(kafka)
    projector = start_projector(kafka)
    topics.publish(*a_day(1, 20))
    eventually(lambda: len(versions(engine)) == 20)
    topics.close()
    kafka.kill()
    eventually(lambda: "does not answer; waiting for it" in projector.log.read_text(encoding="utf-8"))
    kafka.start()
    topics = OutputTopics(kafka)
    topics.publish(*a_day(2, 20))
    eventually(lambda: set(versions(engine).values()) == {2})
    eventually(lambda: "answers again" in projector.log.read_text(encoding="utf-8"))
    topics.close()
    assert projector.end() == 0
    log = projector.log.read_text(encoding="utf-8")
    assert log.count("\n") < 30, "a broker that is away is not complained of line after line"


def test_missing_topics_are_named_and_end_it(kafka: KafkaServer, start_projector: Start) -> None:
    projector = start_projector(kafka, topics_patience_seconds=1)
    assert projector.process.wait(30) == 1
    log = projector.log.read_text(encoding="utf-8")
    for topic in PROJECTIONS:
        assert topic in log
    assert "start `abasto worker`" in log


def test_a_broker_that_is_not_there_ends_it_after_its_patience(
    database: str, tmp_path: Path, start_projector: Start
) -> None:
    log = tmp_path / "nowhere.log"
    projector = ProjectorProcess(f"127.0.0.1:{free_port()}", database, log, topics_patience_seconds=1)
    assert projector.process.wait(30) == 1
    assert "does not answer" in log.read_text(encoding="utf-8")


def test_a_record_nobody_can_read_is_named_by_its_place(
    topics: OutputTopics, engine: Engine, start_projector: Start
) -> None:
    topics.publish(position(version=1))
    topics.send(channels.POSITIONS, b"DFIMS000604|010.000.5433.00", b'{"version": 2}')
    projector = start_projector(topics.kafka)
    assert projector.process.wait(30) == 1
    assert f"{channels.POSITIONS}, partition " in projector.log.read_text(encoding="utf-8")
    assert set(versions(engine).values()) == {1}


def test_topics_made_anew_are_refused_and_a_rebuild_takes_them(
    kafka: KafkaServer, topics: OutputTopics, database: str, engine: Engine, start_projector: Start
) -> None:
    from tests.integration.store.conftest import remove_topics

    projector = start_projector(kafka)
    topics.publish(*a_day(1, 5), alert("old"))
    eventually(lambda: len(rows(engine)["alert_transitions"]) == 1)
    projector.end()
    remove_topics(kafka)
    make_topics(kafka)
    topics.publish(*a_day(1, 3), alert("new"))
    refused = start_projector(kafka)
    assert refused.process.wait(30) == 1
    assert "was deleted and made anew. Run: abasto projector rebuild" in refused.log.read_text(encoding="utf-8")
    rebuild(StoreSettings(brokers=kafka.bootstrap, database=database))
    with engine.connect() as connection:
        assert connection.scalars(select(AlertTransitionRow.alert)).all() == ["new"]
    assert len(versions(engine)) == 3


def test_metrics_are_served_where_they_are_asked_for(
    topics: OutputTopics, engine: Engine, start_projector: Start
) -> None:
    port = free_port()
    projector = start_projector(topics.kafka, projector_metrics_port=port)
    topics.publish(*a_day(1, 7))
    eventually(lambda: len(versions(engine)) == 7)

    def scraped() -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            return str(answer.read(), "utf-8")

    assert f'abasto_projector_records_total{{topic="{channels.POSITIONS}"}} 7.0' in scraped()
    eventually(lambda: "abasto_projector_fresh_timestamp_seconds 1." in scraped())
    assert f'abasto_projector_lag_records{{partition="0",topic="{channels.POSITIONS}"}} 0.0' in scraped()
    eventually(lambda: "abasto_indicator_read_timestamp_seconds 1." in scraped())
    second = start_projector(topics.kafka, projector_metrics_port=port)
    assert second.process.wait(30) == 2
    assert "Choose another port with ABASTO_PROJECTOR_METRICS_PORT" in second.log.read_text(encoding="utf-8")
    assert projector.end() == 0


def test_a_rebuild_killed_at_any_moment_leaves_the_old_rows(
    topics: OutputTopics, engine: Engine, start_projector: Start, database: str
) -> None:
    projector = start_projector(topics.kafka)
    for day in range(1, 4):
        topics.publish(*a_day(day, 400), *(alert(f"a-{item}", sequence=day) for item in range(40)))
    eventually(lambda: set(versions(engine).values()) == {3} and len(rows(engine)["alert_transitions"]) == 120)
    eventually(lambda: offsets(engine) == topics.ends())
    projector.end()
    projected = rows(engine)
    environment = {**os.environ, "ABASTO_BROKERS": topics.kafka.bootstrap, "ABASTO_DATABASE": database}
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-m", "abasto", "projector", "rebuild"]
    for seconds in (1.5, 2.0, 2.5, 3.0):
        rebuilding = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        time.sleep(seconds)
        rebuilding.kill()
        rebuilding.wait()
        assert rows(engine) == projected
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.startswith("Rebuilt from 1,320 records.")
    assert rows(engine) == projected
    going_on = start_projector(topics.kafka)
    topics.publish(*a_day(4, 400))
    eventually(lambda: set(versions(engine).values()) == {4})
    assert going_on.end() == 0
