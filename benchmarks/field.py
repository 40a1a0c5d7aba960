"""Who takes part in the comparison: what each does and keeps, how it is made ready, and what its clock goes by."""

import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from benchmarks.peers.installing import install, pinned
from benchmarks.peers.kafka_streams import install_kafka_streams, kafka_streams_version
from schemas.channels import CONSUMPTION

ROOT = Path(__file__).parents[1]
_PEERS = Path(__file__).parent / "peers"
_INSTALLED = ROOT / "build" / "peers"

ABASTO = "abasto"
LIMIT = "loop"
"""What Abasto's ratio is taken to: it moves with the machine and not with an engine's next release."""


class Entrant(NamedTuple):
    """One program of the comparison.

    `group` is the consumer group whose assignment starts its clock, and whose commits stop it if it `commits`. One
    without a group says `reads` on its standard output, one that does not commit says `counted`.
    """

    name: str
    keeps: str
    ready: Callable[[], list[str]]
    """The command but for its arguments, installed where that is needed. Raises NotInstalled."""
    release: Callable[[], str]
    group: str | None
    commits: bool
    slow: bool = False
    """Measured on a part of the backlog: on all of it a round would take a quarter of an hour."""


def _installed(lock: str, script: str) -> Callable[[], list[str]]:
    return lambda: [install(lock, _INSTALLED / lock), str(_PEERS / script)]


FIELD = {
    ABASTO: Entrant(
        "Abasto",
        "the whole job: state, changelog, positions, alerts and dead letters out, exactly once",
        lambda: [sys.executable, "-m", "agents.worker"],
        lambda: version("abasto"),
        group="abasto",
        commits=True,
    ),
    LIMIT: Entrant(
        "hand-written loop (confluent-kafka, msgspec, dict)",
        "a sum for each key, in memory; nothing is kept: the limit",
        _installed("loop", "hand_written.py"),
        lambda: pinned("loop")["confluent-kafka"],
        group="loop",
        commits=False,
    ),
    "kafka-streams": Entrant(
        "Kafka Streams",
        "a sum for each key, in RocksDB, with changelog, exactly once (exactly_once_v2)",
        lambda: install_kafka_streams(_INSTALLED / "kafka_streams"),
        kafka_streams_version,
        group="kafka-streams",
        commits=True,
    ),
    "bytewax": Entrant(
        "Bytewax",
        "a sum for each key, in memory, no recovery store; nothing is kept",
        _installed("bytewax", "bytewax_map.py"),
        lambda: pinned("bytewax")["bytewax"],
        group=None,
        commits=False,
    ),
    "pathway": Entrant(
        "Pathway",
        "a sum for each key, in memory, no persistence; nothing is kept",
        _installed("pathway", "pathway_reduce.py"),
        lambda: pinned("pathway")["pathway"],
        group=f"pathway-{CONSUMPTION}",  # it has one for each input; this is by far the largest
        commits=False,
    ),
    "quix": Entrant(
        "Quix Streams",
        "a sum for each key and input, in RocksDB, with changelog, at least once",
        _installed("quix", "quix_state.py"),
        lambda: pinned("quix")["quixstreams"],
        group="quix",
        commits=True,
    ),
    "faust": Entrant(
        "Faust with a Table",
        "a sum for each key, in memory, with changelog, at least once",
        lambda: [sys.executable, str(_PEERS / "faust_table.py")],
        lambda: version("faust-streaming"),
        group="faust",
        commits=True,
        slow=True,
    ),
}
