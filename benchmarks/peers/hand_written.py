"""The limit: a loop written by hand around confluent-kafka, msgspec and a dict.

It does the simplest version of the job and keeps nothing: no changelog, no commit, no output. What is faster than this
in one Python process does not read its records. Usage: `hand_written.py BROKER FOLDER EVENTS`; it says that it has
`counted` and goes on until it is killed.
"""

import sys
from collections import defaultdict

import msgspec
from confluent_kafka import Consumer

BROKER, _, EVENTS = sys.argv[1:]
TOPICS = ["abasto.inventory.v1", "abasto.arrivals.v1", "abasto.consumption.v1"]


class Movement(msgspec.Struct):
    """What the loop reads of an event."""

    quantity: float = 0


def main() -> None:
    """Sum the pieces of each position, without end."""
    decode = msgspec.json.Decoder(Movement).decode
    consumer = Consumer(
        {
            "bootstrap.servers": BROKER,
            "group.id": "loop",
            "auto.offset.reset": "earliest",
            # By default the client pauses a partition for a second once 100,000 of its records wait to be read, which
            # they do all the time here: the loop would idle for most of its time.
            "queued.min.messages": 1_000_000,
            "fetch.queue.backoff.ms": 10,
        }
    )
    consumer.subscribe(TOPICS)
    pieces: defaultdict[bytes, float] = defaultdict(float)
    left = int(EVENTS)
    while True:
        messages = consumer.consume(10_000, timeout=0.1)
        for message in messages:
            pieces[message.key()] += decode(message.value()).quantity
        if left > 0 >= left - len(messages):
            print("counted", flush=True)
        left -= len(messages)


if __name__ == "__main__":
    main()
