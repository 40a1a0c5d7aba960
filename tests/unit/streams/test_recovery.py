"""Where a shard goes on counting follows from its changelog, and must agree with the group and the log."""

import logging

import pytest

from schemas.channels import ARRIVALS, CONSUMPTION, INPUTS, INVENTORY
from streams import input_positions
from streams.faults import RecordsLost, StateDisagrees
from streams.recovery import starting_offsets

WHERE = "abasto.changelog.v1:3"
COUNTED = {INVENTORY: 10, ARRIVALS: 0, CONSUMPTION: 200}
NOTHING: dict[str, int | None] = dict.fromkeys(INPUTS)
STARTS = dict.fromkeys(INPUTS, 0)
ENDS = dict.fromkeys(INPUTS, 1000)


def test_a_shard_without_any_state_starts_at_the_beginning_of_the_log() -> None:
    starts = {INVENTORY: 5, ARRIVALS: 0, CONSUMPTION: 7}
    assert starting_offsets(WHERE, None, NOTHING, starts=starts, ends=ENDS) == starts


def test_a_shard_goes_on_where_its_state_stopped_counting() -> None:
    assert starting_offsets(WHERE, COUNTED, COUNTED, starts=STARTS, ends=ENDS) == COUNTED


def test_a_changelog_that_is_gone_is_refused() -> None:
    with pytest.raises(StateDisagrees, match=r"changelog\.v1:3 holds no input positions.*consumption\.v1 200"):
        starting_offsets(WHERE, None, dict(COUNTED), starts=STARTS, ends=ENDS)


@pytest.mark.parametrize("moved", [{CONSUMPTION: 100}, {CONSUMPTION: 300}, {CONSUMPTION: None}])
def test_offsets_of_the_group_that_somebody_moved_are_refused(moved: dict[str, int | None]) -> None:
    with pytest.raises(StateDisagrees, match="moved the group's offsets"):
        starting_offsets(WHERE, COUNTED, {**COUNTED, **moved}, starts=STARTS, ends=ENDS)


def test_offsets_of_the_group_that_expired_are_done_without(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert starting_offsets(WHERE, COUNTED, NOTHING, starts=STARTS, ends=ENDS) == COUNTED
    assert "the consumer group has no offsets" in caplog.text


def test_records_deleted_before_they_were_counted_are_a_refusal() -> None:
    starts = {**STARTS, CONSUMPTION: 250}
    with pytest.raises(RecordsLost, match=r"consumption\.v1: records 200 to 249 of partition 3 were deleted"):
        starting_offsets(WHERE, COUNTED, COUNTED, starts=starts, ends=ENDS)


def test_an_operator_may_accept_the_loss_of_deleted_records() -> None:
    starts = {**STARTS, CONSUMPTION: 250}
    resumed = starting_offsets(WHERE, COUNTED, COUNTED, starts=starts, ends=ENDS, accept_lost_records=True)
    assert resumed == {**COUNTED, CONSUMPTION: 250}


def test_a_topic_that_was_made_anew_is_refused() -> None:
    with pytest.raises(StateDisagrees, match=r"counted abasto\.consumption\.v1 up to 200, which now ends at 20"):
        starting_offsets(WHERE, COUNTED, COUNTED, starts=STARTS, ends={**ENDS, CONSUMPTION: 20})


def test_input_positions_of_a_newer_release_are_refused() -> None:
    newer = b'{"version":2,"offsets":"otherwise"}'
    with pytest.raises(StateDisagrees, match="written by a newer release"):
        input_positions.decode(newer, WHERE)


def test_input_positions_that_are_torn_are_refused() -> None:
    with pytest.raises(StateDisagrees, match="cannot be read"):
        input_positions.decode(b'{"version":1', WHERE)
