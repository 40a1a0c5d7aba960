"""The topic plan: which topics there are, how they are created, and what the engine cannot do without."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.channels import (
    ALERTS,
    CATALOGUE,
    CHANGELOG,
    DEAD_LETTERS,
    INPUTS,
    POSITIONS,
    REKEYED,
    WIDE_CHANGELOG,
)
from streams.settings import Settings

DAY_MS = 86_400_000

INPUT_MESSAGE_BYTES = 1_048_588
"""Largest batch an input takes, the brokers' own default: a record that fits it fits a dead letter too."""

OUTPUT_MESSAGE_BYTES = 8 << 20
"""Largest batch of what the engine writes: a dead letter of up to 3 MiB (streams/letters.py), or a position with a
history far beyond any seen, travels alone in its batch and must not stop the shard."""

UNLIMITED = -1
"""What a retention says that deletes nothing."""

REKEYED_RETENTION_DAYS = 30
"""What the stages tell each other is read within seconds. A month without a worker is longer than any repair; what is
deleted unread stops the worker, and is not passed over."""

COMPACTED_SEGMENT_BYTES = 64 << 20
"""Only closed segments are compacted; with the default of 1 GiB a recovery would read mostly old values."""


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """One topic: its partitions and configuration when created, and what is checked of it at every start.

    `at_least` and `at_most` are bounds of numeric settings; everything in `must` has to be equal: other values would
    give wrong answers. What decides how long records are kept is compared too, where the plan sets it.
    """

    name: str
    partitions: int
    config: dict[str, str]
    must: tuple[str, ...] = ("cleanup.policy",)
    at_least: dict[str, int] = field(default_factory=dict)
    at_most: dict[str, int] = field(default_factory=dict)

    @property
    def keeping(self) -> tuple[str, ...]:
        """The settings of this plan by which brokers delete records."""
        return tuple(
            name for name in ("retention.ms", "retention.bytes", "message.timestamp.type") if name in self.config
        )

    @property
    def checked(self) -> tuple[str, ...]:
        """The settings that are asked of the brokers."""
        return (*self.must, *self.at_least, *self.at_most, *self.keeping)


def topic_plan(settings: Settings) -> tuple[TopicPlan, ...]:
    """All topics of Abasto. Inputs and what is derived from them share the partition count: shard n reads and
    writes partition n of each. The catalogue has one partition, which every worker reads whole."""
    kept = {
        "cleanup.policy": "delete",
        "retention.ms": str(settings.input_retention_days * DAY_MS),
        # By time alone: a limit of bytes that brokers have by default would cut a busy day's history.
        "retention.bytes": str(UNLIMITED),
    }
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
        TopicPlan(ALERTS, settings.partitions, kept | output | {"retention.ms": str(UNLIMITED)}, at_least=large),
        TopicPlan(DEAD_LETTERS, settings.partitions, kept | output, at_least=large),
        # Between two stages: kept until read, and for as long as a stopped worker may stay away.
        TopicPlan(
            REKEYED,
            settings.partitions,
            kept | output | {"retention.ms": str(REKEYED_RETENTION_DAYS * DAY_MS)},
            at_least=large,
        ),
        TopicPlan(WIDE_CHANGELOG, settings.partitions, compacted | output, at_least=large),
        TopicPlan(CATALOGUE, 1, compacted | plain),
    )


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic as the brokers describe it."""

    partitions: int
    config: dict[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting of a topic that is not as planned."""

    topic: str
    setting: str
    found: str
    planned: str
    remedy: str
    wrong_answers: bool
    """Whether positions would be wrong on it. Otherwise records are deleted sooner than planned."""

    def __str__(self) -> str:
        if self.setting == "partitions":
            return f"{self.topic} has {self.found} partitions, expected {self.planned}"
        return f"{self.topic} has {self.setting}={self.found}, expected {self.planned}"


def differences(plan: tuple[TopicPlan, ...], found: dict[str, FoundTopic]) -> list[Difference]:
    """What is not as planned of the topics that exist; what would give wrong answers comes first."""
    shared = {topic.name: found[topic.name].partitions for topic in plan if topic.name in found}
    shared.pop(CATALOGUE, None)
    different = [
        each for topic in plan if topic.name in found for each in _differences(topic, found[topic.name], shared)
    ]
    return sorted(different, key=lambda each: not each.wrong_answers)


def usual_partitions(found: Mapping[str, int]) -> int:
    """What most topics have; the least if all differ, since partitions are only ever added."""
    times = Counter(found.values())
    return min(times, key=lambda count: (-times[count], count))


def _differences(topic: TopicPlan, found: FoundTopic, shared: Mapping[str, int]) -> list[Difference]:
    different: list[Difference] = []
    if found.partitions != topic.partitions:
        remedy = _remedy_of_partitions(shared)
        if topic.name == CATALOGUE:
            remedy = "delete the topic, make it anew with `abasto topics create`, and load the catalogue again"
        different.append(
            Difference(topic.name, "partitions", str(found.partitions), str(topic.partitions), remedy, True)
        )
    there = found.config
    checks = (
        *((name, topic.config[name], there[name] == topic.config[name], True) for name in topic.must),
        *((name, f"at least {bound}", int(there[name]) >= bound, True) for name, bound in topic.at_least.items()),
        *((name, f"at most {bound}", int(there[name]) <= bound, True) for name, bound in topic.at_most.items()),
        *(_kept(name, topic.config[name], there[name]) for name in topic.keeping),
    )
    different += [
        Difference(topic.name, name, there[name], planned, _configure(topic, name), wrong_answers)
        for name, planned, right, wrong_answers in checks
        if not right
    ]
    return different


def _remedy_of_partitions(shared: Mapping[str, int]) -> str:
    """The setting can be wrong only where the topics that share it agree; otherwise it is the topics that are."""
    usual = usual_partitions(shared)
    odd = [f"{name} has {count}" for name, count in shared.items() if count != usual]
    if not odd:
        return f"set ABASTO_PARTITIONS={usual}, or move to new topics"
    return (
        f"{', '.join(odd)}, the others {usual}: no ABASTO_PARTITIONS is right for both, and a topic cannot be made "
        "smaller. Move to new topics"
    )


def _kept(name: str, planned: str, found: str) -> tuple[str, str, bool, bool]:
    """A check of what decides how long records are kept: longer than planned is fine."""
    if name == "message.timestamp.type":
        return name, planned, found == planned, False
    if int(planned) == UNLIMITED:
        return name, f"{planned} (unlimited)", int(found) == UNLIMITED, False
    return name, f"at least {planned}", int(found) == UNLIMITED or int(found) >= int(planned), False


def _configure(topic: TopicPlan, name: str) -> str:
    return (
        f"kafka-configs.sh --bootstrap-server HOST:PORT --alter --entity-type topics --entity-name {topic.name} "
        f"--add-config {name}={topic.config[name]}"
    )
