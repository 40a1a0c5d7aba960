"""Kafka Streams made ready: its jars fetched as the local broker's are, its one source file compiled.

A machine may have a Java runtime and no compiler (the packaged one has none), so the compiler is a jar too: that of
Eclipse, which needs a runtime only. For a newer release raise the versions below, then write what
`python -m benchmarks.peers.kafka_streams` prints over `locks/kafka_streams.toml`.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from jgo.maven import MavenContext

from abasto.local.errors import LocalKafkaError
from abasto.local.java import OLDEST_MAJOR, find_java
from abasto.local.kafka_download import download_kafka
from abasto.local.kafka_lock import lock_text, read_lock
from abasto.local.kafka_resolve import resolve_lock
from benchmarks.peers.installing import NotInstalled

_FOLDER = Path(__file__).parent
_LOCK = _FOLDER / "locks" / "kafka_streams.toml"
_PROGRAM = "KafkaStreamsSum"
_HEAP_MIB = 512  # as the broker has; RocksDB and its caches come on top

# `kafka-clients` is named for the reason that the broker's lock has; a newer compiler would need a newer runtime.
_ROOTS = (
    "org.apache.kafka:kafka-streams:4.3.1",
    "org.apache.kafka:kafka-clients:4.3.1",
    "org.apache.logging.log4j:log4j-slf4j2-impl:2.25.2",
    "org.eclipse.jdt:ecj:3.41.0",
)


def kafka_streams_version() -> str:
    """The release that the lock holds."""
    return read_lock(_LOCK).version


def install_kafka_streams(folder: Path) -> list[str]:
    """The command that runs the peer, but for its arguments. Raises NotInstalled."""
    jars, classes = folder / "jars", folder / "classes"
    jars.mkdir(parents=True, exist_ok=True)
    try:
        java = str(find_java().executable)
        download_kafka(jars, folder / "repository", read_lock(_LOCK), None)
    except LocalKafkaError as failure:
        raise NotInstalled(str(failure)) from failure
    # -source and -target, not --release: that looks for the signatures of older releases, which a runtime lacks.
    level = str(OLDEST_MAJOR)
    source = str(_FOLDER / f"{_PROGRAM}.java")
    compiling = [java, "-cp", f"{jars}/*", "org.eclipse.jdt.internal.compiler.batch.Main", "-nowarn"]
    compiling += ["-source", level, "-target", level, "-cp", ":".join(map(str, jars.glob("*.jar"))), "-d", str(classes)]
    answer = subprocess.run([*compiling, source], capture_output=True, text=True, check=False)
    if answer.returncode:
        raise NotInstalled(f"{_PROGRAM}.java does not compile: {answer.stderr.strip()[-500:]}")
    return [java, f"-Xmx{_HEAP_MIB}m", "-cp", f"{classes}:{jars}/*", _PROGRAM]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        resolved = resolve_lock(MavenContext(repo_cache=Path(scratch)), _ROOTS)
    sys.stdout.write(lock_text(resolved, "Made by `python -m benchmarks.peers.kafka_streams`: its class path."))
