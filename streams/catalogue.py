"""The catalogue as every worker reads it: whole before anything is counted, then followed, so that a change takes
effect without a restart."""

import logging
from typing import Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.catalogue import CatalogueEntry
from schemas.channels import CATALOGUE
from streams.clients import bulk_reader, close_reader
from streams.faults import BrokerUnreachable
from streams.metrics import WorkerMetrics
from streams.records import LeanRecord
from streams.settings import Settings
from supply.catalogue_entries import entry_of

log = logging.getLogger(__name__)

POLL_MS = 500
"""How long one read may wait for a change; only the end of the worker waits for it."""


class Entries(Protocol):
    """Where the entries go."""

    def __len__(self) -> int: ...
    def put(self, entry: CatalogueEntry) -> None: ...
    def remove(self, key: str) -> None: ...


class CatalogueReader:
    """Fills a catalogue from the compacted catalogue topic and keeps it up to date."""

    def __init__(self, catalogue: Entries, settings: Settings, metrics: WorkerMetrics) -> None:
        self._catalogue = catalogue
        self._settings = settings
        self._metrics = metrics
        self._reader: AIOKafkaConsumer | None = None

    async def read_whole(self) -> None:
        """Read the topic up to its present end."""
        partition = TopicPartition(CATALOGUE, 0)
        reader = self._reader = bulk_reader(self._settings)
        try:
            await reader.start()
            reader.assign([partition])
            end = (await reader.end_offsets([partition]))[partition]
            while await reader.position(partition) < end:
                await self._read_some(reader)
        except KafkaError as unanswered:
            raise BrokerUnreachable(f"the catalogue could not be read: {unanswered!r}") from unanswered
        self._metrics.catalogue_entries.set(len(self._catalogue))
        log.info("catalogue: %d entries", len(self._catalogue))

    async def follow(self) -> None:
        """Take over changes until cancelled."""
        reader = self._reader
        if reader is None:
            raise AssertionError("the catalogue is followed from where it was read to")
        while True:
            await self._read_some(reader)
            self._metrics.catalogue_entries.set(len(self._catalogue))

    async def close(self) -> None:
        """Let go of the reader."""
        if self._reader is not None:
            await close_reader(self._reader)

    async def _read_some(self, reader: AIOKafkaConsumer) -> None:
        for records in (await reader.getmany(timeout_ms=POLL_MS)).values():
            for record in records:
                self._apply(record)

    def _apply(self, record: LeanRecord) -> None:
        """Take one entry over. One that cannot be read leaves the older one in force, and says so."""
        try:
            if record.key is not None and record.value is None:
                self._catalogue.remove(record.key.decode())
            else:
                self._catalogue.put(entry_of(record.key, record.value or b""))
        except ValueError as unreadable:
            self._metrics.catalogue_rejected.inc()
            log.error("%s:0:%d: this entry is left out: %s", CATALOGUE, record.offset, unreadable)
