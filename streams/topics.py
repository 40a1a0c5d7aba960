"""The topic plan: which topics there are, how they are created, and what the engine cannot do without."""

from dataclasses import dataclass, field

from schemas.channels import ALERTS, CATALOGUE, CHANGELOG, DEAD_LETTERS, INPUTS, POSITIONS
from streams.settings import Settings

DAY_MS = 86_400_000

INPUT_MESSAGE_BYTES = 1_048_588
"""Largest batch an input takes, the brokers' own default: a record that fits it fits a dead letter too."""

OUTPUT_MESSAGE_BYTES = 8 << 20
"""Largest batch of what the engine writes: a dead letter of up to 3 MiB (streams/letters.py), or a position with a
history far beyond any seen, travels alone in its batch and must not stop the shard."""

COMPACTED_SEGMENT_BYTES = 64 << 20
"""Only closed segments are compacted; with the default of 1 GiB a recovery would read mostly old values."""


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """One topic: its partitions and configuration when created, and what is checked of it at every start.

    `at_least` and `at_most` are bounds of numeric settings; everything in `must` has to be equal.
    """

    name: str
    partitions: int
    config: dict[str, str]
    must: tuple[str, ...] = ("cleanup.policy",)
    at_least: dict[str, int] = field(default_factory=dict)
    at_most: dict[str, int] = field(default_factory=dict)


def topic_plan(settings: Settings) -> tuple[TopicPlan, ...]:
    """All topics of Abasto. Inputs and what is derived from them share the partition count: shard n reads and
    writes partition n of each. The catalogue has one partition, which every worker reads whole."""
    kept = {"cleanup.policy": "delete", "retention.ms": str(settings.input_retention_days * DAY_MS)}
    # Stored as plain bytes whatever a publisher does: not every reader has every codec, the projector only gzip.
    plain = {"compression.type": "uncompressed"}
    output = {"max.message.bytes": str(OUTPUT_MESSAGE_BYTES)} | plain
    compacted = {
        "cleanup.policy": "compact",
        "segment.bytes": str(COMPACTED_SEGMENT_BYTES),
        "min.cleanable.dirty.ratio": "0.1",
    }
    large = {"max.message.bytes": OUTPUT_MESSAGE_BYTES}
    inputs = (
        TopicPlan(
            name,
            settings.partitions,
            # The broker's time, not the publisher's: history published with its old times would be deleted at once.
            kept | {"message.timestamp.type": "LogAppendTime", "max.message.bytes": str(INPUT_MESSAGE_BYTES)},
            at_most={"max.message.bytes": INPUT_MESSAGE_BYTES},
        )
        for name in INPUTS
    )
    return (
        *inputs,
        TopicPlan(CHANGELOG, settings.partitions, compacted | output, at_least=large),
        TopicPlan(POSITIONS, settings.partitions, compacted | output, at_least=large),
        # Kept for ever: the read model can be rebuilt from the topics, and alerts are its history.
        TopicPlan(ALERTS, settings.partitions, kept | output | {"retention.ms": "-1"}, at_least=large),
        TopicPlan(DEAD_LETTERS, settings.partitions, kept | output, at_least=large),
        TopicPlan(CATALOGUE, 1, compacted | plain),
    )


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic as the brokers describe it."""

    partitions: int
    config: dict[str, str]


def disagreements(plan: tuple[TopicPlan, ...], found: dict[str, FoundTopic]) -> list[str]:
    """What is wrong with the topics that exist: one sentence each, naming topic, found and expected."""
    wrong: list[str] = []
    for topic in plan:
        there = found.get(topic.name)
        if there is not None:
            wrong += _faults(topic, there)
    return wrong


def _faults(topic: TopicPlan, found: FoundTopic) -> list[str]:
    wrong: list[str] = []
    if found.partitions != topic.partitions:
        wrong.append(f"{topic.name} has {found.partitions} partitions, expected {topic.partitions}")
    checks = (
        *((name, f"{topic.config[name]}", found.config[name] == topic.config[name]) for name in topic.must),
        *((name, f"at least {bound}", int(found.config[name]) >= bound) for name, bound in topic.at_least.items()),
        *((name, f"at most {bound}", int(found.config[name]) <= bound) for name, bound in topic.at_most.items()),
    )
    wrong += [
        f"{topic.name} has {name}={found.config[name]}, expected {wanted}"
        for name, wanted, right in checks
        if not right
    ]
    return wrong
