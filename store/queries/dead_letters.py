"""Dead letters: what was refused and why, and which were sent again."""

import datetime as dt
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, case, delete, func, insert, select, update

from schemas.dead_letters import DeadLetter, Fault
from store.queries.reading import LIMIT, NotFound, Query
from store.tables import DeadLetterResendRow, DeadLetterRow

State = Literal["open", "resent"]

_dead_letter = msgspec.json.Decoder(DeadLetter)


class DeadLetterLine(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter as lists show it."""

    number: str
    state: State
    at: dt.datetime
    fault: Fault
    field: str | None
    reason: str
    resent_at: dt.datetime | None
    unconfirmed_at: dt.datetime | None
    """When it was last handed to a broker whose answer nobody noted: it may have been sent again."""


class DeadLetterPage(msgspec.Struct, frozen=True):
    """Some dead letters of a list, and how many the whole list has."""

    total: int
    dead_letters: list[DeadLetterLine]


class DeadLetterDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter with the record as it was."""

    line: DeadLetterLine
    letter: DeadLetter


def dead_letters(
    connection: Connection,
    *,
    state: State | None = None,
    fault: Fault | None = None,
    topic: str | None = None,
    limit: int = LIMIT,
    offset: int = 0,
) -> DeadLetterPage:
    """The dead letters that meet every filter given, newest first."""
    resent = _resent()
    conditions = []
    if state is not None:
        conditions.append(resent.c.resent_at.is_(None) if state == "open" else resent.c.resent_at.is_not(None))
    if fault is not None:
        conditions.append(DeadLetterRow.fault == fault)
    if topic is not None:
        conditions.append(DeadLetterRow.topic == topic)
    same = resent.c.number == DeadLetterRow.number
    counted = select(func.count()).select_from(DeadLetterRow).outerjoin(resent, same).where(*conditions)
    newest_first = (DeadLetterRow.at.desc(), DeadLetterRow.topic, DeadLetterRow.partition, DeadLetterRow.offset)
    listed = _lines(resent).where(*conditions).order_by(*newest_first).limit(limit).offset(offset)
    return DeadLetterPage(connection.execute(counted).scalar_one(), [_line(row) for row in connection.execute(listed)])


def dead_letter(connection: Connection, number: str) -> DeadLetterDetail:
    """One dead letter by its `topic:partition:offset`; raises `NotFound`."""
    row = connection.execute(_lines(_resent()).where(DeadLetterRow.number == number)).first()
    if row is None:
        raise NotFound(f"No dead letter is called {number}. The numbers are those that `dead-letters list` shows")
    return DeadLetterDetail(line=_line(row), letter=_dead_letter.decode(row.document))


def dead_letter_numbers(connection: Connection, fault: Fault, topic: str | None = None) -> list[str]:
    """The numbers of all dead letters of a fault that were not sent again yet, in the order in which they came."""
    resent = _resent()
    open_ones = (
        select(DeadLetterRow.number)
        .outerjoin(resent, resent.c.number == DeadLetterRow.number)
        .where(resent.c.resent_at.is_(None), DeadLetterRow.fault == fault)
        .order_by(DeadLetterRow.at, DeadLetterRow.topic, DeadLetterRow.partition, DeadLetterRow.offset)
    )
    if topic is not None:
        open_ones = open_ones.where(DeadLetterRow.topic == topic)
    return list(connection.execute(open_ones).scalars())


def hold_dead_letter(connection: Connection, number: str) -> DeadLetterLine:
    """What is known of a dead letter now; until the transaction ends nobody else holds it. Raises `NotFound`."""
    # SQLite has no such lock and needs none: a transaction that writes is alone there.
    connection.execute(select(DeadLetterRow.number).where(DeadLetterRow.number == number).with_for_update())
    return dead_letter(connection, number).line


def note_sending(connection: Connection, number: str, at: dt.datetime, *, mended: bool, topic: str) -> int:
    """Notes that a dead letter is about to be sent again; the note's number comes back."""
    noted = insert(DeadLetterResendRow).values(number=number, at=at, mended=mended, topic=topic)
    return connection.execute(noted.returning(DeadLetterResendRow.resend)).scalar_one()


def note_sent(connection: Connection, resend: int, *, partition: int, offset: int) -> None:
    """Completes a note: the broker confirmed the record, and this is where it lies."""
    noted = update(DeadLetterResendRow).where(DeadLetterResendRow.resend == resend)
    connection.execute(noted.values(partition=partition, offset=offset))


def note_not_sent(connection: Connection, resend: int) -> None:
    """Takes a note back: the record certainly never reached the broker."""
    connection.execute(delete(DeadLetterResendRow).where(DeadLetterResendRow.resend == resend))


def _resent() -> Any:
    """The latest time each dead letter was sent again, and the latest at which nobody knows whether it was."""
    at, confirmed = DeadLetterResendRow.at, DeadLetterResendRow.offset.is_not(None)
    return (
        select(
            DeadLetterResendRow.number,
            func.max(case((confirmed, at)), type_=at.type).label("resent_at"),
            func.max(case((~confirmed, at)), type_=at.type).label("unconfirmed_at"),
        )
        .group_by(DeadLetterResendRow.number)
        .subquery()
    )


def _lines(resent: Any) -> Query:
    return (
        select(
            DeadLetterRow.number,
            DeadLetterRow.at,
            DeadLetterRow.fault,
            DeadLetterRow.field,
            DeadLetterRow.reason,
            DeadLetterRow.document,
            resent.c.resent_at,
            resent.c.unconfirmed_at,
        )
        .select_from(DeadLetterRow)
        .outerjoin(resent, resent.c.number == DeadLetterRow.number)
    )


def _line(row: Any) -> DeadLetterLine:
    return DeadLetterLine(
        number=row.number,
        state="open" if row.resent_at is None else "resent",
        at=row.at,
        fault=row.fault,
        field=row.field,
        reason=row.reason,
        resent_at=row.resent_at,
        unconfirmed_at=row.unconfirmed_at,
    )
