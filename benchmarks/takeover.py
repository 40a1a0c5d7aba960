"""How long positions wait when one of two workers goes, and what a stop costs.

    .venv/bin/python -m benchmarks.takeover [--rounds 5] [--rate 1000] [--plain]

Two workers share the shards; events come at a steady rate, and probes wait for their rows in the database as in
`benchmarks.latency`. In turn one of the workers is killed (SIGKILL), or asked to stop (SIGTERM), and started again
once its shards are served elsewhere. What counts is the longest wait of any probe around it, over all partitions. The
aims: below 10 s after a kill, below 3 s after a stop.
"""

import asyncio
import datetime as dt
import statistics
import tempfile
import time
from pathlib import Path
from typing import Final

from abasto.feed.publish import send
from benchmarks.latency import POSITIONS, publishing, waits
from benchmarks.stand import Process, Stand, counts, options, standing

QUIET_SECONDS: Final = 8.0
"""In service before a worker goes."""
WATCHED_SECONDS: Final = 16.0
"""Probes go on for so long afterwards."""


def main() -> None:
    """Kill and stop in turn, and print how long probes waited."""
    parser = options(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rate", type=float, default=1_000, help="events a second beside the probes")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="abasto-bench-") as folder,
        standing(Path(folder), POSITIONS, "sqlite", plain=chosen.plain) as stand,
    ):
        asyncio.run(send(counts(POSITIONS, dt.datetime.now(dt.UTC)), stand.settings))
        stand.projector()
        workers = [stand.worker(), stand.worker()]
        for worker in workers:
            worker.await_sentence("shards kept")
        for what in ("kill", "stop"):
            longest = []
            for number in range(1, chosen.rounds + 1):
                with publishing(stand.settings, chosen.rate, QUIET_SECONDS + WATCHED_SECONDS):
                    time.sleep(QUIET_SECONDS)
                    longest.append(asyncio.run(_longest_wait(stand, workers, what)))
                print(f"{what} {number}: the longest wait {longest[-1]:.1f} s", flush=True)
            print(f"{what}: median {statistics.median(longest):.1f} s, most {max(longest):.1f} s", flush=True)


async def _longest_wait(stand: Stand, workers: list[Process], what: str) -> float:
    asked = asyncio.create_task(waits(stand, WATCHED_SECONDS))
    await asyncio.sleep(1)
    goes = workers.pop(0)
    await asyncio.to_thread(goes.kill if what == "kill" else goes.stop)
    longest = max(await asked)
    workers.append(stand.worker())
    await asyncio.to_thread(workers[-1].await_sentence, "shards kept")
    return longest


if __name__ == "__main__":
    main()
