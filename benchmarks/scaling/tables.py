"""What the read model takes on the disk of PostgreSQL, and how fast one writer fills it, without Kafka.

    .venv/bin/python -m benchmarks.scaling.tables [--positions 20000] [--events-a-day 1.28]

Positions are copies of some that lived through fifteen months (`country.py`), written by the projection itself:
all of them once, then three times in random order with another stock and month to date, then at a month's turn, each
with a new month. Alerts are one for each tenth position. Sizes are those of tables with their indexes after `VACUUM`;
server and writer share the machine, nothing is synced to disk.
"""

import argparse
import random
import time
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

import store
from benchmarks.machine import machine
from benchmarks.scaling.country import catalogue, keys, lived
from schemas.channels import ALERTS, POSITIONS, position_key
from schemas.positions import Position
from store.database import open_engine, writing
from store.projections import PROJECTIONS
from store.projections.records import Decoded
from store.settings import StoreSettings
from supply.rules import Rules
from tests.builders import alert, month
from tests.servers.postgres import running_postgres
from tests.servers.reaper import Reaper

LIVED = 300
ROUNDS = 3
ALERT_EACH = 10
TABLES = ("positions", "consumption_months", "alerts", "alert_transitions")


class Projected(NamedTuple):
    """A record as the projector reads it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


def main() -> None:
    """Run once and print a line for each step, then the sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--positions", type=int, default=20_000)
    parser.add_argument("--events-a-day", type=float, default=1.28, help="of one position, over the last month")
    chosen = parser.parse_args()
    print(machine())
    decode = msgspec.json.Decoder(Position).decode
    views = [decode(each.view) for each in lived(catalogue(1.0), Rules(), LIVED, chosen.events_a_day)]
    positions = [
        msgspec.structs.replace(views[number % LIVED], facility=facility, item=item)
        for number, (facility, item) in enumerate(keys(chosen.positions))
    ]
    with Reaper() as reaper, running_postgres(reaper) as postgres, postgres.database() as address:
        store.migrate(address)
        engine = open_engine(address, read_again=True)
        _timed(engine, "first load", positions)
        for _ in range(ROUNDS):
            positions = [_moved(each) for each in positions]
            random.Random(1).shuffle(positions)
            _timed(engine, "updates", positions)
        _timed(engine, "month's turn", [_turned(each) for each in positions])
        _alerts(engine, positions[::ALERT_EACH])
        _sizes(engine)
        engine.dispose()


def _moved(position: Position) -> Position:
    """The next version: some pieces fewer on the shelf, and more used this month."""
    *before, now = position.months
    used = msgspec.structs.replace(now, consumption=now.consumption + 3, dispensed=now.dispensed + 3)
    return msgspec.structs.replace(
        position, version=position.version + 1, on_hand=(position.on_hand or 0) - 3, months=(*before, used)
    )


def _turned(position: Position) -> Position:
    """The first version of a month: the oldest month rolls out."""
    months = (*position.months[1:], month("2026-04", 0))
    return msgspec.structs.replace(
        position, version=position.version + 1, months=months, rolled_months=position.months[:1]
    )


def _timed(engine: sa.Engine, name: str, positions: Sequence[Position]) -> None:
    """Write positions in batches of the projector's size; prints rows a second and the log that it made."""
    encode = msgspec.json.encode
    records = [
        Projected(POSITIONS, 0, number, position_key(each.facility, each.item).encode(), encode(each))
        for number, each in enumerate(positions)
    ]
    size = sum(len(record.value or b"") for record in records) / len(records)
    seconds, log_bytes = _write(engine, POSITIONS, records)
    print(
        f"{name}: {len(records) / seconds:,.0f} positions/s of {size:,.0f} B, {log_bytes / len(records):,.0f} B of "
        "write-ahead log each",
        flush=True,
    )


def _alerts(engine: sa.Engine, positions: Sequence[Position]) -> None:
    """Two transitions of an alert of each position."""
    encode = msgspec.json.encode
    records = [
        Projected(ALERTS, 0, 2 * number + sequence, None, encode(transition))
        for number, each in enumerate(positions)
        for sequence in (1, 2)
        for transition in (alert(f"a-{number}", sequence, facility=each.facility, item=each.item),)
    ]
    seconds, _ = _write(engine, ALERTS, records)
    print(f"alerts: {len(records) / seconds:,.0f} transitions/s of {len(records[0].value or b''):,} B")


def _write(engine: sa.Engine, topic: str, records: Sequence[Projected]) -> tuple[float, int]:
    projection = PROJECTIONS[topic]
    batch = StoreSettings().projector_batch_records
    begun_at = _scalar(engine, "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")
    began = time.perf_counter()
    for first in range(0, len(records), batch):
        decoded = [Decoded(record, projection.decode(record)) for record in records[first : first + batch]]
        with writing(engine) as connection:
            projection.write(connection, decoded, _never)
    seconds = time.perf_counter() - began
    return seconds, _scalar(engine, "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn") - begun_at


def _never(_record: object) -> bool:
    return True


def _sizes(engine: sa.Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    for table in TABLES:
        rows = _scalar(engine, f"SELECT count(*) FROM {table}")  # noqa: S608 - our own names only
        whole = _scalar(engine, f"SELECT pg_total_relation_size('{table}')")
        indexes = _scalar(engine, f"SELECT pg_indexes_size('{table}')")
        print(f"{table}: {rows:,} rows of {whole / rows:,.0f} B, {indexes / rows:,.0f} B of them in indexes")


def _scalar(engine: sa.Engine, statement: str) -> int:
    with engine.connect() as connection:
        return int(connection.exec_driver_sql(statement).scalar_one())


if __name__ == "__main__":
    main()
