"""The input topics must have one number of partitions before anything is sent to them."""

import os
from collections.abc import Mapping

from abasto.kafka import Partitions
from abasto.terminal import Failure
from schemas.channels import INPUTS
from streams.settings import PREFIX, Settings
from streams.topics import usual_partitions

VARIABLE = PREFIX + "PARTITIONS"


def refuse_unequal(partitions: Partitions, settings: Settings, environ: Mapping[str, str] = os.environ) -> None:
    """Compare the inputs with each other, and with `ABASTO_PARTITIONS` where somebody has set it.

    A key's partition is its hash modulo their number: beside a topic that was enlarged, a position's events would lie
    apart, on a partition that no shard reads.

    Raises:
        Failure: naming each topic that differs, what it has and what was expected.
    """
    found = {topic: partitions[topic] for topic in INPUTS}
    if environ.get(VARIABLE):
        expected, why = settings.partitions, f"as {VARIABLE} says"
    else:
        expected, why = usual_partitions(found), "as the other input topics have"
    wrong = [
        f"{topic} has {count} partitions, expected {expected} {why}"
        for topic, count in found.items()
        if count != expected
    ]
    if wrong:
        raise Failure(
            f"nothing was sent: {'; '.join(wrong)}. Events would not be counted with those of their position. "
            f"A topic cannot be made smaller: move to new topics, or set {VARIABLE} right if only that is wrong"
        )
