"""Sending a dead letter again: as it was, because what it lacked is there now, or mended.

Once, unless a person insists: the service knows an event again only within the lateness window, and dead letters are
mostly found later than that.
"""

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
from store.queries import (
    DeadLetterLine,
    dead_letter,
    hold_dead_letter,
    note_not_sent,
    note_sending,
    note_sent,
)
from store.reader import knock
from store.settings import StoreSettings
from supply.calendar import milliseconds
from supply.entries import entry_of
from supply.intake import Intake
from supply.rules import Rules

SEND_S = 30
"""Time for the broker to confirm a record that all replicas have."""

TOPIC_MS = 15_000
"""Time for the broker to say where the topic's partitions are."""

_NOT_AS_IT_WAS = frozenset({"too_late", "wrong_key"})
"""The events that came before a late one only grow newer; and which of key and body is right, only a person knows."""

LATENESS_WINDOW = dt.timedelta(days=Rules().lateness_days)
"""How long the service knows an event again by its source and id; no rules file changes it."""

Headers = tuple[tuple[str, bytes | None], ...]


class StillBad(ValueError):
    """The record would end among the dead letters again; the message says why and what to do."""


class NotSent(RuntimeError):
    """The record never reached a broker."""


class Unconfirmed(RuntimeError):
    """The broker was given the record and did not confirm it: nobody knows whether it was written."""


class SentBefore(RuntimeError):
    """The letter was sent again before, or may have been; the message says when, and what a second time would do."""


class Outgoing(NamedTuple):
    """A record ready to be published."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Headers
    at: dt.datetime
    """When its event happened."""


class Resent(msgspec.Struct, frozen=True, kw_only=True):
    """Where a dead letter now lies."""

    number: str
    mended: bool
    topic: str
    partition: int
    offset: int
    sent_before: dt.datetime | None
    """When it was last sent again before this time, or may have been."""
    recognised: bool
    """Whether its event is within the lateness window, where the same source and id again count once."""


def resend(
    settings: StoreSettings,
    engine: Engine,
    number: str,
    mended: bytes | None,
    now: dt.datetime,
    *,
    again: bool = False,
) -> Resent:
    """Publishes a dead letter again, with other bytes if `mended` is given, and notes that it was, at `now`.

    It goes to the topic of its event type (the one it came from, unless that was the fault) under the key of its
    position. The note is made before the record goes out and completed after: killed in between, the letter counts as
    one that may have been sent. One that was sent before, or may have been, is sent only if asked to `again`.

    Raises:
        NotFound, StillBad, SentBefore, NotSent: then it was not sent, and nothing was noted.
        Unconfirmed: the note stays.
    """
    with engine.connect() as connection:
        letter = dead_letter(connection, number).letter
        outgoing = prepare(connection, letter, mended, now)
    recognised = now - outgoing.at <= LATENESS_WINDOW
    with writing(engine) as connection:
        line = hold_dead_letter(connection, number)
        sent_before = max((at for at in (line.resent_at, line.unconfirmed_at) if at is not None), default=None)
        if sent_before is not None and not again:
            raise SentBefore(_why_not_again(line, recognised))
        note = note_sending(connection, number, now, mended=mended is not None, topic=outgoing.topic)
    try:
        partition, offset = _send(settings, outgoing)
    except NotSent:
        with writing(engine) as connection:
            note_not_sent(connection, note)
        raise
    with writing(engine) as connection:
        note_sent(connection, note, partition=partition, offset=offset)
    return Resent(
        number=number,
        mended=mended is not None,
        topic=outgoing.topic,
        partition=partition,
        offset=offset,
        sent_before=sent_before,
        recognised=recognised,
    )


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
        if mended is None and letter.fault in _NOT_AS_IT_WAS:
            raise BadRecord(letter.fault, letter.field, letter.reason)
    except BadRecord as bad:
        raise StillBad(_what_to_do(bad, mended is not None)) from bad
    return Outgoing(TOPIC_OF[type(event)], position.encode(), value, headers, event.time)


def _why_not_again(line: DeadLetterLine, recognised: bool) -> str:
    said = []
    if line.resent_at is not None:
        said.append(f"It was sent again before, at {line.resent_at:%Y-%m-%d %H:%M} UTC.")
    if line.unconfirmed_at is not None:
        said.append(f"It may have been sent at {line.unconfirmed_at:%Y-%m-%d %H:%M} UTC: no answer of Kafka was noted.")
    days = LATENESS_WINDOW.days
    if recognised:
        said.append(f"Its event is not older than {days} days: under the same source and id it counts once.")
    else:
        said.append(
            f"Its event is older than {days} days and may be recognised no more: then it would count a second time."
        )
    said.append("To send it all the same, give --again.")
    return " ".join(said)


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
    producer = _producer(settings, outgoing.topic)
    # The client takes no null there; to whoever reads headers as text it is the same.
    headers = [(name, value or b"") for name, value in outgoing.headers]
    try:
        try:
            handed_over = producer.send(outgoing.topic, key=outgoing.key, value=outgoing.value, headers=headers)
        except KafkaError as error:
            raise NotSent(f"The record could not be handed to {outgoing.topic}: {error}") from error
        try:
            sent = handed_over.get(SEND_S)
        except KafkaError as error:
            raise Unconfirmed(
                f"{outgoing.topic} did not confirm the record ({error}), and may have it all the same. Look at its "
                "position before you send it with --again."
            ) from error
    finally:
        producer.close(SEND_S)
    return sent.partition, sent.offset


def _producer(settings: StoreSettings, topic: str) -> KafkaProducer:
    """A producer that knows the topic, and writes a record once however often it has to try."""
    try:
        knock(settings.brokers)
        producer = KafkaProducer(
            **settings.kafka_client(),
            enable_idempotence=True,
            acks="all",
            allow_auto_create_topics=False,
            max_block_ms=TOPIC_MS,
            metrics_enabled=False,
        )
    except (OSError, KafkaError) as error:
        raise NotSent(f"Kafka at {settings.brokers} does not answer: {error}") from error
    try:
        producer.partitions_for(topic)
    except KafkaError as error:
        producer.close(SEND_S)
        raise NotSent(f"Kafka at {settings.brokers} has no topic {topic} to send to: {error}") from error
    return producer
