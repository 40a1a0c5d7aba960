"""Faust's assignor, made to know the inputs when the client has just lost sight of them.

The leader of a group shares out what its metadata shows. After a broker was lost, that may be nothing: the client gives
up one question about metadata and goes on with what it has. Faust would then share out no partitions, and the broker
hands that empty assignment to a worker with a name of its own (`instance`) whenever it starts again, without asking
anybody: it would wait for work for ever.
"""

from collections.abc import Mapping
from typing import cast

from aiokafka.cluster import ClusterMetadata
from faust.assignor.partition_assignor import MemberAssignmentMapping, MemberMetadataMapping, PartitionAssignor
from faust.types import AppT


class KnownTopics:
    """The partitions of topics: as the cluster tells them, or else as they were when the worker started."""

    def __init__(self, cluster: ClusterMetadata, at_start: Mapping[str, int]) -> None:
        self._cluster = cluster
        self._at_start = at_start

    def partitions_for_topic(self, topic: str) -> set[int]:
        """The partition numbers of a topic."""
        told: set[int] | None = self._cluster.partitions_for_topic(topic)
        return told or set(range(self._at_start.get(topic, 0)))


class InputAssignor(PartitionAssignor):
    """Shares out all input partitions, whether the client's metadata shows them or not."""

    def __init__(self, app: AppT, replicas: int = 0, *, inputs: Mapping[str, int]) -> None:
        super().__init__(app, replicas=replicas)
        self._inputs = inputs

    def assign(  # type: ignore[override] # Faust's signature, not aiokafka's
        self, cluster: ClusterMetadata, member_metadata: MemberMetadataMapping
    ) -> MemberAssignmentMapping:
        """Who reads which partitions."""
        return super().assign(cast(ClusterMetadata, KnownTopics(cluster, self._inputs)), member_metadata)
