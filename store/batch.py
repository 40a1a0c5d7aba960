"""A batch of output records: decoded once, written in one transaction with the offsets after it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from store.faults import Superseded
from store.offsets import Place, Reached, hold_claim, read_offsets, write_offsets
from store.projections import PROJECTIONS
from store.projections.records import Decoded, Fault, OutputRecord, UnreadableRecord


class Batch(NamedTuple):
    """Decoded records by topic, and the offsets that stand after them."""

    records: Mapping[str, Sequence[Decoded[Any]]]
    reached: Mapping[Place, Reached]
    unreadable: UnreadableRecord | None
    """Why the batch ends earlier than what was fetched."""


def decode(
    fetched: Mapping[Place, Sequence[OutputRecord]], positions: Mapping[Place, int], ids: Mapping[str, str]
) -> Batch:
    """Decodes what was fetched. A record that cannot be read ends its partition there, and is told in `unreadable`:
    what came before it is good. `positions` are the offsets after the fetched records."""
    records: dict[str, list[Decoded[Any]]] = {}
    reached: dict[Place, Reached] = {}
    unreadable: UnreadableRecord | None = None
    for place, listed in fetched.items():
        decoder = PROJECTIONS[place.topic].decode
        decoded = records.setdefault(place.topic, [])
        next_offset = positions[place]
        for record in listed:
            try:
                decoded.append(Decoded(record, decoder(record)))
            except UnreadableRecord as fault:
                unreadable, next_offset = fault, record.offset
                break
        reached[place] = Reached(next_offset, ids[place.topic])
    return Batch(records, reached, unreadable)


def write(
    connection: Connection,
    batch: Batch,
    holder: str,
    expected: Mapping[Place, Reached],
    thinned: Callable[[OutputRecord], bool],
) -> Counter[Fault]:
    """Writes rows and offsets inside the caller's transaction.

    `expected` is how far we believe the database to be. When it is already past this batch, the transaction that
    seemed to fail had been committed: nothing is left to do. When it is elsewhere, somebody else wrote it:
    `Superseded`.
    """
    hold_claim(connection, holder)
    found = read_offsets(connection)
    if all(found.get(place) == at for place, at in batch.reached.items()):
        return Counter()
    if found != expected:
        raise Superseded("The offsets in the database are not those this projector left there: it stops")
    faults = project(connection, batch, thinned)
    write_offsets(connection, batch.reached)
    return faults


def project(connection: Connection, batch: Batch, thinned: Callable[[OutputRecord], bool]) -> Counter[Fault]:
    """Writes the rows of a batch, names before what refers to them."""
    faults: Counter[Fault] = Counter()
    for topic, projection in PROJECTIONS.items():
        if listed := batch.records.get(topic):
            faults += projection.write(connection, listed, thinned)
    return faults
