"""Sending a dead letter again: as it was, because what it lacked is there now, or mended."""

from typing import NamedTuple

import msgspec
from kafka import KafkaProducer
from kafka.errors import KafkaError
from sqlalchemy import Connection, Engine, select

from schemas.channels import TOPIC_OF, position_key
from schemas.cloud_events import CONTENT_TYPE, HEADER_PREFIX
from schemas.codes import normalise_facility, normalise_item
from schemas.dead_letters import BadRecord, DeadLetter
from schemas.decode import decode_event
from store.database import utc_now, writing
from store.queries import NotFound, dead_letter, find_facility, mark_resent
from store.reader import knock
from store.settings import StoreSettings
from store.tables import ItemRow

SEND_S = 30
"""Time for the broker to confirm a record that all replicas have."""

Headers = tuple[tuple[str, bytes | None], ...]


class StillBad(ValueError):
    """The record would end among the dead letters again; the message says why and what to do."""


class NotSent(RuntimeError):
    """The broker did not confirm the record."""


class Outgoing(NamedTuple):
    """A record ready to be published."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Headers


class Resent(msgspec.Struct, frozen=True, kw_only=True):
    """Where a dead letter now lies."""

    number: str
    mended: bool
    topic: str
    partition: int
    offset: int


def resend(settings: StoreSettings, engine: Engine, number: str, mended: bytes | None = None) -> Resent:
    """Publishes a dead letter again, with other bytes if `mended` is given, and notes that it was.

    It goes to the topic of its event type (the one it came from, unless that was the fault) under the key of its
    position. Killed between the broker's answer and the note, it can be sent a second time: the same event counts
    once. Raises `NotFound`, `StillBad` or `NotSent`; then nothing was noted.
    """
    with engine.connect() as connection:
        letter = dead_letter(connection, number).letter
        outgoing = prepare(connection, letter, mended)
    partition, offset = _send(settings, outgoing)
    resent = Resent(number=number, mended=mended is not None, topic=outgoing.topic, partition=partition, offset=offset)
    with writing(engine) as connection:
        mark_resent(
            connection,
            number,
            utc_now(),
            mended=resent.mended,
            topic=resent.topic,
            partition=resent.partition,
            offset=resent.offset,
        )
    return resent


def prepare(connection: Connection, letter: DeadLetter, mended: bytes | None) -> Outgoing:
    """The record to publish; raises `StillBad` when the engine would refuse it again."""
    value = letter.value if mended is None else mended
    headers = letter.headers if mended is None or not _names_its_type(mended) else _without_cloud_event(letter.headers)
    try:
        event = decode_event(value, headers)
        item = normalise_item(event.item)
        facility = normalise_facility(event.facility)
    except BadRecord as bad:
        hint = "" if mended else " Mend a copy of it and give that with --with FILE."
        raise StillBad(f"{bad.reason}{hint}") from bad
    except ValueError as bad:
        raise StillBad(str(bad)) from bad
    if connection.execute(select(ItemRow.item).where(ItemRow.item == item)).first() is None:
        raise StillBad(f"Item {item} is not in the catalogue: load it first (abasto catalogue load)")
    try:
        place = find_facility(connection, facility)
    except NotFound:
        place = None
    if place is None or place.kind is None:
        raise StillBad(f"Facility {facility} is not in the catalogue: load it first (abasto catalogue load)")
    return Outgoing(TOPIC_OF[type(event)], position_key(place.facility, item).encode(), value, headers)


def _names_its_type(value: bytes) -> bool:
    """Whether the bytes are an event by themselves, without the headers of a CloudEvent in binary mode."""
    try:
        body = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return isinstance(body, dict) and "type" in body


def _without_cloud_event(headers: Headers) -> Headers:
    return tuple(
        (name, value) for name, value in headers if not name.startswith(HEADER_PREFIX) and name != CONTENT_TYPE
    )


def _send(settings: StoreSettings, outgoing: Outgoing) -> tuple[int, int]:
    try:
        knock(settings.brokers)
        producer = KafkaProducer(
            **settings.kafka_client(), acks="all", allow_auto_create_topics=False, metrics_enabled=False
        )
    except (OSError, KafkaError) as error:
        raise NotSent(f"Kafka at {settings.brokers} does not answer: {error}") from error
    try:
        sent = producer.send(
            outgoing.topic, key=outgoing.key, value=outgoing.value, headers=list(outgoing.headers)
        ).get(SEND_S)
    except KafkaError as error:
        raise NotSent(f"{outgoing.topic} did not take the record: {error}") from error
    finally:
        producer.close(SEND_S)
    return sent.partition, sent.offset
