"""A real Kafka for tests."""

import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from abasto.local.broker import LocalKafka
from tests.servers.reaper import Reaper

with warnings.catch_warnings():
    # kafka-python reads its message definitions with two calls that Python 3.11 and 3.12 deprecate. The second one
    # warns in the name of the standard library, which the filter of pyproject.toml does not cover.
    warnings.filterwarnings("ignore", "open_text is deprecated", DeprecationWarning)
    from kafka import KafkaAdminClient


@contextmanager
def admin_of(brokers: str) -> Iterator[KafkaAdminClient]:
    """An admin client for the length of a block."""
    admin = KafkaAdminClient(bootstrap_servers=brokers)
    try:
        yield admin
    finally:
        admin.close()


class KafkaServer(LocalKafka):
    """The local Kafka, with what a test wants to say to it in one line."""

    def create_topics(self, *names: str, partitions: int = 1, settings: Mapping[str, str] | None = None) -> None:
        """Make topics, all alike, and wait for their leaders; `settings` are such as `cleanup.policy`."""
        with admin_of(self.bootstrap) as admin:
            each = {"num_partitions": partitions, "configs": dict(settings or {})}
            admin.create_topics(dict.fromkeys(names, each), wait_for_metadata=True)


class ProxiedKafka(KafkaServer):
    """A broker with a second door, that clients reach only through a proxy on `proxy_port`."""

    def __init__(self, folder: Path, proxy_port: int, server_port: int) -> None:
        super().__init__(folder, port=0)
        self._proxy_port = proxy_port
        self._server_port = server_port

    def settings(self, port: int) -> dict[str, str]:
        settings = super().settings(port)
        more = {
            "listeners": f"PROXIED://127.0.0.1:{self._server_port}",
            "advertised.listeners": f"PROXIED://127.0.0.1:{self._proxy_port}",
            "listener.security.protocol.map": "PROXIED:PLAINTEXT",
        }
        return settings | {name: f"{settings[name]},{value}" for name, value in more.items()}


@contextmanager
def running_kafka(folder: Path, reaper: Reaper, kind: type[KafkaServer] = KafkaServer) -> Iterator[KafkaServer]:
    """A Kafka on a free port while the block runs; its messages are gone afterwards, its log stays."""
    kafka = kind(folder, port=0)
    reaper.watch_kafka(folder)
    try:
        kafka.start()
        yield kafka
    finally:
        kafka.stop()
        shutil.rmtree(kafka.folder / "data", ignore_errors=True)
