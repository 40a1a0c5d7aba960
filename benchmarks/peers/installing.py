"""Each peer in a virtual environment of its own, from a lock of its own: none is a dependency of Abasto.

They do not agree on versions with each other or with Abasto, and one that a machine cannot have keeps none of the
others away. Only built packages are taken: a benchmark that first compiles a foreign engine would not end.
"""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

LOCKS = Path(__file__).parent / "locks"
_LIMIT_S = 900
"""The largest peer is 1.6 GB; a registry that does not answer in this time has nothing for us."""


class NotInstalled(Exception):
    """A peer cannot be had on this machine; the text says why."""


def pinned(name: str) -> dict[str, str]:
    """Package to version: what the peer's requirements ask for directly."""
    lines = (LOCKS / f"{name}.in").read_text().split()
    return dict(re.sub(r"\[.*?\]", "", line).split("==") for line in lines)


def install(name: str, folder: Path) -> str:
    """The Python of the environment in this folder, made anew unless it holds what the lock says. Raises
    NotInstalled."""
    lock = LOCKS / f"{name}.txt"
    python, stamp = folder / "bin" / "python", folder / "installed"
    wanted = f"{hashlib.sha256(lock.read_bytes()).hexdigest()} {sys.version}"
    if not (stamp.is_file() and stamp.read_text() == wanted):
        _run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)])
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps"]
        pip += ["--only-binary", ":all:"]
        _run([*pip, "--require-hashes", "--requirement", str(lock)])
        stamp.write_text(wanted)
    return str(python)


def _run(command: list[str]) -> None:
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_LIMIT_S)
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"it was not installed within {_LIMIT_S} s") from None
    if answer.returncode:
        said = [line.strip() for line in (answer.stderr or answer.stdout).splitlines() if line.strip()]
        errors = [line.removeprefix("ERROR: ") for line in said if line.startswith("ERROR:")]
        raise NotInstalled([*errors, *said[-1:], "pip ended without a word"][0])
