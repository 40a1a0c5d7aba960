"""The inputs are shared out whole, also by a leader whose client has lost sight of the topics."""

from collections.abc import Mapping

import pytest
from aiokafka.cluster import ClusterMetadata
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from aiokafka.protocol.metadata import MetadataResponse_v1

from agents.app import build_app
from agents.shards import wall_ms
from schemas.channels import INPUTS
from streams.assignment import Assignment
from streams.assignor import InputAssignor
from streams.metrics import WorkerMetrics
from streams.settings import Settings
from streams.shard import Shard
from streams.stage import POSITIONS_STAGE

PARTITIONS = 4


@pytest.fixture
def assignor() -> InputAssignor:
    """The assignor of a worker's app."""
    settings = Settings(brokers="127.0.0.1:1", partitions=PARTITIONS)
    app = build_app(settings, Assignment(settings, _never, WorkerMetrics(), wall_ms=wall_ms), POSITIONS_STAGE)
    assert isinstance(app.assignor, InputAssignor)
    return app.assignor


def _never(number: int) -> Shard:
    raise AssertionError(f"shard {number} was opened")


def cluster_with(partitions: Mapping[str, int]) -> ClusterMetadata:
    """What the client knows after a broker has told it of these topics."""
    topics = [
        (0, topic, False, [(0, number, 1, [1], [1]) for number in range(count)]) for topic, count in partitions.items()
    ]
    cluster = ClusterMetadata()
    cluster.update_metadata(MetadataResponse_v1([(1, "127.0.0.1", 1, None)], 1, topics))
    return cluster


def shared_out(
    assignor: InputAssignor, cluster: ClusterMetadata, members: int
) -> Mapping[str, ConsumerProtocolMemberAssignment]:
    metadata = assignor.metadata(set(INPUTS))
    return assignor.assign(cluster, {f"member {number}": metadata for number in range(members)})


def partitions_of(assignment: ConsumerProtocolMemberAssignment) -> dict[str, set[int]]:
    return {topic: set(numbers) for topic, numbers in assignment.assignment}


ALL = {topic: set(range(PARTITIONS)) for topic in INPUTS}


@pytest.mark.parametrize(
    "known",
    [{}, {INPUTS[0]: PARTITIONS}, dict.fromkeys(INPUTS, PARTITIONS)],
    ids=["nothing known", "one topic known", "all known"],
)
def test_the_inputs_are_shared_out_whole_whatever_the_client_knows(
    assignor: InputAssignor, known: Mapping[str, int]
) -> None:
    (alone,) = shared_out(assignor, cluster_with(known), 1).values()
    assert partitions_of(alone) == ALL


def test_two_workers_share_what_the_client_does_not_see(assignor: InputAssignor) -> None:
    one, other = (partitions_of(each) for each in shared_out(assignor, cluster_with({}), 2).values())
    for topic in INPUTS:
        assert one[topic] | other[topic] == ALL[topic]
        assert not one[topic] & other[topic]
    assert one[INPUTS[0]] == one[INPUTS[1]] == one[INPUTS[2]]


def test_topics_that_were_enlarged_are_shared_out_as_they_are(assignor: InputAssignor) -> None:
    """The worker that gets a partition it does not know of ends with a clear sentence."""
    enlarged = dict.fromkeys(INPUTS, PARTITIONS + 2)
    (alone,) = shared_out(assignor, cluster_with(enlarged), 1).values()
    assert partitions_of(alone) == {topic: set(range(PARTITIONS + 2)) for topic in INPUTS}
