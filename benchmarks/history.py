"""Two years of a national network, replayed: everything that was published, as fast as files can be read.

    cd build/compiled && PYTHONPATH=../.. ../../.venv/bin/python -m benchmarks.history [--networks 21] [--at-once 2]

The simulated network of `abasto simulate` has 38 facilities, 2,800 positions and 1.45 million events in 24 months: 21
of them, each with a seed of its own, are 30 million events. They are simulated first; then they are replayed, so many
at once, each by a process of its own. The aim: minutes.
"""

import argparse
import datetime as dt
import multiprocessing
import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

from abasto.catalogue.files import read_catalogue
from abasto.proof.replay import replay_files
from abasto.simulate.simulation import simulate
from benchmarks.machine import machine
from supply.catalogue import Catalogue
from supply.rules import Rules

UNTIL: Final = dt.date(2026, 11, 1)


class Replayed(NamedTuple):
    """What the replay of one network made; `peak_bytes` is the most memory of the process that did it, so far."""

    lines: int
    positions: int
    alerts: int
    seconds: float
    peak_bytes: int


def main() -> None:
    """Simulate, replay, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", type=int, default=21)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--at-once", type=int, default=2)
    chosen = parser.parse_args()
    print(machine(), flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="abasto-bench-") as scratch,
        ProcessPoolExecutor(chosen.at_once, multiprocessing.get_context("spawn")) as pool,
    ):
        folders = [Path(scratch) / str(seed) for seed in range(1, chosen.networks + 1)]
        began = time.perf_counter()
        list(pool.map(_simulated, folders, [chosen.months] * len(folders)))
        simulated = time.perf_counter() - began
        print(f"{chosen.networks} networks of {chosen.months} months simulated in {simulated:,.0f} s", flush=True)
        began = time.perf_counter()
        done = list(pool.map(_replayed, folders))
        seconds = time.perf_counter() - began
    lines = sum(each.lines for each in done)
    each_us = sum(each.seconds for each in done) / lines * 1e6
    print(
        f"{lines:,} events of {sum(each.positions for each in done):,} positions replayed in {seconds:,.0f} s, "
        f"{chosen.at_once} networks at once: {lines / seconds:,.0f} events/s, {each_us:.1f} us each; "
        f"{sum(each.alerts for each in done):,} alert transitions; "
        f"at most {max(each.peak_bytes for each in done) / 2**20:,.0f} MiB a process"
    )


def _simulated(folder: Path, months: int) -> None:
    simulate(int(folder.name), months, UNTIL, folder)


def _replayed(folder: Path) -> Replayed:
    catalogue = Catalogue(read_catalogue(folder / "catalogue").entries)
    began = time.perf_counter()
    done = replay_files([folder / "events.jsonl"], catalogue, Rules(), None, folder / "out", lambda _: None)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Replayed(done.lines, done.positions, done.alerts, seconds, peak)


if __name__ == "__main__":
    main()
