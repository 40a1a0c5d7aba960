"""A midnight of many positions in one shard, written to a real Kafka: how long it takes, and what the worker holds.

    .venv/bin/python -m benchmarks.scaling.wave [--positions 97500] [--events-a-day 12.8] [--plain]

The changelog of one partition is filled with positions that were judged yesterday (`country.py`). A worker
takes them over; one event tells it that it lives, and all of last midnight is due. Worker and broker (one copy) share
the machine.
"""

import asyncio
import datetime as dt
import random
import tempfile
import time
import urllib.request
from pathlib import Path

from abasto.feed.publish import send
from abasto.feed.records import Record
from abasto.local.programs import free_port
from benchmarks.machine import machine
from benchmarks.scaling.country import catalogue, facility, item, lived, today
from benchmarks.scaling.handover import hand_over, load_catalogue
from benchmarks.stand import LIMIT_SECONDS, Process, options, standing
from schemas.channels import POSITIONS
from supply.rules import Rules

LIVED = 500
FIRST_POSITIONS = 5_000
"""Published at least, before quiet tells that it is over."""
YESTERDAY = dt.timedelta(hours=26)
"""Judged an hour later, so a midnight lies between that and now."""
QUIET_SECONDS = 10.0
"""Without another position published, the midnight is over."""


def main() -> None:
    """Run once."""
    parser = options(__doc__)
    parser.add_argument("--positions", type=int, default=97_500)
    parser.add_argument("--events-a-day", type=float, default=12.8, help="of one position, over the last month")
    chosen = parser.parse_args()
    print(machine())
    known = catalogue(1.0)
    stored = lived(known, Rules(), LIVED, chosen.events_a_day, dt.datetime.now(dt.UTC) - YESTERDAY)
    with (
        tempfile.TemporaryDirectory(prefix="abasto-bench-") as folder,
        standing(Path(folder), 50, "sqlite", plain=chosen.plain, partitions=1) as stand,
    ):
        load_catalogue(stand, known)
        asyncio.run(hand_over(stand, stored, chosen.positions))
        worker = stand.worker(metrics_port=str(port := free_port()))
        found = worker.await_sentence(r"shards kept \[\], recovered \[[0-9, ]+\] in ([0-9.]+) s")
        memory = worker.memory_bytes
        print(f"{chosen.positions:,} positions taken over in {found[1]} s, {memory / 2**20:,.0f} MiB", flush=True)
        event = today(facility(0), item(0), dt.datetime.now(dt.UTC), 1, random.Random(1))
        asyncio.run(send(iter([Record(event.topic, event.key, event.value, event.at)]), stand.settings))
        print(_watched(worker, port))


def _watched(worker: Process, port: int) -> str:
    """What became of the midnight: its checkpoints, or the worker's last words."""
    began, used = time.monotonic(), worker.cpu_seconds
    last, last_at, memory = 0.0, began, 0
    while time.monotonic() - began < LIMIT_SECONDS:
        if "not confirmed within" in worker.log:
            return f"the worker gave up after {time.monotonic() - began:.0f} s: {worker.log.splitlines()[-1]}"
        memory = max(memory, worker.memory_bytes)
        published = _metric(port, f'abasto_checkpoint_records_total{{topic="{POSITIONS}"}}')
        if published > last:
            last, last_at = published, time.monotonic()
        elif last > FIRST_POSITIONS and time.monotonic() - last_at > QUIET_SECONDS:
            checkpoints = _metric(port, "abasto_checkpoint_seconds_count")
            seconds = _metric(port, "abasto_checkpoint_seconds_sum")
            return (
                f"{published:,.0f} positions published within {last_at - began:.0f} s of the event, in "
                f"{checkpoints:.0f} checkpoints that took {seconds:.1f} s in all; "
                f"worker {worker.cpu_seconds - used:.0f} s of CPU, at most {memory / 2**20:,.0f} MiB"
            )
        time.sleep(0.5)
    return "it did not come to an end"


def _metric(port: int, name: str) -> float:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return 0.0
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} "))


if __name__ == "__main__":
    main()
