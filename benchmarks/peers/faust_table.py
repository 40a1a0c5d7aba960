"""The peer: an idiomatic Faust agent with a Table, one record at a time, as Faust's own guide writes it.

It does the simplest version of the job: pieces per key as a running sum, its changelog as Faust keeps it, offsets
committed as Faust does. Usage: `faust_table.py BROKER FOLDER EVENTS`; it counts until it is killed.
"""

import os
import sys

import faust

BROKER, FOLDER, _ = sys.argv[1:]

app = faust.App(
    "faust",
    broker=f"kafka://{BROKER}",
    store="memory://",
    topic_partitions=int(os.environ["ABASTO_PARTITIONS"]),
    web_enabled=False,
    datadir=FOLDER,
    consumer_auto_offset_reset="earliest",
)


class Movement(faust.Record):
    """What the peer reads of an event."""

    facility: str
    item: str
    quantity: float = 0


movements = app.topic("abasto.inventory.v1", "abasto.arrivals.v1", "abasto.consumption.v1", value_type=Movement)
pieces = app.Table("pieces", default=float)


@app.agent(movements)
async def count(stream: faust.StreamT[Movement]) -> None:
    """Keep the sum of each position."""
    async for movement in stream:
        pieces[f"{movement.facility}|{movement.item}"] += movement.quantity


if __name__ == "__main__":
    sys.argv = [sys.argv[0], "worker", "-l", "error", "--without-web"]
    app.main()
