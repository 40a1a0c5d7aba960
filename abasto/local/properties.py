"""The settings of the one broker, and Java's way to write settings down."""

from collections.abc import Mapping
from pathlib import Path

NODE_ID = 1


def server_properties(*, port: int, controller_port: int, storage: Path) -> dict[str, str]:
    """Settings of a broker that is its own controller, reachable from this machine only.

    What is tuned is what makes a broker slow to start or large on a laptop. What it promises (transactions,
    ordering, retention as each topic sets it) is that of any other.
    """
    return {
        "process.roles": "broker,controller",
        "node.id": str(NODE_ID),
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "controller.listener.names": "CONTROLLER",
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller_port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": str(storage),
        # Topics are made by Abasto with settings that matter; a misspelt name must not make another one.
        "auto.create.topics.enable": "false",
        # One broker can hold one copy.
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        # 50 partitions each by default: files and memory for consumers that a laptop does not have.
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.num.partitions": "1",
        # The default waits 3 s for more members before the first one of a group gets its partitions.
        "group.initial.rebalance.delay.ms": "0",
        # A killed broker's registration must run out before it may come back: 12 s with the default of 9 s, 5 s
        # with this. Six heartbeats may be missed.
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        # A stack left alone over a long holiday goes on where it stopped: a year, not 7 days.
        "offsets.retention.minutes": "525600",
        # The default takes 128 MiB of the heap; this still compacts over a million keys in one pass.
        "log.cleaner.dedupe.buffer.size": "33554432",
    }


def log4j_properties(log: Path) -> dict[str, str]:
    """A log file that cannot fill the disk: 10 MB and two older ones."""
    return {
        "rootLogger.level": "INFO",
        "rootLogger.appenderRef.file.ref": "file",
        "appender.file.type": "RollingFile",
        "appender.file.name": "file",
        "appender.file.fileName": str(log),
        "appender.file.filePattern": f"{log}.%i",
        "appender.file.layout.type": "PatternLayout",
        "appender.file.layout.pattern": "%d{ISO8601} %-5p %m (%c{1})%n",
        "appender.file.policies.type": "SizeBasedTriggeringPolicy",
        "appender.file.policies.size": "10MB",
        "appender.file.strategy.type": "DefaultRolloverStrategy",
        "appender.file.strategy.max": "2",
    }


def properties_text(settings: Mapping[str, str]) -> str:
    """Settings as a Java properties file, readable in any locale: backslashes and non-ASCII are escaped."""
    return "".join(f"{name}={_escaped(value)}\n" for name, value in settings.items())


def _escaped(value: str) -> str:
    units = value.replace("\\", "\\\\").encode("utf-16-be")
    codes = [int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2)]
    return "".join(chr(code) if 0x20 <= code < 0x7F else f"\\u{code:04x}" for code in codes)


def read_properties(path: Path) -> dict[str, str]:
    """The settings of a properties file that Kafka itself wrote: plain `name=value` lines."""
    lines = path.read_text(encoding="latin-1").splitlines()
    pairs = [line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")]
    return {name.strip(): value.strip() for name, value in pairs}
