"""What worker, projector and broker hold of memory over an hour of steady events, and whether it grows.

    .venv/bin/python -m benchmarks.soak [--rate 500] [--minutes 60] [--positions 15000] [--database sqlite] [--plain]

Every position is counted once; then one after the other is dispensed of, each event just now. The slope is that of a
straight line through the samples after the first third: before that buffers and allocators find their size.
"""

import argparse
import asyncio
import datetime as dt
import statistics
import tempfile
import time
from pathlib import Path
from typing import Final

from abasto.feed.publish import send
from benchmarks.latency import publishing
from benchmarks.machine import machine
from benchmarks.stand import Stand, counts, standing

SAMPLE_SECONDS: Final = 15.0
WARMING_SHARE: Final = 1 / 3
MIB: Final = 2**20


def main() -> None:
    """Run once; a line every five minutes, and in the end the slopes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=500, help="events a second")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--positions", type=int, default=15_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--plain", action="store_true", help="the rules in plain Python")
    chosen = parser.parse_args()
    print(machine(), flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="abasto-bench-") as folder,
        standing(Path(folder), chosen.positions, chosen.database, plain=chosen.plain) as stand,
    ):
        stand.worker()
        stand.projector()
        asyncio.run(send(counts(chosen.positions, dt.datetime.now(dt.UTC)), stand.settings))
        with publishing(stand.settings, chosen.rate, chosen.minutes * 60, chosen.positions):
            at, held = _watched(stand, chosen.minutes * 60)
    print(f"{chosen.rate:,.0f} events/s over {chosen.positions:,} positions for {chosen.minutes:g} minutes:")
    for name, samples in held.items():
        print(f"{name}: {_slope(at, samples):+.1f} MiB an hour, {samples[-1] / MIB:,.0f} MiB in the end")


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
