"""The container health check of a worker or a projector: `python healthy.py worker|projector`.

A process that answers may still be stuck, so the question is whether it keeps up or at least gets on: work that is done
or that moved since the last look is health, work that waits and does not move is not. One such look may be bad luck;
how many make a container unhealthy is said in docker-compose.yml. Exit code 0 is healthy; 1 comes with a sentence.
"""

import http.client
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

ANSWER_SECONDS = 3.0
"""A scrape takes milliseconds; within the time-out of the check there must be room to say what is wrong."""

FRESH_SECONDS = 30.0
"""A projector that keeps up asks the broker every 5 s whether there is more, and is fresh as of then."""

ALIVE_SECONDS = 30.0
"""A worker looks after its shards 20 times a second; midnight's evaluations hold it up for seconds at most."""

LAST_LOOK = Path("/tmp/healthy")  # noqa: S108 - the container's own memory, nobody else writes there
"""How far the process was when last looked at."""


@dataclass(frozen=True)
class Look:
    """`done` only ever rises while the process lives; `waits` says what it has not got to, `None` when it keeps up."""

    done: float
    waits: str | None


class Samples:
    """The samples of one scrape, by name."""

    def __init__(self, text: str) -> None:
        self._families: list[Metric] = list(text_string_to_metric_families(text))

    def values(self, name: str) -> list[float]:
        """The values of all samples of that name, whatever their labels."""
        return [sample.value for family in self._families for sample in family.samples if sample.name == name]


def look_at_worker(samples: Samples, now: float) -> Look:
    """A worker keeps up when it owns partitions, knows where each ends, and has counted everything up to there.

    What it says of itself is true only while it looks: one that hangs would show its last good figures for ever.
    """
    done = sum(samples.values("abasto_checkpoint_seconds_count"))
    lag = sum(samples.values("abasto_lag_offsets"))
    silent = now - max(samples.values("abasto_worker_alive_timestamp_seconds"), default=0.0)
    if not (samples.values("abasto_positions") or samples.values("abasto_wide_subjects")):
        return Look(done, "it owns no partition")
    if silent > ALIVE_SECONDS:
        return Look(done, f"it last looked after its shards {silent:.0f} s ago")
    if any(samples.values("abasto_ends_unknown")):
        return Look(done, "the broker does not tell where its partitions end")
    return Look(done, f"{lag:.0f} records wait for it" if lag else None)


def look_at_projector(samples: Samples, now: float) -> Look:
    """A projector keeps up when the read model held everything that was published a moment ago."""
    done = sum(samples.values("abasto_projector_records_total"))
    stale = now - max(samples.values("abasto_projector_fresh_timestamp_seconds"), default=0.0)
    return Look(done, f"the read model was up to date {stale:.0f} s ago" if stale > FRESH_SECONDS else None)


LOOKS: dict[str, tuple[int, Callable[[Samples, float], Look]]] = {
    "worker": (9464, look_at_worker),
    "projector": (9465, look_at_projector),
}
"""Where each kind of process serves its metrics, and how to read them."""


def verdict(look: Look, done_before: float | None) -> str | None:
    """What is wrong, or `None`: something waits, and nothing moved since the last look.

    At the first look there is nothing to compare with, so a process that has yet to get going is not healthy.
    """
    if look.waits is None or done_before not in (None, look.done):
        return None
    return f"{look.waits}, and nothing was done since the last look"


def scrape(port: int) -> Samples:
    """The metrics of the process in this container."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/metrics")
        return Samples(connection.getresponse().read().decode())
    finally:
        connection.close()


def done_at_last_look() -> float | None:
    """What was done when last looked; `None` at the first look."""
    try:
        return float(LAST_LOOK.read_text())
    except (FileNotFoundError, ValueError):
        return None


def main(process: str) -> int:
    """Look once, remember it, and say what is wrong."""
    port, look_at = LOOKS[process]
    try:
        look = look_at(scrape(port), time.time())
    except OSError as silent:
        sys.stdout.write(f"its metrics do not answer: {silent}\n")
        return 1
    wrong = verdict(look, done_at_last_look())
    LAST_LOOK.write_text(str(look.done))
    if wrong is not None:
        sys.stdout.write(f"{wrong}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
