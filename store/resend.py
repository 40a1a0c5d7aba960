"""Sending a dead letter again: as it was, because what it lacked is there now, or mended."""

import datetime as dt
from typing import NamedTuple

import msgspec
from kafka import KafkaProducer
from kafka.errors import KafkaError
from sqlalchemy import Connection, Engine

from schemas.channels import TOPIC_OF
from schemas.cloud_events import CONTENT_TYPE, HEADER_PREFIX
from schemas.dead_letters import BadRecord, DeadLetter
from store.catalogue import known_catalogue
from store.database import writing
from store.queries import dead_letter, mark_resent
from store.reader import knock
from store.settings import StoreSettings
from supply.calendar import milliseconds
from supply.entries import entry_of
from supply.intake import Intake

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
    sent_before: dt.datetime | None
    """When it was last sent again before this time; its event counts once all the same."""


def resend(settings: StoreSettings, engine: Engine, number: str, mended: bytes | None, now: dt.datetime) -> Resent:
    """Publishes a dead letter again, with other bytes if `mended` is given, and notes that it was, at `now`.

    It goes to the topic of its event type (the one it came from, unless that was the fault) under the key of its
    position. Killed between the broker's answer and the note, it can be sent a second time: the same event counts
    once. Raises `NotFound`, `StillBad` or `NotSent`; then nothing was noted.
    """
    with engine.connect() as connection:
        detail = dead_letter(connection, number)
        outgoing = prepare(connection, detail.letter, mended, now)
    partition, offset = _send(settings, outgoing)
    resent = Resent(
        number=number,
        mended=mended is not None,
        topic=outgoing.topic,
        partition=partition,
        offset=offset,
        sent_before=detail.line.resent_at,
    )
    with writing(engine) as connection:
        mark_resent(
            connection,
            number,
            now,
            mended=resent.mended,
            topic=resent.topic,
            partition=resent.partition,
            offset=resent.offset,
        )
    return resent


def prepare(connection: Connection, letter: DeadLetter, mended: bytes | None, now: dt.datetime) -> Outgoing:
    """The record to publish; raises `StillBad` when the engine would refuse it again.

    The engine's own door says so, with the catalogue of the read model; topic and key are those it asks for. Only how
    late a mended count is stays for the engine to judge: it depends on what the shard has seen.
    """
    value = letter.value if mended is None else mended
    headers = letter.headers if mended is None or not _names_its_type(mended) else _without_cloud_event(letter.headers)
    catalogue = known_catalogue(connection)
    try:
        position, event, at_ms = Intake(catalogue).admit(None, None, value, headers, milliseconds(now))
        item = catalogue.item(event.item)
        entry_of(event, at_ms, 10 ** (item.decimals if item else 0))
        if mended is None and letter.fault == "too_late":
            # The events that came before it only grow newer.
            raise BadRecord(letter.fault, letter.field, letter.reason)
    except BadRecord as bad:
        raise StillBad(_what_to_do(bad, mended is not None)) from bad
    return Outgoing(TOPIC_OF[type(event)], position.encode(), value, headers)


def _what_to_do(bad: BadRecord, mended: bool) -> str:
    reason = bad.reason[:1].upper() + bad.reason[1:].rstrip(".") + "."
    match bad.fault:
        case "unknown_item" | "unknown_facility":
            return f"{reason} The command for it is: abasto catalogue load"
        case _:
            return reason if mended else f"{reason} Mend a copy of the record and give it with --with FILE."


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
