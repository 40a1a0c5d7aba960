"""The peer: a Bytewax dataflow with `stateful_map`, as its guide writes it.

It does the simplest version of the job: pieces per key as a running sum in memory, without Bytewax's recovery store:
what it counted is lost when it ends. It commits nothing to Kafka, so it says itself that it `reads` and has `counted`.
Usage: `bytewax_map.py BROKER FOLDER EVENTS`; it goes on until it is killed.
"""

import json
import sys
from typing import Any

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.run import cli_main

BROKER, _, EVENTS = sys.argv[1:]
TOPICS = ["abasto.inventory.v1", "abasto.arrivals.v1", "abasto.consumption.v1"]


class Tally(StatelessSinkPartition[tuple[str, float]]):
    """Counts how many sums came out."""

    def __init__(self) -> None:
        self._left = int(EVENTS)

    def write_batch(self, items: list[tuple[str, float]]) -> None:
        """Take what came out, and say so after the last."""
        self._left -= len(items)
        if self._left <= 0:
            print("counted", flush=True)


class TallySink(DynamicSink[tuple[str, float]]):
    """Where the sums go."""

    def build(self, *_: Any) -> Tally:
        """Bytewax asks for it when it also connects its inputs."""
        print("reads", flush=True)
        return Tally()


def keyed(message: KafkaSourceMessage[bytes, bytes]) -> tuple[str, float]:
    """The position and the pieces of an event."""
    return message.key.decode(), json.loads(message.value)["quantity"]


def count(pieces: float | None, quantity: float) -> tuple[float, float]:
    """Keep the sum of each position."""
    total = (pieces or 0.0) + quantity
    return total, total


flow = Dataflow("bytewax")
messages = op.input("messages", flow, KafkaSource([BROKER], TOPICS))
movements = op.map("movements", messages, keyed)
sums = op.stateful_map("pieces", movements, count)
op.output("tally", sums, TallySink())

if __name__ == "__main__":
    cli_main(flow)
