"""Make `kafka_lock.toml` anew, for the day Kafka's version is raised.

Raise the versions below, then write what `python -m abasto.local.kafka_resolve` prints over the file, and look
at the difference.
"""

import hashlib
import sys
import tempfile
from pathlib import Path

from jgo.maven import Dependency, MavenContext

from abasto.local.kafka_lock import Jar, KafkaLock, lock_text

# `kafka-clients` is named although `kafka_2.13` needs it anyway: left to itself, resolution picks an older one
# and the broker dies with NoSuchMethodError. log4j is the back end without which the broker logs nothing.
_ROOTS = (
    "org.apache.kafka:kafka_2.13:4.3.1",
    "org.apache.kafka:kafka-clients:4.3.1",
    "org.apache.logging.log4j:log4j-slf4j2-impl:2.25.2",
)


def dependencies(context: MavenContext, roots: tuple[str, ...]) -> list[Dependency]:
    """The roots as jgo wants them: a dependency without a scope loses what it depends on."""
    found = [context.create_dependency(root) for root in roots]
    for dependency in found:
        dependency.scope = "compile"
    return found


def resolve_lock(context: MavenContext, roots: tuple[str, ...] = _ROOTS) -> KafkaLock:
    """Resolve the roots through jgo, download every jar and hash what came."""
    given, transitive = context.resolver.resolve(dependencies(context, roots))
    jars = []
    for dependency in [*given, *(each for each in transitive if each.scope in {"compile", "runtime"})]:
        coordinate = f"{dependency.groupId}:{dependency.artifactId}:{dependency.version}"
        content = dependency.artifact.resolve().read_bytes()
        jars.append(Jar(coordinate, len(content), hashlib.sha256(content).hexdigest()))
    return KafkaLock(roots, tuple(sorted(jars, key=lambda jar: jar.coordinate)))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(lock_text(resolve_lock(MavenContext(repo_cache=Path(folder)))))
