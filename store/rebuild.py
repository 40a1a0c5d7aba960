"""Building the read model again from the topics, in one transaction.

Readers see the old rows until the new ones are complete; killed in the middle, the old ones stay. What the topics
can no longer tell is kept: months that rolled out of their positions, transitions and dead letters that retention
took, and everything people decided. See docs/decisions/read-model.md.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import NamedTuple

from kafka import TopicPartition
from sqlalchemy import Connection, Engine, and_, delete, exists, func, or_, select

from schemas import channels
from store import batch, layout
from store.database import check_schema, open_engine, utc_now, writing
from store.faults import TopicsMissing
from store.offsets import REBUILD, Place, Reached, read_offsets, take_claim, write_offsets
from store.patience import Patience
from store.projections import PROJECTIONS
from store.projections.alerts import restore
from store.projector import holder_name
from store.reader import open_reader
from store.settings import StoreSettings
from store.source import Source, Topic
from store.tables import (
    AlertPlaceRow,
    AlertRow,
    AlertTransitionRow,
    Base,
    ConsumptionMonthRow,
    DeadLetterRow,
    FacilityAliasRow,
    FacilityRow,
    ItemRow,
    OfficialCpmRow,
    PositionRow,
    ProjectorOffsetRow,
)

log = logging.getLogger(__name__)

SILENCE_S = 60.0
"""A broker that sends nothing for so long in mid-rebuild is gone; waiting longer would hold the lock for nothing."""

Progress = Callable[[int, int], None]
"""Told offsets read and offsets to read."""


class Rebuilt(NamedTuple):
    """What a rebuild did."""

    records: int
    kept_transitions: int
    kept_dead_letters: int


def rebuild(settings: StoreSettings, progress: Progress = lambda _read, _all: None) -> Rebuilt:
    """Empties the projected tables and fills them from the start of the topics to their present ends.

    A projector that runs waits for it to end and goes on from there. Raises `ProjectorFault`; then nothing has
    changed.
    """
    stop = threading.Event()
    patience = Patience(settings.database_patience_seconds, stop)
    engine = open_engine(settings.database, read_again=True)
    try:
        check_schema(engine)
        with closing(open_reader(settings, PROJECTIONS, stop)) as reader:
            topics = layout.await_topics(reader, PROJECTIONS, settings.topics_patience_seconds, patience)
            return rebuild_from(engine, reader, topics, patience, progress)
    finally:
        engine.dispose()


def rebuild_from(
    engine: Engine,
    source: Source,
    topics: Mapping[str, Topic],
    patience: Patience,
    progress: Progress = lambda _read, _all: None,
) -> Rebuilt:
    """The rebuild itself, from any source."""
    partitions = layout.places(topics)
    begin = source.beginnings(partitions)
    end = layout.await_ends(source, partitions, patience)
    with writing(engine) as connection:
        take_claim(connection, holder_name(REBUILD), utc_now())
        kept = _empty(connection, topics, begin)
        source.follow(begin)
        records = _fill(connection, source, topics, begin, end, progress)
        _drop_months_without_position(connection)
    return Rebuilt(records, *kept)


def _empty(connection: Connection, topics: Mapping[str, Topic], begin: Mapping[TopicPartition, int]) -> tuple[int, int]:
    """Deletes what the topics will tell again; returns how many transitions and dead letters stay."""
    before = read_offsets(connection)
    same = {place.topic for place, at in before.items() if topics[place.topic].topic_id == at.topic_id}
    for topic in topics.keys() - same:
        log.info("%s was never projected, or was made anew: nothing of it is kept", topic)
    if channels.POSITIONS in same:
        shown = and_(
            PositionRow.facility == ConsumptionMonthRow.facility,
            PositionRow.item == ConsumptionMonthRow.item,
            PositionRow.months_from <= ConsumptionMonthRow.month,
        )
        connection.execute(delete(ConsumptionMonthRow).where(exists().where(shown)))
    else:
        connection.execute(delete(ConsumptionMonthRow))
    for table, topic in ((AlertTransitionRow, channels.ALERTS), (DeadLetterRow, channels.DEAD_LETTERS)):
        held = [
            and_(table.topic_partition == partition.partition, table.topic_offset >= offset)
            for partition, offset in begin.items()
            if partition.topic == topic
        ]
        connection.execute(delete(table).where(or_(*held)) if topic in same else delete(table))
    for emptied in (
        PositionRow,
        AlertRow,
        AlertPlaceRow,
        ItemRow,
        FacilityRow,
        FacilityAliasRow,
        OfficialCpmRow,
        ProjectorOffsetRow,
    ):
        connection.execute(delete(emptied))
    restore(connection)
    return _count(connection, AlertTransitionRow), _count(connection, DeadLetterRow)


def _fill(
    connection: Connection,
    source: Source,
    topics: Mapping[str, Topic],
    begin: Mapping[TopicPartition, int],
    end: Mapping[TopicPartition, int],
    progress: Progress,
) -> int:
    """Projects every record below `end`, writes the offsets reached and returns the number of records."""
    ids = {name: topic.topic_id for name, topic in topics.items()}
    to_read = sum(end[partition] - begin[partition] for partition in begin)
    positions = dict(begin)
    records = 0
    answered_at = time.monotonic()
    while any(positions[partition] < end[partition] for partition in positions):
        fetched = source.poll()
        positions = {partition: source.position(partition) for partition in positions}
        decoded = batch.decode(
            {Place(*partition): listed for partition, listed in fetched.items()},
            {Place(*partition): offset for partition, offset in positions.items()},
            ids,
        )
        if decoded.unreadable is not None:
            raise decoded.unreadable
        batch.project(connection, decoded, lambda _record: True)
        records += sum(map(len, decoded.records.values()))
        if fetched:
            answered_at = time.monotonic()
        elif time.monotonic() - answered_at > SILENCE_S:
            raise TopicsMissing(f"Kafka sent nothing for {SILENCE_S:.0f} s in mid-rebuild; nothing was changed")
        progress(sum(positions[partition] - begin[partition] for partition in begin), to_read)
    write_offsets(
        connection,
        {Place(*partition): Reached(offset, ids[partition.topic]) for partition, offset in positions.items()},
    )
    return records


def _drop_months_without_position(connection: Connection) -> None:
    same = and_(PositionRow.facility == ConsumptionMonthRow.facility, PositionRow.item == ConsumptionMonthRow.item)
    connection.execute(delete(ConsumptionMonthRow).where(~exists().where(same)))


def _count(connection: Connection, table: type[Base]) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()
