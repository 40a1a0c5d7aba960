"""The output topics of a Kafka cluster, read from offsets that the database keeps: the `Source` of the service.

No consumer group: partitions are assigned by hand and every position comes from our own tables, so Kafka's
idea of what was consumed is never asked. Only committed transactions are seen.
"""

import logging
import socket
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError, KafkaTimeoutError, LogTruncationError, OffsetOutOfRangeError

from store.faults import RecordsGone, TopicsMissing
from store.layout import ASK_AGAIN_S
from store.patience import Stopped
from store.settings import PREFIX, SettingError, StoreSettings
from store.source import Topic

log = logging.getLogger(__name__)

POLL_MS = 250
"""Longest wait for records. An order to stop is seen between two waits."""

ANSWER_MS = 2_000
"""Time for the broker to answer about offsets, in service. Past it, it counts as away and reading goes on trying."""

READ_BYTES = 8 << 20
"""Bytes a partition is read by: some 2,500 positions. With the client's 1 MiB, requests were a third of the time."""

RETRY_MAX_MS = 2_000
"""Longest pause between two attempts to connect to a broker that went away."""

BOOTSTRAP_MS = 4_000
"""Time for a broker that accepts connections to say who it is: less than the 5 s an order to stop may take."""

CONNECT_S = 1.0
"""Time for a broker to accept a connection."""


class TopicReader:
    """A `Source` over kafka-python. Not for several threads."""

    def __init__(self, settings: StoreSettings, topics: Iterable[str]) -> None:
        self._brokers = settings.brokers
        self._topics = list(topics)
        self._records_at_once = settings.projector_batch_records
        options = settings.kafka_client()
        self._consumer = KafkaConsumer(
            **options,
            group_id=None,
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="none",  # a position out of range is a fault for a person, never a silent jump
            allow_auto_create_topics=False,
            max_partition_fetch_bytes=READ_BYTES,
            reconnect_backoff_max_ms=RETRY_MAX_MS,
            bootstrap_timeout_ms=BOOTSTRAP_MS,
            metrics_enabled=False,
        )
        try:
            self._admin = KafkaAdminClient(
                **options, bootstrap_timeout_ms=BOOTSTRAP_MS, reconnect_backoff_max_ms=RETRY_MAX_MS
            )
        except KafkaError:
            self._consumer.close(autocommit=False, timeout_ms=ANSWER_MS)
            raise

    def topics(self) -> dict[str, Topic]:
        described: list[dict[str, Any]] = self._admin.describe_topics(self._topics)
        return {
            each["name"]: Topic(str(each["topic_id"]), len(each["partitions"]))
            for each in described
            if each["error_code"] == 0 and each["partitions"]
        }

    def beginnings(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        offsets: dict[TopicPartition, int] = self._consumer.beginning_offsets(list(partitions))
        return offsets

    def ends(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int] | None:
        try:
            offsets: dict[TopicPartition, int] = self._consumer.end_offsets(list(partitions), timeout_ms=ANSWER_MS)
        except KafkaTimeoutError:
            return None
        return offsets

    def follow(self, positions: Mapping[TopicPartition, int]) -> None:
        self._consumer.assign(list(positions))
        for partition, offset in positions.items():
            self._consumer.seek(partition, offset)

    def poll(self) -> dict[TopicPartition, list[ConsumerRecord]]:
        try:
            records: dict[TopicPartition, list[ConsumerRecord]] = self._consumer.poll(
                timeout_ms=POLL_MS, max_records=self._records_at_once
            )
        except (OffsetOutOfRangeError, LogTruncationError) as gone:
            raise RecordsGone(
                f"The next record to project is no longer in its topic ({gone}): retention was shorter than the "
                "projector's absence, or the topic was made anew. Run: abasto projector rebuild"
            ) from gone
        return records

    def position(self, partition: TopicPartition) -> int:
        offset: int = self._consumer.position(partition)
        return offset

    def close(self) -> None:
        self._consumer.close(autocommit=False, timeout_ms=ANSWER_MS)
        self._admin.close()


def open_reader(settings: StoreSettings, topics: Iterable[str], stop: threading.Event) -> TopicReader:
    """A reader, once the broker answers; raises `TopicsMissing` when it does not, `Stopped` when told to stop."""
    deadline = time.monotonic() + settings.topics_patience_seconds
    told = False
    while True:
        try:
            # A client that cannot reach its broker leaves a thread behind: it is made when a port is open.
            knock(settings.brokers)
            return TopicReader(settings, topics)
        except (OSError, KafkaError) as away:
            if time.monotonic() >= deadline:
                raise TopicsMissing(f"Kafka at {settings.brokers} does not answer: {away}. Is it running?") from away
            if not told:
                log.warning("Kafka at %s does not answer yet (%s); waiting for it", settings.brokers, away)
                told = True
        if stop.wait(ASK_AGAIN_S):
            raise Stopped


def knock(brokers: str) -> None:
    """Raises `OSError` unless one of the brokers accepts connections."""
    refused: OSError | None = None
    for broker in brokers.split(","):
        host, _, port = broker.strip().rpartition(":")
        if not host or not port.isdigit():
            raise SettingError(f"{PREFIX}BROKERS={brokers}: write host:port, several with commas")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_S).close()
        except OSError as error:
            refused = error
        else:
            return
    if refused is not None:
        raise refused
