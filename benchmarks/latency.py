"""From an event to the row that a person asks for, while others come at a steady rate.

    .venv/bin/python -m benchmarks.latency [--rate 5000] [--seconds 300] [--database postgresql] [--plain]

A program of its own publishes what is dispensed just now over all positions. Meanwhile probes count one position after
the other and ask the database until it shows the count: from before the event is handed to Kafka to after the row was
seen. Broker, worker (rules compiled unless `--plain`), projector, database,
publisher and probes share the machine. The aim: half of them below 300 ms, 99 of 100 below 1 s.
"""

import argparse
import asyncio
import datetime as dt
import itertools
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from aiokafka import AIOKafkaProducer

from abasto.feed.publish import send
from benchmarks.stand import Stand, counts, dispensings, record, standing
from benchmarks.workload import codes
from schemas.channels import INVENTORY
from store.database import open_engine
from store.tables import PositionRow
from streams.settings import Settings

POSITIONS: Final = 15_000
PROBES: Final = 8
"""At a time: each waits for its own row before it counts again."""
LOOK_SECONDS: Final = 0.01
_NUMBERS: Final = itertools.count(1)
"""Every count is one of its own, in all rounds of a run."""
GIVE_UP_SECONDS: Final = 60.0
SETTLE_SECONDS: Final = 15.0
"""Before the first probe: the backlog of first counts is done, and the rate is steady."""


def main() -> None:
    """Run once and print what the probes saw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=5_000, help="events a second beside the probes")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--plain", action="store_true", help="the rules in plain Python")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="abasto-bench-") as folder,
        standing(Path(folder), POSITIONS, chosen.database, plain=chosen.plain) as stand,
    ):
        worker, projector = stand.worker(), stand.projector()
        asyncio.run(send(counts(POSITIONS, dt.datetime.now(dt.UTC)), stand.settings))
        with publishing(stand.settings, chosen.rate, SETTLE_SECONDS + chosen.seconds):
            time.sleep(SETTLE_SECONDS)
            before = worker.cpu_seconds, projector.cpu_seconds
            waited = sorted(asyncio.run(waits(stand, chosen.seconds)))
            used = worker.cpu_seconds - before[0], projector.cpu_seconds - before[1]
    print(
        f"{len(waited):,} probes at {chosen.rate:,.0f} events/s for {chosen.seconds:,.0f} s into {chosen.database}: "
        f"p50 {statistics.median(waited) * 1e3:,.0f} ms, p90 {_rank(waited, 0.9):,.0f} ms, "
        f"p99 {_rank(waited, 0.99):,.0f} ms, most {waited[-1] * 1e3:,.0f} ms; "
        f"worker {used[0] / chosen.seconds:.0%} and projector {used[1] / chosen.seconds:.0%} of a core"
    )


def _rank(waited: list[float], share: float) -> float:
    return waited[min(len(waited) - 1, int(len(waited) * share))] * 1e3


@contextmanager
def publishing(settings: Settings, rate: float, seconds: float) -> Iterator[None]:
    """Have a program of its own publish what is dispensed just now, for so long at least as the block lasts."""
    program = multiprocessing.get_context("spawn").Process(target=_publish, args=(settings, rate, seconds), daemon=True)
    program.start()
    try:
        yield
        program.join()
    finally:
        program.kill()


def _publish(settings: Settings, rate: float, seconds: float) -> None:
    until = time.monotonic() + seconds
    taken = dispensings(POSITIONS, time.monotonic_ns())
    asyncio.run(send(iter(lambda: next(taken) if time.monotonic() < until else None, None), settings, rate))


async def waits(stand: Stand, seconds: float) -> list[float]:
    """The seconds that each probe of a while waited for its row."""
    engine = open_engine(stand.database)
    producer = AIOKafkaProducer(bootstrap_servers=stand.settings.brokers, enable_idempotence=True)
    await producer.start()
    _, items = codes(POSITIONS)
    until = time.monotonic() + seconds
    waited: list[float] = []
    try:
        await asyncio.gather(
            *(_probe(engine, producer, items[number::PROBES], until, waited) for number in range(PROBES))
        )
    finally:
        await producer.stop()
        engine.dispose()
    return waited


async def _probe(
    engine: sa.Engine, producer: AIOKafkaProducer, items: list[str], until: float, waited: list[float]
) -> None:
    facility = codes(POSITIONS)[0][0]
    for item in itertools.cycle(items):
        if time.monotonic() >= until:
            return
        number = next(_NUMBERS)
        quantity = 1_000_000 + 1_000 * number
        event = record(
            INVENTORY,
            facility,
            item,
            dt.datetime.now(dt.UTC),
            f"p{number}",
            type="stock.counted",
            quantity=quantity,
        )
        began = time.perf_counter()
        await producer.send_and_wait(event.topic, event.value, event.key)
        await asyncio.to_thread(_await_row, engine, facility, item, quantity)
        waited.append(time.perf_counter() - began)


def _await_row(engine: sa.Engine, facility: str, item: str, quantity: int) -> None:
    asked = sa.select(PositionRow.on_hand).where(PositionRow.facility == facility, PositionRow.item == item)
    deadline = time.monotonic() + GIVE_UP_SECONDS
    pause = threading.Event()
    while True:
        with engine.connect() as connection:
            shown = connection.scalar(asked)
        # What was dispensed meanwhile may have been taken off already.
        if shown is not None and quantity - 500 <= shown <= quantity:
            return
        if time.monotonic() > deadline:
            raise SystemExit(f"{facility} {item} was not shown within {GIVE_UP_SECONDS:g} s")
        pause.wait(LOOK_SECONDS)


if __name__ == "__main__":
    main()
