"""Publishing single records, each confirmed before the next."""

from types import TracebackType
from typing import Self

from kafka import KafkaProducer
from kafka.errors import KafkaError

from store.outgoing import Outgoing
from store.reader import knock
from store.settings import StoreSettings

SEND_S = 30
"""Time for the broker to confirm a record that all replicas have."""

TOPIC_MS = 15_000
"""Time for the broker to say where the topic's partitions are."""


class NotSent(RuntimeError):
    """The record never reached a broker."""


class Unconfirmed(RuntimeError):
    """The broker was given the record and did not confirm it: nobody knows whether it was written."""


class Sender:
    """Publishes records; connects when it has the first one."""

    def __init__(self, settings: StoreSettings) -> None:
        self._settings = settings
        self._producer: KafkaProducer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._producer is not None:
            self._producer.close(SEND_S)

    def send(self, outgoing: Outgoing) -> tuple[int, int]:
        """Partition and offset of a record, once all replicas have it.

        Raises:
            NotSent: nothing of it was written.
            Unconfirmed: it may have been.
        """
        if self._producer is None:
            self._producer = self._connected()
        self._find_topic(self._producer, outgoing.topic)
        # The client takes no null there; to whoever reads headers as text it is the same.
        headers = [(name, value or b"") for name, value in outgoing.headers]
        try:
            handed_over = self._producer.send(outgoing.topic, key=outgoing.key, value=outgoing.value, headers=headers)
        except KafkaError as error:
            raise NotSent(f"The record could not be handed to {outgoing.topic}: {error}") from error
        try:
            sent = handed_over.get(SEND_S)
        except KafkaError as error:
            raise Unconfirmed(
                f"{outgoing.topic} did not confirm the record ({error}), and may have it all the same. Look at its "
                "position before you send it with --again."
            ) from error
        return sent.partition, sent.offset

    def _connected(self) -> KafkaProducer:
        """A producer that writes a record once however often it has to try."""
        try:
            knock(self._settings.brokers)
            return KafkaProducer(
                **self._settings.kafka_client(),
                enable_idempotence=True,
                acks="all",
                allow_auto_create_topics=False,
                max_block_ms=TOPIC_MS,
                metrics_enabled=False,
            )
        except (OSError, KafkaError) as error:
            raise NotSent(f"Kafka at {self._settings.brokers} does not answer: {error}") from error

    def _find_topic(self, producer: KafkaProducer, topic: str) -> None:
        try:
            producer.partitions_for(topic)
        except KafkaError as error:
            raise NotSent(f"Kafka at {self._settings.brokers} has no topic {topic} to send to: {error}") from error
