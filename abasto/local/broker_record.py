"""What a start leaves behind, so that any later program finds the broker again."""

import contextlib
from pathlib import Path

import msgspec

from abasto.local.programs import Program


class BrokerRecord(msgspec.Struct, frozen=True):
    """The broker that was started last in a folder, running or not."""

    pid: int
    mark: str
    """Random text on the broker's command line: with the process id it tells our broker from a stranger."""
    port: int
    cluster_id: str

    def program(self) -> Program | None:
        """The broker's program while it runs."""
        return Program.find(self.pid, self.mark)


def write_record(path: Path, record: BrokerRecord) -> None:
    """Put the record in place in one step: a reader sees the old one or the new one."""
    unfinished = path.with_suffix(".new")
    unfinished.write_bytes(msgspec.json.encode(record))
    unfinished.replace(path)


def read_record(path: Path) -> BrokerRecord | None:
    """The last start's record; None when there is none that can be read."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return msgspec.json.decode(path.read_bytes(), type=BrokerRecord)
    return None
