"""Three real Kafka brokers on one machine that hold copies of each other's partitions; two of them are enough."""

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import msgspec
from kafka import TopicPartition

from abasto.local.broker import LocalKafka
from abasto.local.java import find_java
from abasto.local.kafka_jars import kafka_class_path
from abasto.local.kafka_lock import kafka_lock
from abasto.local.programs import free_port
from abasto.local.properties import properties_text
from abasto.local.storage import Cluster
from tests.servers.kafka import admin_of
from tests.servers.reaper import Reaper

NODES: Final = (1, 2, 3)
COORDINATORS: Final = ("__consumer_offsets", "__transaction_state")
"""Whoever leads a partition of these coordinates the groups, or the transactions, that fall on it."""
COORDINATOR_PARTITIONS: Final = 4
"""As the settings of the local broker have it."""

_CLUSTER_ID: Final = "YWJhc3RvLWNoYW9zLXRlcw"
_HEAP_MIB: Final = 256
_FORMAT_TIMEOUT_S: Final = 100
_PREFERRED: Final = 0


class Member(LocalKafka):
    """One broker of the three, and one voice in the choice of who leads them."""

    def __init__(self, folder: Path, node: int, port: int, controllers: dict[int, int]) -> None:
        super().__init__(folder, port, heap_mib=_HEAP_MIB)
        self.node = node
        self._controllers = controllers

    def settings(self, port: int) -> dict[str, str]:
        voters = [f"{node}@127.0.0.1:{controller}" for node, controller in self._controllers.items()]
        settings = super().settings(port) | {
            "node.id": str(self.node),
            "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{self._controllers[self.node]}",
            "controller.quorum.voters": ",".join(voters),
            "default.replication.factor": "3",
            "min.insync.replicas": "2",
            "offsets.topic.replication.factor": "3",
            "transaction.state.log.replication.factor": "3",
            "transaction.state.log.min.isr": "2",
            # A frozen follower must not hold up for half a minute what the other two have.
            "replica.lag.time.max.ms": "3000",
        }
        del settings["controller.quorum.bootstrap.servers"]
        return settings

    def lay_storage(self) -> None:
        """Make the storage of a member of this cluster; the program's own is for a broker alone."""
        self.folder.mkdir(parents=True)
        note = Cluster(_CLUSTER_ID, kafka_lock().version)
        (self.folder / "cluster.json").write_bytes(msgspec.json.encode(note))
        settings = self.folder / "format.properties"
        settings.write_text(properties_text(self.settings(self._port)))
        tool = [str(find_java().executable), "-cp", kafka_class_path(), "kafka.tools.StorageTool", "format"]
        subprocess.run(
            [*tool, "--cluster-id", _CLUSTER_ID, "--config", str(settings)],
            check=True,
            capture_output=True,
            timeout=_FORMAT_TIMEOUT_S,
        )

    def freeze(self) -> None:
        """Let it do nothing more (SIGSTOP)."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        record = self.record
        if record is not None and record.program() is not None:
            os.kill(record.pid, number)


class KafkaCluster:
    """The three brokers; each keeps its port over restarts."""

    def __init__(self, folder: Path, reaper: Reaper) -> None:
        ports = _free_ports(2 * len(NODES))
        controllers = {node: ports.pop() for node in NODES}
        self.members = {node: Member(folder / f"broker {node}", node, ports.pop(), controllers) for node in NODES}
        for member in self.members.values():
            member.lay_storage()
            reaper.watch_kafka(member.folder.parent)

    @property
    def bootstrap(self) -> str:
        """All brokers: any of them may be away."""
        return ",".join(member.bootstrap for member in self.members.values())

    def start(self) -> None:
        """Return when all answer. Alone none does: it takes two to choose who leads."""
        self._all(lambda member: None if member.is_running else member.start())

    def stop(self) -> None:
        """End all."""
        self._all(lambda member: member.stop())

    def leader_of(self, topic: str, partition: int) -> int | None:
        """The node that leads a partition, if any does just now."""
        with admin_of(self.bootstrap) as admin:
            (found,) = admin.describe_topics([topic])
        # A topic of coordinators is made when the first group or transaction comes.
        leaders = {each["partition_index"]: each["leader_id"] for each in found["partitions"]}
        leader = leaders.get(partition)
        return leader if leader in self.members else None

    def move_leaders(self, topics: Sequence[str]) -> int:
        """Give every partition of some topics to the next of its brokers; how many were asked to move comes back.

        A broker that is away, or behind, leads nothing: Kafka leaves such a partition where it is.
        """
        with admin_of(self.bootstrap) as admin:
            turned = {
                TopicPartition(topic["name"], each["partition_index"]): _next_first(each["replica_nodes"])
                for topic in admin.describe_topics(list(topics))
                for each in topic["partitions"]
            }
            admin.alter_partition_reassignments(turned)
            admin.elect_leaders(_PREFERRED, raise_errors=False)
        return len(turned)

    def _all(self, do: Callable[[Member], None]) -> None:
        with ThreadPoolExecutor(len(self.members)) as beside:
            list(beside.map(do, self.members.values()))


def _next_first(replicas: Sequence[int]) -> list[int]:
    return [*replicas[1:], replicas[0]]


def _free_ports(number: int) -> set[int]:
    """So many different ones: what is free stays so until somebody listens."""
    ports: set[int] = set()
    while len(ports) < number:
        ports.add(free_port())
    return ports
