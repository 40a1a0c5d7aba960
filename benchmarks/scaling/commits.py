"""What a checkpoint costs worker and broker, whatever is in it: few events, few and many partitions.

    .venv/bin/python -m benchmarks.scaling.commits [--partitions 8 32] [--rate 200] [--seconds 25] [--plain]

A worker with both stages serves events at a low rate, so a checkpoint holds a few. CPU of the worker and of the broker
(one, on the same machine, one copy) without any events and with them, and the difference by checkpoint.
"""

import asyncio
import datetime as dt
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

import psutil  # type: ignore[import-untyped]  # psutil has no annotations, and no stubs among our dependencies

from abasto.feed.publish import send
from abasto.local.programs import free_port
from benchmarks.latency import POSITIONS, publishing
from benchmarks.machine import machine
from benchmarks.stand import Process, Stand, counts, options, standing

SETTLE_SECONDS = 8.0


class Used(NamedTuple):
    """CPU seconds of worker and broker, and checkpoints of the worker."""

    worker: float
    broker: float
    checkpoints: float


def main() -> None:
    """One stand for each number of partitions."""
    parser = options(__doc__)
    parser.add_argument("--partitions", type=int, nargs="+", default=[8, 32])
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--seconds", type=float, default=25.0)
    chosen = parser.parse_args()
    print(machine())
    for partitions in chosen.partitions:
        with (
            tempfile.TemporaryDirectory(prefix="abasto-bench-") as folder,
            standing(Path(folder), POSITIONS, "sqlite", plain=chosen.plain, partitions=partitions) as stand,
        ):
            worker = stand.worker(metrics_port=str(port := free_port()))
            worker.await_sentence("wide parts kept")
            asyncio.run(send(counts(POSITIONS, dt.datetime.now(dt.UTC)), stand.settings))
            time.sleep(SETTLE_SECONDS)
            idle = _used_in(chosen.seconds, stand, worker, port)
            with publishing(stand.settings, chosen.rate, SETTLE_SECONDS + chosen.seconds):
                time.sleep(SETTLE_SECONDS)
                served = _used_in(chosen.seconds, stand, worker, port)
        _show(f"{partitions} partitions, {chosen.rate:g} events/s", chosen.seconds, idle, served)


def _show(said: str, seconds: float, idle: Used, served: Used) -> None:
    checkpoints = max(1.0, served.checkpoints - idle.checkpoints)
    print(
        f"{said}: {served.checkpoints / seconds:.1f} checkpoints/s; worker {idle.worker / seconds:.1%} of a core idle "
        f"and {served.worker / seconds:.1%} serving, broker {idle.broker / seconds:.1%} "
        f"and {served.broker / seconds:.1%}; "
        f"more for each checkpoint: {(served.worker - idle.worker) / checkpoints * 1e3:.1f} and "
        f"{(served.broker - idle.broker) / checkpoints * 1e3:.1f} ms",
        flush=True,
    )


def _used_in(seconds: float, stand: Stand, worker: Process, port: int) -> Used:
    before = _used(stand, worker, port)
    time.sleep(seconds)
    return Used(*(after - earlier for after, earlier in zip(_used(stand, worker, port), before, strict=True)))


def _used(stand: Stand, worker: Process, port: int) -> Used:
    record = stand.kafka.record
    if record is None:
        raise SystemExit("the broker is gone")
    broker = psutil.Process(record.pid).cpu_times()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
        lines = answer.read().decode().splitlines()
    checkpoints = sum(
        float(line.rpartition(" ")[2]) for line in lines if line.startswith("abasto_checkpoint_seconds_count")
    )
    return Used(worker.cpu_seconds, float(broker.user + broker.system), checkpoints)


if __name__ == "__main__":
    main()
