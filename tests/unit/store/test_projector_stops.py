"""The projector stops rather than guess: at a record it cannot read, beside another one, without topics or database."""

import threading

import pytest
from sqlalchemy import Engine, select, text

from schemas import channels
from store.database import writing
from store.faults import DatabaseGone, Superseded, TopicMadeAnew, TopicsMissing
from store.metrics import ProjectorMetrics
from store.offsets import take_claim
from store.projections.records import UnreadableRecord
from store.tables import (
    PositionRow,
)
from tests.builders import (
    NOON,
    alert,
    catalogue,
    position,
)
from tests.unit.store.conftest import Project, projector, rows
from tests.unit.store.log import Log


@pytest.mark.parametrize(
    ("topic", "key", "value", "why"),
    [
        (channels.POSITIONS, b"A|B", b"\xff\xfe", "cannot be read"),
        (channels.POSITIONS, b"A|B", b'{"facility": "A"}', "missing required field"),
        (channels.POSITIONS, None, b"{}", "no key"),
        (channels.ALERTS, b"A|B", b'{"condition": "flood"}', "'flood'"),
        (channels.ALERTS, b"A|B", None, "empty"),
    ],
)
def test_a_record_of_a_newer_abasto_stops_the_projector_there_and_what_came_before_it_stands(
    engine: Engine, log: Log, project: Project, topic: str, key: bytes | None, value: bytes | None, why: str
) -> None:
    log.publish(*catalogue(), partition=0)
    log.publish(position(), alert(), partition=0)
    place = log.append(topic, 0, key, value)
    offset = log.end[place] - 1
    log.append(topic, 0, key, value)
    with pytest.raises(UnreadableRecord) as stopped:
        project()
    assert f"{topic}, partition 0, offset {offset} " in str(stopped.value)
    assert why in str(stopped.value)
    assert (topic, 0, offset) in {row[:3] for row in rows(engine)["projector_offsets"]}


def test_the_later_of_two_projectors_goes_on_and_the_earlier_stops(engine: Engine, log: Log) -> None:
    log.publish(position(version=1))

    def another_starts(stop: threading.Event) -> None:
        log.publish(position(version=2))
        projector(engine, log).run()
        log.publish(position(version=3))

    with pytest.raises(Superseded, match=r"projector on .* took the read model over at .* UTC"):
        projector(engine, log, on_idle=another_starts).run()
    with engine.connect() as connection:
        assert connection.scalar(select(PositionRow.version)) == 2
    projector(engine, log).run()
    with engine.connect() as connection:
        assert connection.scalar(select(PositionRow.version)) == 3


def test_offsets_that_somebody_else_moved_stop_the_projector(engine: Engine, log: Log) -> None:
    log.publish(position(version=1), partition=0)

    def moved(_stop: threading.Event) -> None:
        with writing(engine) as connection:
            connection.execute(text("UPDATE projector_offsets SET next_offset = 0"))
        log.publish(position(version=2), partition=0)

    with pytest.raises(Superseded, match="offsets in the database are not those this projector left"):
        projector(engine, log, on_idle=moved).run()


def test_a_locked_database_is_waited_for_and_one_that_stays_locked_ends_the_projector(
    engine: Engine, log: Log, metrics: ProjectorMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    log.publish(position())
    with writing(engine) as connection:
        take_claim(connection, "somebody who does not end", NOON)
        with pytest.raises(DatabaseGone, match="did not let us finish claiming the read model for 2 s"):
            projector(engine, log, metrics).run()
    assert "The database does not answer while claiming the read model" in caplog.text
    retries = metrics.registry.get_sample_value("abasto_projector_database_retries_total")
    assert retries is not None
    assert retries >= 1


def test_missing_topics_are_named(engine: Engine, log: Log, project: Project) -> None:
    del log.topics[channels.ALERTS]
    with pytest.raises(TopicsMissing, match=r"missing at the broker: abasto\.alerts\.v1\. The worker makes them"):
        project()


def test_a_topic_made_anew_is_refused(log: Log, project: Project) -> None:
    log.publish(position())
    project()
    log.make_anew(channels.POSITIONS)
    with pytest.raises(TopicMadeAnew, match=r"abasto projector rebuild"):
        project()
