"""Sending dead letters again: as they were, because what they lacked is there now, or one of them mended.

Once, unless a person insists: the service knows an event again only within the lateness window, and dead letters are
mostly found later than that.
"""

import datetime as dt
from collections.abc import Callable

import msgspec
from sqlalchemy import Engine

from schemas.dead_letters import Fault
from store.catalogue import known_catalogue
from store.database import writing
from store.outgoing import NOT_AS_IT_WAS, StillBad, prepare
from store.queries import (
    DeadLetterLine,
    dead_letter,
    dead_letter_numbers,
    hold_dead_letter,
    note_not_sent,
    note_sending,
    note_sent,
)
from store.sender import NotSent, Sender
from store.settings import StoreSettings
from supply.catalogue import Catalogue
from supply.rules import Rules

LATENESS_WINDOW = dt.timedelta(days=Rules().lateness_days)
"""How long the service knows an event again by its source and id; no rules file changes it."""


class SentBefore(RuntimeError):
    """The letter was sent again before, or may have been; the message says when, and what a second time would do."""


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


class Kept(msgspec.Struct, frozen=True):
    """A dead letter that was not sent, and why."""

    number: str
    reason: str


class ResentAll(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the dead letters of one fault: how many were sent as they were, and which were not."""

    sent: int
    kept: list[Kept]


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
    with Sender(settings) as sender:
        with engine.connect() as connection:
            catalogue = known_catalogue(connection)
        return _resend(sender, engine, catalogue, number, mended, now, again=again)


def resend_all(
    settings: StoreSettings,
    engine: Engine,
    fault: Fault,
    topic: str | None,
    now: dt.datetime,
    done: Callable[[int], None] = lambda _: None,
) -> ResentAll:
    """Publishes all open dead letters of a fault (of one topic) again as they were, oldest first; `done` is told of
    each. Those that would be refused again, and those that may have been sent already, are left alone.

    Raises:
        StillBad: no letter of this fault can go as it was.
        NotSent, Unconfirmed: Kafka did not answer. What was sent until then is noted; the next call goes on.
    """
    if fault in NOT_AS_IT_WAS:
        raise StillBad(f"Letters of the fault {fault} cannot go as they were: only a person knows what is right.")
    sent, kept = 0, []
    with engine.connect() as connection:
        catalogue = known_catalogue(connection)
        numbers = dead_letter_numbers(connection, fault, topic)
    with Sender(settings) as sender:
        for number in numbers:
            try:
                _resend(sender, engine, catalogue, number, None, now, again=False)
                sent += 1
            except (StillBad, SentBefore) as wrong:
                kept.append(Kept(number, str(wrong)))
            done(1)
    return ResentAll(sent=sent, kept=kept)


def _resend(
    sender: Sender,
    engine: Engine,
    catalogue: Catalogue,
    number: str,
    mended: bytes | None,
    now: dt.datetime,
    *,
    again: bool,
) -> Resent:
    with engine.connect() as connection:
        outgoing = prepare(catalogue, dead_letter(connection, number).letter, mended, now)
    recognised = now - outgoing.at <= LATENESS_WINDOW
    with writing(engine) as connection:
        line = hold_dead_letter(connection, number)
        sent_before = max((at for at in (line.resent_at, line.unconfirmed_at) if at is not None), default=None)
        if sent_before is not None and not again:
            raise SentBefore(_why_not_again(line, recognised))
        note = note_sending(connection, number, now, mended=mended is not None, topic=outgoing.topic)
    try:
        partition, offset = sender.send(outgoing)
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
