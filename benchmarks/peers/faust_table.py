"""The peer: an idiomatic Faust agent with a Table, one record at a time, as Faust's own guide writes it.

It does the simplest version of the job: stock per key as a running sum, its changelog as Faust keeps it, offsets
committed as Faust does. Usage: `faust_table.py BROKER FOLDER`; it says `assigned` and counts until it is killed.
"""

import os
import sys
from typing import Any

import faust

BROKER, FOLDER = sys.argv[1:]

app = faust.App(
    "peer",
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


consumption = app.topic("abasto.consumption.v1", value_type=Movement)
stock = app.Table("stock", default=float)


@app.agent(consumption)
async def count(movements: faust.StreamT[Movement]) -> None:
    """Keep the sum of each position."""
    async for movement in movements:
        stock[f"{movement.facility}|{movement.item}"] += movement.quantity


@app.on_rebalance_complete.connect
async def tell(*_: Any, **__: Any) -> None:
    """Its partitions are assigned, and its table is recovered. Faust sends sys.stdout to its log."""
    os.write(1, b"assigned\n")


if __name__ == "__main__":
    sys.argv = [sys.argv[0], "worker", "-l", "error", "--without-web"]
    app.main()
