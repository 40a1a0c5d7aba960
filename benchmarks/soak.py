"""What worker, projector and broker hold of memory over an hour of steady events, and whether it grows.

    .venv/bin/python -m benchmarks.soak [--rate 200] [--minutes 60] [--positions 2000] [--database sqlite] [--plain]

A network's days in a hurry: each position has as many events a day as in `make bench`, and the events drive the clock,
so that an hour holds months of midnights. A position holds a week of events, so nothing is steady before a week has
passed: with 200 events a second over 2,000 positions that takes five minutes. The slope is that of a straight line
through the samples after the first third.
"""

import asyncio
import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from abasto.feed.keys import PositionKeys
from abasto.feed.lines import record_of
from abasto.feed.publish import send
from abasto.feed.records import Record
from benchmarks.machine import machine
from benchmarks.stand import Stand, beside, options, standing
from benchmarks.workload import EVENTS_OF_A_DAY, events
from streams.settings import Settings
from supply.catalogue import Catalogue

SAMPLE_SECONDS: Final = 15.0
WARMING_SHARE: Final = 1 / 3
MIB: Final = 2**20


def main() -> None:
    """Run once; a line every five minutes, and in the end the slopes."""
    parser = options(__doc__)
    parser.add_argument("--rate", type=float, default=200, help="events a second")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--positions", type=int, default=2_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    chosen = parser.parse_args()
    print(machine(), flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="abasto-bench-") as folder,
        standing(Path(folder), chosen.positions, chosen.database, plain=chosen.plain) as stand,
    ):
        stand.worker(clock="events")
        stand.projector()
        count = round(chosen.rate * chosen.minutes * 60)
        with beside(_publish, stand.settings, chosen.rate, count, chosen.positions):
            at, held = _watched(stand, chosen.minutes * 60)
    days = count / (EVENTS_OF_A_DAY * chosen.positions)
    print(
        f"{chosen.rate:,.0f} events/s over {chosen.positions:,} positions for {chosen.minutes:g} minutes, "
        f"{days:,.0f} of their days:"
    )
    for name, samples in held.items():
        print(f"{name}: {_slope(at, samples):+.1f} MiB an hour, {samples[-1] / MIB:,.0f} MiB in the end")


def _publish(settings: Settings, rate: float, count: int, positions: int) -> None:
    asyncio.run(send(_records(count, positions), settings, rate))


def _records(count: int, positions: int) -> Iterator[Record]:
    keys, latest = PositionKeys(Catalogue()), dt.datetime.now(dt.UTC)
    for line in events(count, positions):
        yield record_of(line, latest, keys)


def _watched(stand: Stand, seconds: float) -> tuple[list[float], dict[str, list[float]]]:
    """The seconds at which samples were taken, and what each program held then, in bytes."""
    worker, projector = stand.started
    at: list[float] = []
    held: dict[str, list[float]] = {"worker": [], "projector": [], "broker": []}
    began = time.monotonic()
    while (now := time.monotonic() - began) < seconds:
        at.append(now)
        taken = {
            "worker": worker.memory_bytes,
            "projector": projector.memory_bytes,
            "broker": stand.broker_memory_bytes,
        }
        for name, size in taken.items():
            held[name].append(size)
        if len(at) % 20 == 1:
            shown = ", ".join(f"{name} {size / MIB:,.0f} MiB" for name, size in taken.items())
            print(f"{now / 60:4.0f} min: {shown}", flush=True)
        time.sleep(SAMPLE_SECONDS)
    return at, held


def _slope(at: list[float], samples: list[float]) -> float:
    """MiB an hour."""
    first = int(len(at) * WARMING_SHARE)
    return statistics.linear_regression(at[first:], samples[first:]).slope * 3_600 / MIB


if __name__ == "__main__":
    main()
