"""One and two workers on the same backlog, and what of the machine is the broker's.

    .venv/bin/python -m benchmarks.workers [--events 1000000] [--positions 15000] [--rounds 3] [--plain]

Each time a fresh broker holds the backlog of `benchmarks.throughput`. The clock starts when the consumer group has
given every worker its partitions, from what is committed by then, and stops when the last offset is committed. Beside
the rate it prints the CPU of workers and broker an event: on a machine with few cores these, not the rate, tell what a
second worker on another machine would add.
"""

import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from aiokafka.admin import AIOKafkaAdminClient

from benchmarks.drain import committed, members
from benchmarks.stand import LIMIT_SECONDS, PARTITIONS, Process, Stand, options, standing
from benchmarks.workload import events

WORKERS = (1, 2)
LOOK_SECONDS = 0.02


class Share(NamedTuple):
    """Events a second, and microseconds of CPU an event."""

    rate: float
    workers_us: float
    broker_us: float


def main() -> None:
    """Run in rounds, one and two workers in turn, and print the medians."""
    parser = options(__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--positions", type=int, default=15_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    shares: dict[int, list[Share]] = defaultdict(list)
    for number in range(1, chosen.rounds + 1):
        for workers in WORKERS:
            share = run(workers, chosen.events, chosen.positions, plain=chosen.plain)
            shares[workers].append(share)
            print(f"round {number}, {workers} workers: {_told(share)}", flush=True)
    for workers, seen in shares.items():
        print(f"median, {workers} workers: {_told(Share(*map(statistics.median, zip(*seen, strict=True))))}")
    ratios = [two.rate / one.rate for one, two in zip(shares[1], shares[2], strict=True)]
    print(f"two to one: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


def _told(share: Share) -> str:
    return (
        f"{share.rate:,.0f} events/s; CPU an event: workers {share.workers_us:.1f} us, broker {share.broker_us:.1f} us"
    )


def run(workers: int, count: int, positions: int, *, plain: bool) -> Share:
    """Drain a backlog with so many workers."""
    with (
        tempfile.TemporaryDirectory(prefix="abasto-bench-") as folder,
        standing(Path(folder), positions, "sqlite", plain=plain) as stand,
    ):
        backlog = Path(folder) / "events.jsonl"
        with backlog.open("wb") as file:
            file.writelines(line + b"\n" for line in events(count, positions))
        stand.publish(backlog)
        started = [stand.worker(clock="events") for _ in range(workers)]
        return asyncio.run(_drained(stand, started, count))


async def _drained(stand: Stand, workers: list[Process], count: int) -> Share:
    deadline = time.monotonic() + LIMIT_SECONDS
    admin = AIOKafkaAdminClient(bootstrap_servers=stand.settings.brokers)
    await admin.start()
    try:
        while await members(admin, stand.settings.group) != len(workers):
            await _look_again(deadline)
        before = await committed(admin, stand.settings.group, PARTITIONS)
        began, workers_s, broker_s = time.monotonic(), _cpu(workers), stand.broker_cpu_seconds
        while await committed(admin, stand.settings.group, PARTITIONS) < count:
            await _look_again(deadline)
        seconds = time.monotonic() - began
    finally:
        await admin.close()
    done = count - before
    return Share(
        done / seconds,
        (_cpu(workers) - workers_s) / done * 1e6,
        (stand.broker_cpu_seconds - broker_s) / done * 1e6,
    )


async def _look_again(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise SystemExit(f"the backlog was not drained within {LIMIT_SECONDS:g} s")
    await asyncio.sleep(LOOK_SECONDS)


def _cpu(workers: list[Process]) -> float:
    return sum(worker.cpu_seconds for worker in workers)


if __name__ == "__main__":
    main()
