"""The topic plan, and what of it the engine insists on."""

import pytest

from schemas.channels import ALERTS, CATALOGUE, CHANGELOG, CONSUMPTION, DEAD_LETTERS, INPUTS, POSITIONS
from streams.letters import LETTER_BYTES
from streams.settings import Settings
from streams.topics import FoundTopic, disagreements, topic_plan

PLAN = topic_plan(Settings(partitions=4))
AS_PLANNED = {topic.name: FoundTopic(topic.partitions, dict(topic.config)) for topic in PLAN}


def found_with(name: str, *, partitions: int | None = None, **config: str) -> dict[str, FoundTopic]:
    topic = AS_PLANNED[name]
    changed = {key.replace("_", "."): value for key, value in config.items()}
    return AS_PLANNED | {name: FoundTopic(partitions or topic.partitions, topic.config | changed)}


def test_what_derives_from_the_inputs_shares_their_partition_count() -> None:
    counts = {topic.name: topic.partitions for topic in PLAN}
    assert counts == {**dict.fromkeys((*INPUTS, CHANGELOG, POSITIONS, ALERTS, DEAD_LETTERS), 4), CATALOGUE: 1}


def test_state_is_compacted_and_history_is_kept() -> None:
    policies = {topic.name: topic.config["cleanup.policy"] for topic in PLAN}
    assert {name for name, policy in policies.items() if policy == "compact"} == {CHANGELOG, POSITIONS, CATALOGUE}


def test_topics_as_planned_are_accepted() -> None:
    assert disagreements(PLAN, AS_PLANNED) == []


def test_missing_topics_are_no_disagreement() -> None:
    assert disagreements(PLAN, {}) == []


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (found_with(CONSUMPTION, partitions=3), "abasto.consumption.v1 has 3 partitions, expected 4"),
        (
            found_with(CHANGELOG, cleanup_policy="delete"),
            "abasto.changelog.v1 has cleanup.policy=delete, expected compact",
        ),
        (
            found_with(DEAD_LETTERS, max_message_bytes="1048588"),
            "abasto.dead-letter.v1 has max.message.bytes=1048588, expected at least 8388608",
        ),
        (
            found_with(CONSUMPTION, max_message_bytes="10000000"),
            "abasto.consumption.v1 has max.message.bytes=10000000, expected at most 1048588",
        ),
    ],
)
def test_a_topic_that_would_give_wrong_answers_is_named(found: dict[str, FoundTopic], sentence: str) -> None:
    assert disagreements(PLAN, found) == [sentence]


def test_the_largest_dead_letter_fits_its_topic() -> None:
    (plan,) = (topic for topic in PLAN if topic.name == DEAD_LETTERS)
    assert int(plan.config["max.message.bytes"]) > LETTER_BYTES


def test_what_the_projector_reads_is_stored_without_a_codec_it_may_lack() -> None:
    read = {ALERTS, CATALOGUE, DEAD_LETTERS, POSITIONS}
    assert {topic.config["compression.type"] for topic in topic_plan(Settings()) if topic.name in read} == {
        "uncompressed"
    }
