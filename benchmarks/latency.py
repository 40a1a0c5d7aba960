"""From an event to the row that a person asks for, while others come at a steady rate.

    .venv/bin/python -m benchmarks.latency [--rate 5000] [--seconds 300] [--database postgresql] [--plain]

A program of its own publishes what is dispensed just now over all positions. Meanwhile probes count one position after
the other and ask the database until it shows the count: from before the event is handed to Kafka to after the row was
seen. Broker, worker (rules compiled unless `--plain`), projector, database,
publisher and probes share the machine. The aim: half of them below 300 ms, 99 of 100 below 1 s.
"""

import asyncio
import datetime as dt
import itertools
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from aiokafka import AIOKafkaProducer

from abasto.feed.publish import send
from benchmarks.stand import Stand, beside, counts, dispensings, options, record, standing
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
    parser = options(__doc__)
    parser.add_argument("--rate", type=float, default=5_000, help="events a second beside the probes")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
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
    with beside(_publish, settings, rate, seconds) as program:
        yield
        program.join()


def _publish(settings: Settings, rate: float, seconds: float) -> None:
    until = time.monotonic() + seconds
    taken = dispensings(POSITIONS, time.monotonic_ns())
    asyncio.run(send(iter(lambda: next(taken) if time.monotonic() < until else None, None), settings, rate))


async def waits(stand: Stand, seconds: float) -> list[float]:
    """The seconds that each probe of a while waited for its row."""
    engine = open_engine(stand.database)
    producer = AIOKafkaProducer(bootstrap_servers=stand.settings.brokers, enable_idempotence=True)
    await producer.start()
    facility, items = codes(POSITIONS)[0][0], codes(POSITIONS)[1]
    rows = Rows(engine, facility)
    until = time.monotonic() + seconds
    try:
        async with asyncio.TaskGroup() as tasks:
            looks = tasks.create_task(rows.look())
            probes = [
                tasks.create_task(_probe(rows, producer, items[number::PROBES], until)) for number in range(PROBES)
            ]
            waited = [each for probe in probes for each in await probe]
            looks.cancel()
    finally:
        await producer.stop()
        engine.dispose()
    return waited


class Rows:
    """What the database shows of a facility, asked for all probes at once: eight that ask a hundred times a second
    each would take half a core from those they wait for."""

    def __init__(self, engine: sa.Engine, facility: str) -> None:
        self.facility = facility
        self._engine = engine
        self._awaited: dict[str, tuple[int, asyncio.Future[float]]] = {}

    def await_count(self, item: str, quantity: int) -> "asyncio.Future[float]":
        """The moment (of `perf_counter`) at which the row of an item shows a count."""
        seen: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._awaited[item] = quantity, seen
        return seen

    async def look(self) -> None:
        """Ask again and again, until cancelled."""
        while True:
            shown = await asyncio.to_thread(self._shown, list(self._awaited))
            at = time.perf_counter()
            for item, on_hand in shown:
                quantity, seen = self._awaited[item]
                # What was dispensed meanwhile may have been taken off already.
                if on_hand is not None and quantity - 500 <= on_hand <= quantity:
                    seen.set_result(at)
                    del self._awaited[item]
            await asyncio.sleep(LOOK_SECONDS)

    def _shown(self, items: list[str]) -> Sequence[sa.Row[str, float | None]]:
        asked = sa.select(PositionRow.item, PositionRow.on_hand).where(
            PositionRow.facility == self.facility, PositionRow.item.in_(items)
        )
        with self._engine.connect() as connection:
            return connection.execute(asked).all()


async def _probe(rows: Rows, producer: AIOKafkaProducer, items: list[str], until: float) -> list[float]:
    waited: list[float] = []
    for item in itertools.cycle(items):
        if time.monotonic() >= until:
            break
        number = next(_NUMBERS)
        quantity = 1_000_000 + 1_000 * number
        now = dt.datetime.now(dt.UTC)
        event = record(INVENTORY, rows.facility, item, now, f"p{number}", type="stock.counted", quantity=quantity)
        began = time.perf_counter()
        await producer.send_and_wait(event.topic, event.value, event.key)
        try:
            waited.append(await asyncio.wait_for(rows.await_count(item, quantity), GIVE_UP_SECONDS) - began)
        except TimeoutError:
            raise SystemExit(f"{rows.facility} {item} was not shown within {GIVE_UP_SECONDS:g} s") from None
    return waited


if __name__ == "__main__":
    main()
