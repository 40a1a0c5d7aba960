"""Which files make up the local Kafka: `kafka_lock.toml`, read and written."""

import hashlib
import tomllib
from pathlib import Path

import msgspec

_LOCK = Path(__file__).with_name("kafka_lock.toml")


class Jar(msgspec.Struct, frozen=True):
    """One file of the class path."""

    coordinate: str
    """`group:artifact:version`, as Maven repositories name it."""
    size_bytes: int
    sha256: str

    @property
    def filename(self) -> str:
        """The file's name in every Maven repository."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


class KafkaLock(msgspec.Struct, frozen=True):
    """A Kafka release and exactly the files that run it."""

    roots: tuple[str, ...]
    jars: tuple[Jar, ...]

    @property
    def version(self) -> str:
        """Kafka's release, such as `4.3.1`."""
        return self.roots[0].rsplit(":", 1)[1]

    @property
    def size_bytes(self) -> int:
        """What there is to download in all."""
        return sum(jar.size_bytes for jar in self.jars)

    @property
    def fingerprint(self) -> str:
        """Changes with any file of the lock: two releases of Abasto never share a half-matching folder."""
        return hashlib.sha256("".join(jar.sha256 for jar in self.jars).encode()).hexdigest()[:8]


def kafka_lock() -> KafkaLock:
    """The files that this release of Abasto was tested with."""
    return read_lock(_LOCK)


def read_lock(path: Path) -> KafkaLock:
    """The lock that a file holds."""
    return msgspec.convert(tomllib.loads(path.read_text()), KafkaLock)


_BROKER_HEADING = "Made by `python -m abasto.local.kafka_resolve`: the class path of the local Kafka."


def lock_text(lock: KafkaLock, heading: str = _BROKER_HEADING) -> str:
    """The lock as `kafka_lock.toml` holds it: one jar a line, so that a new release shows as a readable diff."""
    lines = [f"# {heading}", "roots = ["]
    lines += [f'  "{root}",' for root in lock.roots]
    lines += ["]", "jars = ["]
    lines += [
        f'  {{ coordinate = "{jar.coordinate}", size_bytes = {jar.size_bytes}, sha256 = "{jar.sha256}" }},'
        for jar in lock.jars
    ]
    return "\n".join([*lines, "]", ""])
