"""How far behind the topics the read model is, and whether the broker answers at all."""

import logging
import time

from kafka import TopicPartition

from store.metrics import ProjectorMetrics
from store.source import Source

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""Between two questions to the broker where its partitions end."""


class Watch:
    """Asks the broker from time to time and keeps lag and freshness. Everything before the source's positions has
    been projected whenever this is called."""

    def __init__(self, source: Source, metrics: ProjectorMetrics, brokers: str) -> None:
        self.broker_up = True
        self._source = source
        self._metrics = metrics
        self._brokers = brokers
        self._looked_at = float("-inf")
        self._ends: dict[TopicPartition, int] = {}
        self._ends_at = 0.0
        metrics.broker_up.set(1)

    def look(self, positions: dict[TopicPartition, int]) -> bool:
        """Updates the metrics from the positions reached; asks the broker when it is time, and tells if it did."""
        asked = time.monotonic() - self._looked_at >= LOOK_S
        if asked:
            self._ask(list(positions))
        behind = {partition: max(0, end - positions[partition]) for partition, end in self._ends.items()}
        for partition, records in behind.items():
            self._metrics.lag.labels(partition.topic, partition.partition).set(records)
        if self.broker_up and not any(behind.values()):
            self._metrics.fresh_at.set(self._ends_at)
        return asked

    def _ask(self, partitions: list[TopicPartition]) -> None:
        asked_at = time.time()
        ends = self._source.ends(partitions)
        self._looked_at = time.monotonic()
        if (ends is not None) != self.broker_up:
            if ends is None:
                log.warning("Kafka at %s does not answer; waiting for it", self._brokers)
            else:
                log.warning("Kafka at %s answers again", self._brokers)
        self.broker_up = ends is not None
        self._metrics.broker_up.set(self.broker_up)
        if ends is not None:
            self._ends, self._ends_at = ends, asked_at
