"""Who may write the read model, and how far it has read: kept in the transaction of the rows themselves."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select

from store.bulk import upsert
from store.faults import RebuiltMeanwhile, Superseded
from store.tables import ProjectorClaimRow, ProjectorOffsetRow

CLAIM = 1
"""There is one claim."""

REBUILD = "rebuild"
"""What the holder of a claim that ended with its transaction is called by."""


class Place(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int


class Reached(NamedTuple):
    """The next offset of a partition, and the id of the topic that it counts in."""

    next_offset: int
    topic_id: str


def take_claim(connection: Connection, holder: str, at: dt.datetime) -> None:
    """Makes `holder` the one writer. Whoever was it before finds out at its next batch and stops: a projector that
    was killed needs no time to be given up, and of two that run the later one is right."""
    upsert(connection, ProjectorClaimRow, [{"claim": CLAIM, "holder": holder, "claimed_at": at}])


def hold_claim(connection: Connection, holder: str) -> None:
    """Locks the claim until the transaction ends; raises `Superseded` when it is another projector's by now, and
    `RebuiltMeanwhile` when it was a rebuild's, which has come to its end."""
    claim = connection.execute(
        select(ProjectorClaimRow.holder, ProjectorClaimRow.claimed_at)
        .where(ProjectorClaimRow.claim == CLAIM)
        .with_for_update()
    ).one()
    if claim.holder == holder:
        return
    taken = f"{claim.holder} took the read model over at {claim.claimed_at:%Y-%m-%d %H:%M:%S} UTC"
    if claim.holder.startswith(REBUILD):
        raise RebuiltMeanwhile(f"{taken} and has rebuilt it")
    raise Superseded(f"{taken}. One projector writes a database: this one stops, its last batch is complete")


def read_offsets(connection: Connection) -> dict[Place, Reached]:
    """How far each partition has been projected."""
    columns = (
        ProjectorOffsetRow.topic,
        ProjectorOffsetRow.partition,
        ProjectorOffsetRow.next_offset,
        ProjectorOffsetRow.topic_id,
    )
    return {
        Place(row.topic, row.partition): Reached(row.next_offset, row.topic_id)
        for row in connection.execute(select(*columns))
    }


def write_offsets(connection: Connection, reached: Mapping[Place, Reached]) -> None:
    """Moves partitions forward."""
    upsert(
        connection,
        ProjectorOffsetRow,
        [
            {
                "topic": place.topic,
                "partition": place.partition,
                "next_offset": at.next_offset,
                "topic_id": at.topic_id,
            }
            for place, at in reached.items()
        ],
    )
