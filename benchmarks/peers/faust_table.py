"""The peer: an idiomatic Faust agent with a Table, one record at a time, as Faust's own guide writes it.

It does the simplest version of the job: stock per key as a running sum. Usage: `faust_table.py BROKER EVENTS`; it
prints `counted EVENTS SECONDS` once it has counted so many and ends.
"""

import os
import sys
import tempfile
import time
import uuid

import faust

BROKER, EVENTS = sys.argv[1], int(sys.argv[2])
WARM_UP = 2_000
"""Events before the watch starts: assignment and first fetches do not count."""

FOLDER = tempfile.TemporaryDirectory(prefix="abasto-peer-")

app = faust.App(
    f"peer-{uuid.uuid4().hex[:8]}",
    broker=f"kafka://{BROKER}",
    store="memory://",
    topic_partitions=int(os.environ["ABASTO_PARTITIONS"]),
    web_enabled=False,
    datadir=FOLDER.name,
    consumer_auto_offset_reset="earliest",
)


class Movement(faust.Record):
    """What the peer reads of an event."""

    facility: str
    item: str
    quantity: float = 0


consumption = app.topic("abasto.consumption.v1", value_type=Movement)
stock = app.Table("stock", default=float)
counted = 0
started = 0.0


@app.agent(consumption)
async def count(movements: faust.StreamT[Movement]) -> None:
    """Keep the sum of each position."""
    global counted, started  # noqa: PLW0603 # a benchmark's two counters
    async for movement in movements:
        stock[f"{movement.facility}|{movement.item}"] += movement.quantity
        counted += 1
        if counted == WARM_UP:
            started = time.perf_counter()
        if counted == WARM_UP + EVENTS:
            # Faust sends sys.stdout to its log.
            os.write(1, f"\ncounted {EVENTS} {time.perf_counter() - started}\n".encode())
            # The end below asks nobody who would tidy up.
            FOLDER.cleanup()
            os._exit(0)


if __name__ == "__main__":
    sys.argv = [sys.argv[0], "worker", "-l", "error", "--without-web"]
    app.main()
