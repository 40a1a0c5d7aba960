"""End what tests started, even when the test run itself is killed.

A small program reads from a pipe which processes to watch. When the pipe closes (the test run ended, however
it ended) it kills the ones still there. It is in a session of its own: a signal to the group of the test run does not
end it. A process is told from a later one of the same id by its start time.
"""

import contextlib
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil  # type: ignore[import-untyped]  # psutil has no annotations, and no stubs among our dependencies


class Reaper:
    """Watches folders of local Kafkas and single processes; use it as a context around the servers."""

    def __init__(self) -> None:
        self._program = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            start_new_session=True,
        )

    def watch_kafka(self, folder: Path) -> None:
        """Kill, when all is over, the broker of this folder: whichever it is by then."""
        self._tell(f"kafka {folder}")

    def watch_process(self, pid: int) -> None:
        """Kill, when all is over, this process."""
        self._tell(f"process {pid}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._program.communicate(timeout=60)

    def _tell(self, line: str) -> None:
        assert self._program.stdin is not None
        print(line, file=self._program.stdin, flush=True)


def _watch() -> None:
    from abasto.local.broker import LocalKafka

    folders: list[Path] = []
    processes: list[psutil.Process] = []
    for line in sys.stdin:
        kind, _, what = line.rstrip("\n").partition(" ")
        if kind == "kafka":
            folders.append(Path(what))
        else:
            with contextlib.suppress(psutil.NoSuchProcess):
                processes.append(psutil.Process(int(what)))
    for folder in folders:
        LocalKafka(folder).kill()
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):  # psutil compares the start time before it kills
            process.kill()


if __name__ == "__main__":
    _watch()
