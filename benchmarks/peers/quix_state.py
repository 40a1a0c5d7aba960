"""The peer: Quix Streams with its state in RocksDB and a changelog topic, as its guide to stateful work writes it.

It does the simplest version of the job: pieces per key as a running sum, at least once, committed by Quix's own
checkpoints. Each input keeps a sum of its own: joined into one stream (`concat`), Quix would hold the records back to
align the inputs in time, which costs it more. Usage: `quix_state.py BROKER FOLDER EVENTS`; it counts until it is
killed.
"""

import sys
from typing import Any

from quixstreams import Application, State

BROKER, FOLDER, _ = sys.argv[1:]

app = Application(
    broker_address=BROKER,
    consumer_group="quix",
    auto_offset_reset="earliest",
    state_dir=FOLDER,
    commit_interval=1.0,  # seconds, 5 by default: its last commit ends the clock and should not be waited for
    loglevel="WARNING",
)


def count(movement: dict[str, Any], state: State) -> None:
    """Keep the sum of each position: Quix's state is the one of the record's key."""
    state.set("pieces", state.get("pieces", 0.0) + movement["quantity"])


for topic in ("abasto.inventory.v1", "abasto.arrivals.v1", "abasto.consumption.v1"):
    app.dataframe(app.topic(topic)).update(count, stateful=True)

if __name__ == "__main__":
    app.run()
