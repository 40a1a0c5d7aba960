"""The topic plan, and what of it the engine insists on."""

import pytest

from schemas.channels import (
    ALERTS,
    CATALOGUE,
    CHANGELOG,
    CONSUMPTION,
    DEAD_LETTERS,
    INPUTS,
    INVENTORY,
    POSITIONS,
    REKEYED,
    WIDE_CHANGELOG,
)
from streams.letters import LETTER_BYTES
from streams.settings import Settings
from streams.topics import FoundTopic, differences, topic_plan

PLAN = topic_plan(Settings(partitions=4))
AS_PLANNED = {topic.name: FoundTopic(topic.partitions, dict(topic.config)) for topic in PLAN}


def found_with(name: str, *, partitions: int | None = None, **config: str) -> dict[str, FoundTopic]:
    topic = AS_PLANNED[name]
    changed = {key.replace("_", "."): value for key, value in config.items()}
    return AS_PLANNED | {name: FoundTopic(partitions or topic.partitions, topic.config | changed)}


def test_what_derives_from_the_inputs_shares_their_partition_count() -> None:
    counts = {topic.name: topic.partitions for topic in PLAN}
    derived = (CHANGELOG, POSITIONS, ALERTS, DEAD_LETTERS, REKEYED, WIDE_CHANGELOG)
    assert counts == {**dict.fromkeys((*INPUTS, *derived), 4), CATALOGUE: 1}


def test_state_is_compacted_and_history_is_kept() -> None:
    policies = {topic.name: topic.config["cleanup.policy"] for topic in PLAN}
    compacted = {CHANGELOG, WIDE_CHANGELOG, POSITIONS, CATALOGUE}
    assert {name for name, policy in policies.items() if policy == "compact"} == compacted


def test_topics_as_planned_are_accepted() -> None:
    assert differences(PLAN, AS_PLANNED) == []


def test_missing_topics_are_no_difference() -> None:
    assert differences(PLAN, {}) == []


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
    (difference,) = differences(PLAN, found)
    assert str(difference) == sentence
    assert difference.wrong_answers


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            found_with(INVENTORY, retention_ms="60000"),
            "abasto.inventory.v1 has retention.ms=60000, expected at least 39744000000",
        ),
        (found_with(ALERTS, retention_ms="39744000000"), "expected -1 (unlimited)"),
        (found_with(CONSUMPTION, retention_bytes="1000000000"), "expected -1 (unlimited)"),
        (
            found_with(CONSUMPTION, message_timestamp_type="CreateTime"),
            "abasto.consumption.v1 has message.timestamp.type=CreateTime, expected LogAppendTime",
        ),
    ],
)
def test_a_topic_that_deletes_sooner_than_planned_is_named(found: dict[str, FoundTopic], sentence: str) -> None:
    (difference,) = differences(PLAN, found)
    assert str(difference).endswith(sentence)
    assert not difference.wrong_answers


@pytest.mark.parametrize("longer", ["39744000001", "-1"])
def test_a_topic_that_keeps_its_records_longer_is_as_good(longer: str) -> None:
    assert differences(PLAN, found_with(INVENTORY, retention_ms=longer)) == []


def test_each_difference_says_what_to_do() -> None:
    found = found_with(INVENTORY, partitions=8, retention_ms="60000") | {
        CATALOGUE: FoundTopic(2, AS_PLANNED[CATALOGUE].config)
    }
    assert [each.remedy.partition(" --alter ")[2] or each.remedy for each in differences(PLAN, found)] == [
        "abasto.inventory.v1 has 8, the others 4: no ABASTO_PARTITIONS is right for both, and a topic cannot be made "
        "smaller. Move to new topics",
        "delete the topic, make it anew with `abasto topics create`, and load the catalogue again",
        "--entity-type topics --entity-name abasto.inventory.v1 --add-config retention.ms=39744000000",
    ]


def test_the_setting_is_to_follow_the_topics_only_where_they_all_agree() -> None:
    agreed = {name: FoundTopic(8, topic.config) for name, topic in AS_PLANNED.items() if name != CATALOGUE}
    remedies = {each.remedy for each in differences(PLAN, agreed | {CATALOGUE: AS_PLANNED[CATALOGUE]})}
    assert remedies == {"set ABASTO_PARTITIONS=8, or move to new topics"}
    enlarged = agreed | {CONSUMPTION: FoundTopic(12, AS_PLANNED[CONSUMPTION].config)}
    (remedy,) = {each.remedy for each in differences(PLAN, enlarged)}
    assert remedy.startswith("abasto.consumption.v1 has 12, the others 8: no ABASTO_PARTITIONS is right")


def test_the_remedy_of_a_setting_with_a_bound_is_within_it() -> None:
    (difference,) = differences(PLAN, found_with(CONSUMPTION, max_message_bytes="10000000"))
    assert difference.remedy.endswith("--add-config max.message.bytes=1048588")


def test_what_deletes_records_is_compared_where_the_plan_sets_it() -> None:
    compared = {topic.name: set(topic.keeping) for topic in PLAN}
    retention = {"retention.ms", "retention.bytes"}
    assert compared == {
        **dict.fromkeys(INPUTS, retention | {"message.timestamp.type"}),
        **dict.fromkeys((ALERTS, DEAD_LETTERS, REKEYED), retention),
        **{compacted: set() for compacted in (CHANGELOG, WIDE_CHANGELOG, POSITIONS, CATALOGUE)},
    }


def test_the_largest_dead_letter_fits_its_topic() -> None:
    (plan,) = (topic for topic in PLAN if topic.name == DEAD_LETTERS)
    assert int(plan.config["max.message.bytes"]) > LETTER_BYTES


def test_what_the_projector_reads_is_stored_without_a_codec_it_may_lack() -> None:
    read = {ALERTS, CATALOGUE, DEAD_LETTERS, POSITIONS}
    assert {topic.config["compression.type"] for topic in topic_plan(Settings()) if topic.name in read} == {
        "uncompressed"
    }
