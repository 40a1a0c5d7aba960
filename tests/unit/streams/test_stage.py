"""The stages share their code, and nothing that Kafka knows them by."""

from streams.settings import Settings
from streams.stage import POSITIONS_STAGE, WIDE_STAGE
from streams.topics import topic_plan


def test_each_stage_has_a_group_a_changelog_and_inputs_of_its_own() -> None:
    settings = Settings(group="abasto")
    assert POSITIONS_STAGE.settings(settings).group == "abasto"
    assert WIDE_STAGE.settings(settings).group == "abasto-wide"
    assert POSITIONS_STAGE.changelog != WIDE_STAGE.changelog
    assert not set(POSITIONS_STAGE.inputs) & set(WIDE_STAGE.inputs)


def test_what_a_stage_reads_and_where_its_state_lies_is_planned_with_as_many_partitions() -> None:
    planned = {topic.name: topic.partitions for topic in topic_plan(Settings(partitions=6))}
    for stage in (POSITIONS_STAGE, WIDE_STAGE):
        assert {planned[topic] for topic in (*stage.inputs, stage.changelog)} == {6}
