"""The peer: a Pathway table grouped and reduced, as its guide to Kafka writes it.

It does the simplest version of the job: pieces per key as a sum in memory, without Pathway's persistence: what it
counted is lost when it ends. Its sums go to the output that discards, which Pathway has for measurements. It says
itself that it has `counted`: by a second reduction, which counts the rows. Usage: `pathway_reduce.py BROKER FOLDER
EVENTS`; it goes on until it is killed.
"""

import sys
from typing import Any

import pathway as pw

BROKER, _, EVENTS = sys.argv[1:]
TOPICS = ["abasto.inventory.v1", "abasto.arrivals.v1", "abasto.consumption.v1"]


class Movement(pw.Schema):
    """What the peer reads of an event."""

    facility: str
    item: str
    quantity: float


def read(topic: str) -> Any:
    """One input; Pathway reads each by a connector of its own, which in one group would wait for each other to join."""
    settings = {"bootstrap.servers": BROKER, "group.id": f"pathway-{topic}", "auto.offset.reset": "earliest"}
    return pw.io.kafka.read(settings, topic, schema=Movement, format="json")


def tell(key: Any, row: dict[str, Any], time: int, is_addition: bool) -> None:  # noqa: ARG001 # as Pathway calls it
    """Say so when the last row was counted."""
    if is_addition and row["rows"] >= int(EVENTS):
        print("counted", flush=True)


movements = pw.Table.concat_reindex(*(read(topic) for topic in TOPICS))
pieces = movements.groupby(pw.this.facility, pw.this.item).reduce(
    pw.this.facility, pw.this.item, pieces=pw.reducers.sum(pw.this.quantity)
)
pw.io.null.write(pieces)
pw.io.subscribe(movements.reduce(rows=pw.reducers.count()), on_change=tell)

if __name__ == "__main__":
    pw.run(monitoring_level=pw.MonitoringLevel.NONE)
