"""The broker's storage: made once, recognised at every later start."""

import base64
import shutil
import subprocess
import uuid
from pathlib import Path

import msgspec

from abasto.local.errors import BrokerDiedError, OtherClusterError
from abasto.local.java import Java
from abasto.local.properties import properties_text, read_properties, server_properties

# Formatting takes 1 s; a machine a hundred times slower is not a slow machine but a stuck one.
_FORMAT_TIMEOUT_S = 100


class Cluster(msgspec.Struct, frozen=True):
    """Which cluster the storage belongs to, as noted when it was made."""

    cluster_id: str
    kafka_version: str
    """The release that made the storage; its format stays that release's until somebody upgrades it."""


def open_storage(folder: Path, kafka_version: str, java: Java, class_path: str) -> Cluster:
    """The cluster whose data lies in `folder`, made now when there is none.

    Raises OtherClusterError for storage that this program did not make or that a newer Kafka made.
    """
    storage, note = folder / "data", folder / "cluster.json"
    if not storage.exists():
        cluster = Cluster(_new_cluster_id(), kafka_version)
        note.write_bytes(msgspec.json.encode(cluster))
        _format(storage, cluster, java, class_path)
        return cluster
    try:
        cluster = msgspec.json.decode(note.read_bytes(), type=Cluster)
        stored_id = read_properties(storage / "meta.properties")["cluster.id"]
    except (FileNotFoundError, KeyError, msgspec.DecodeError) as error:
        raise OtherClusterError(
            f"{storage} holds files that are not the local Kafka's, or only part of them. "
            "Choose another folder with --folder, or move that one away to start afresh."
        ) from error
    if stored_id != cluster.cluster_id:
        raise OtherClusterError(
            f"{storage} belongs to the Kafka cluster {stored_id}, but {note} says {cluster.cluster_id}: "
            "two folders were mixed. Put the right ones back together, or choose another with --folder."
        )
    if _numbers(cluster.kafka_version) > _numbers(kafka_version):
        raise OtherClusterError(
            f"{folder} was made by Kafka {cluster.kafka_version}; this Abasto brings {kafka_version} and "
            "cannot read it. Use the newer Abasto, or choose another folder with --folder."
        )
    return cluster


def _format(storage: Path, cluster: Cluster, java: Java, class_path: str) -> None:
    """Format beside the final place and rename, so that storage is whole or not there at all."""
    unfinished = storage.with_name("data.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    settings = storage.with_name("format.properties")
    # The ports are those of the first start at most; each start has its own settings.
    settings.write_text(properties_text(server_properties(port=9092, controller_port=9093, storage=unfinished)))
    command = [str(java.executable), "-cp", class_path, "kafka.tools.StorageTool", "format", "--standalone"]
    command += ["--cluster-id", cluster.cluster_id, "--config", str(settings)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_FORMAT_TIMEOUT_S)
    if done.returncode != 0:
        last_lines = (done.stdout + done.stderr).splitlines()[-10:]
        raise BrokerDiedError("Kafka could not prepare its storage.", storage, last_lines)
    unfinished.rename(storage)
    settings.unlink()


def _new_cluster_id() -> str:
    """A random id in Kafka's form: 16 bytes, base64 for addresses, never starting like an option."""
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        if not text.startswith("-"):
            return text


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
