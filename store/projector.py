"""The projector: output topics in, tables out, each record once.

Rows and offsets are written in one database transaction, so whatever is killed, and whenever, the next start goes
on exactly where the rows end.
"""

import logging
import os
import socket
import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence

from kafka import TopicPartition
from sqlalchemy import Engine

from store import batch, layout
from store.batch import Batch
from store.database import utc_now, writing
from store.faults import RebuiltMeanwhile
from store.metrics import ProjectorMetrics
from store.offsets import Place, Reached, read_offsets, take_claim
from store.patience import Patience, Stopped
from store.projections import PROJECTIONS
from store.projections.records import Fault, OutputRecord
from store.settings import StoreSettings
from store.source import Source, TimedRecord, Topic
from store.watch import Watch

log = logging.getLogger(__name__)

LOOK_AT_TOPICS_S = 30.0
"""Between two questions to the broker whether a topic got more partitions: it happens once in years."""


class Projector:
    """Follows the topics until its `patience` is told to stop, or a fault ends it."""

    def __init__(
        self,
        settings: StoreSettings,
        engine: Engine,
        source: Source,
        patience: Patience,
        metrics: ProjectorMetrics,
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._source = source
        self._patience = patience
        self._metrics = metrics
        self._watch = Watch(source, metrics, settings.brokers)
        self._holder = holder_name("projector")
        self._ids: dict[str, str] = {}
        self._expected: dict[Place, Reached] = {}
        """How far the database is, as we left it."""
        self._thinned_below: dict[TopicPartition, int] = {}

    def run(self) -> None:
        """Projects until told to stop; raises `ProjectorFault` when it cannot go on."""
        while not self._patience.stop.is_set():
            try:
                self._project_from_where_the_rows_end()
            except RebuiltMeanwhile as rebuilt:
                # Whoever rebuilds need not stop us first. Nothing that we know of rows and offsets holds any more.
                log.info("%s. Going on from where that ended", rebuilt)
                self._thinned_below.clear()
                # Nor what connections remember of the rows they wrote.
                self._engine.dispose()

    def _project_from_where_the_rows_end(self) -> None:
        try:
            topics = layout.await_topics(
                self._source, PROJECTIONS, self._settings.topics_patience_seconds, self._patience
            )
            self._patience.insist(self._claim, "claiming the read model")
            positions = self._follow(topics)
            looked_at_topics_at = time.monotonic()
            while not self._patience.stop.is_set():
                if fetched := self._source.poll():
                    self._project(fetched)
                positions = {partition: self._source.position(partition) for partition in positions}
                asked = self._watch.look(positions)
                if asked or not fetched:
                    self._note(positions)
                topics_due = time.monotonic() - looked_at_topics_at >= LOOK_AT_TOPICS_S
                if asked and self._watch.broker_up and topics_due:
                    looked_at_topics_at = time.monotonic()
                    positions = self._follow(self._source.topics())
        except Stopped:
            log.info("Told to stop; the last batch is complete")

    def _claim(self) -> None:
        with writing(self._engine) as connection:
            take_claim(connection, self._holder, utc_now())
            self._expected = read_offsets(connection)

    def _follow(self, topics: Mapping[str, Topic]) -> dict[TopicPartition, int]:
        """Reads every partition there is from where the database ends; called again it takes new ones along."""
        known = self._thinned_below
        partitions = layout.places(topics)
        if known and set(partitions) <= set(known):
            return {partition: self._source.position(partition) for partition in known}
        positions = layout.starting_positions(self._source, topics, self._expected)
        new = [partition for partition in positions if partition not in known]
        # Compaction may have been at work on what was published before we came; what comes from now on it leaves
        # alone until long after we have read it.
        self._thinned_below |= layout.await_ends(self._source, new, self._patience)
        self._ids = {name: topic.topic_id for name, topic in topics.items()}
        self._source.follow(positions)
        log.info("Reading %d partitions (%d of them new) of %s", len(positions), len(new), ", ".join(topics))
        return positions

    def _project(self, fetched: Mapping[TopicPartition, Sequence[TimedRecord]]) -> None:
        decoded = batch.decode(
            {Place(*partition): records for partition, records in fetched.items()},
            {Place(*partition): self._source.position(partition) for partition in fetched},
            self._ids,
        )
        self._write(decoded)
        if decoded.unreadable is not None:
            raise decoded.unreadable
        oldest = min(records[0].timestamp for records in fetched.values())
        self._metrics.delay_seconds.observe(max(0.0, time.time() - oldest / 1000))

    def _note(self, positions: Mapping[TopicPartition, int]) -> None:
        """Keeps the positions that moved without a record: a batch cut right after the last record of a transaction
        leaves its commit marker, which the next poll steps over. Retention may delete all before it, and a next start
        must not look for what only was a marker. At rest, then, what is kept is where the topics end."""
        moved = {
            Place(*partition): Reached(offset, self._ids[partition.topic])
            for partition, offset in positions.items()
            if (before := self._expected.get(Place(*partition))) is None or before.next_offset != offset
        }
        if moved:
            self._write(Batch({}, moved, None))

    def _write(self, decoded: Batch) -> None:
        started = time.perf_counter()
        faults = self._patience.insist(lambda: self._transaction(decoded), "writing a batch")
        self._expected |= decoded.reached
        self._metrics.batch_seconds.observe(time.perf_counter() - started)
        for topic, records in decoded.records.items():
            self._metrics.records.labels(topic).inc(len(records))
        for fault, count in faults.items():
            self._metrics.faults.labels(fault).inc(count)
            log.error("%s: %d in the batch that ends at %s", fault, count, dict(decoded.reached))

    def _transaction(self, decoded: Batch) -> Counter[Fault]:
        with writing(self._engine) as connection:
            return batch.write(connection, decoded, self._holder, self._expected, self._is_thinned)

    def _is_thinned(self, record: OutputRecord) -> bool:
        return record.offset < self._thinned_below.get(TopicPartition(record.topic, record.partition), 0)


def holder_name(what: str) -> str:
    """A name that no other process has, and by which a person finds this one."""
    return f"{what} on {socket.gethostname()}, pid {os.getpid()} ({uuid.uuid4().hex[:8]})"
