"""A worker on a Kafka in memory: real shards, checkpoints, recovery and assignment, told what to do and when."""

from collections.abc import Iterable
from typing import Final

import pytest

import streams.checkpoint
import streams.recovery
from agents.shards import supply_shards
from schemas.catalogue import CatalogueEntry
from schemas.channels import INPUTS, position_key
from streams.assignment import Assignment
from streams.decisions import Decision
from streams.faults import Fenced
from streams.metrics import WorkerMetrics
from streams.partitioning import partition_of
from streams.records import Chunk
from streams.settings import Settings
from supply.catalogue import Catalogue
from supply.rules import Rules
from tests.events import ITEM
from tests.fakes.kafka import MemoryKafka, MemoryProducer, MemoryReader
from tests.unit.supply.shelf import hospital, medicine

PARTITIONS: Final = 2

HOSPITALS: Final = ("DFIMS000604", "DFIMS000606", "DFIMS000611")
CATALOGUE: Final[list[CatalogueEntry]] = [medicine(), *(hospital(facility=each) for each in HOSPITALS)]
HOMES: Final = {each: partition_of(position_key(each, ITEM), PARTITIONS) for each in HOSPITALS}


def stand_in(kafka: MemoryKafka, patch: pytest.MonkeyPatch) -> None:
    """Let the clients of all shards be those of a Kafka in memory."""

    async def last_decision(_settings: Settings, name: str) -> Decision:
        return kafka.last_decision(int(name.rpartition("-")[2]))

    patch.setattr(streams.checkpoint, "last_decision", last_decision)
    patch.setattr(streams.checkpoint, "shard_producer", lambda _, number: MemoryProducer(kafka, number))
    patch.setattr(streams.checkpoint, "end_everywhere", MemoryProducer.end_everywhere)
    patch.setattr(streams.recovery, "bulk_reader", lambda _, group: MemoryReader(kafka))


class Worker:
    """One worker process: its shards, and where its consumer reads."""

    def __init__(self, kafka: MemoryKafka, rules: Rules) -> None:
        settings = Settings(partitions=PARTITIONS, clock="events")
        open_shard = supply_shards(settings, rules, Catalogue(CATALOGUE))
        self.assignment = Assignment(settings, open_shard, WorkerMetrics(), wall_ms=lambda: None)
        self.assignment.ends = kafka.end
        self.reading = 0
        self.next: dict[tuple[str, int], int] = {}
        self._kafka = kafka

    async def assign(self, partitions: Iterable[int]) -> None:
        """The end of a rebalance."""
        await self.assignment.assign((topic, number) for number in partitions for topic in INPUTS)
        self.reading, self.next = self.assignment.begin_reading()

    def read(self, topic: str, partition: int, most: int) -> None:
        """Count what one fetch brings."""
        start = self.next.get((topic, partition))
        if start is not None:
            records, end = self._kafka.fetch(topic, partition, start, most)
            self.next[topic, partition] = end
            self.assignment.take(Chunk(topic, partition, start, end, records, reading=self.reading))

    async def save(self) -> None:
        """Checkpoint whatever has changed; a shard that was taken over is given up."""
        for owned in self.assignment.owned:
            try:
                await self.assignment.save(owned)
            except Fenced:
                await self.assignment.drop(owned)
