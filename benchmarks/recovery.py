"""A worker that takes over the state of many positions, what it holds of memory, and how fast it is scraped.

    .venv/bin/python -m benchmarks.recovery [--positions 1000000] [--rounds 3] [--plain]

The changelog is filled with the state of positions that the rules have lived through for fifteen months, with an event
each day at last. Then a fresh worker takes over all shards, again and again. The aims: 1,000,000 positions within
15 s, 1.5 kB of memory each at most, a scrape of 300,000 positions within 1 s.
"""

import asyncio
import datetime as dt
import statistics
import tempfile
import time
import urllib.request
from pathlib import Path

from abasto.local.programs import free_port
from benchmarks.scaling.country import catalogue, lived
from benchmarks.scaling.handover import hand_over, load_catalogue
from benchmarks.stand import LIMIT_SECONDS, Process, Stand, options, standing
from supply.rules import Rules

SCRAPES = 5
LIVED = 500
EVENTS_A_DAY = 1.0


def main() -> None:
    """Fill the changelog once, then recover from it in rounds."""
    parser = options(__doc__)
    parser.add_argument("--positions", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="abasto-bench-") as folder,
        standing(Path(folder), 50, "sqlite", plain=chosen.plain) as stand,
    ):
        empty = _recovered(stand, 0)
        known = catalogue(1.0)
        load_catalogue(stand, known)
        stored = lived(known, Rules(), LIVED, EVENTS_A_DAY, dt.datetime.now(dt.UTC) - dt.timedelta(hours=1))
        state = statistics.fmean(len(each.state) for each in stored)
        began = time.monotonic()
        asyncio.run(hand_over(stand, stored, chosen.positions))
        print(
            f"{chosen.positions:,} positions of {state:,.0f} bytes handed over in {time.monotonic() - began:,.0f} s",
            flush=True,
        )
        taken = [_recovered(stand, chosen.positions) for _ in range(chosen.rounds)]
    seconds = statistics.median(each[0] for each in taken)
    memory = (statistics.median(each[1] for each in taken) - empty[1]) / chosen.positions
    scrape = statistics.median(each[2] for each in taken)
    print(
        f"median of {chosen.rounds}: {chosen.positions:,} positions in {seconds:.1f} s, "
        f"{memory:,.0f} bytes each, scrape {scrape:.2f} s"
    )


def _await(port: int, name: str, value: float) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while (found := _metric(port, name)) != value:
        if time.monotonic() > deadline:
            raise SystemExit(f"{name} is {found} after {LIMIT_SECONDS:g} s, expected {value:g}")
        time.sleep(0.5)


def _recovered(stand: Stand, positions: int) -> tuple[float, float, float]:
    """Seconds that the takeover took, the memory of the worker then, and the seconds of a scrape."""
    worker: Process = stand.worker(metrics_port=str(port := free_port()))
    found = worker.await_sentence(r"shards kept \[\], recovered \[[0-9, ]+\] in ([0-9.]+) s")
    _await(port, "abasto_positions", positions)
    memory = float(worker.memory_bytes)
    scrapes = [_scraped(port) for _ in range(SCRAPES)]
    worker.stop()
    seconds, scrape = float(found[1]), statistics.median(scrapes)
    print(
        f"{positions:,} positions: recovered in {seconds:.1f} s, {memory / 2**20:,.0f} MiB, scrape {scrape:.2f} s",
        flush=True,
    )
    return seconds, memory, scrape


def _scraped(port: int) -> float:
    began = time.perf_counter()
    _metrics(port)
    return time.perf_counter() - began


def _metrics(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
        return str(answer.read().decode())


def _metric(port: int, name: str) -> float | None:
    try:
        lines = _metrics(port).splitlines()
    except OSError:
        return None
    values = [float(line.rpartition(" ")[2]) for line in lines if line.startswith((f"{name} ", f"{name}{{"))]
    return sum(values) if values else None


if __name__ == "__main__":
    main()
