"""Start the broker's program, and read from its log why it ended."""

import os
import re
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

from abasto.local.broker_record import BrokerRecord, write_record
from abasto.local.errors import BrokerDiedError, FolderUnusableError, LocalKafkaError, PortInUseError
from abasto.local.java import Java
from abasto.local.programs import listener_on
from abasto.local.properties import log4j_properties, properties_text

_FULL_BYTES = 1024 * 1024
_LAST_LINES = 15
_LAST_LINE_CHARACTERS = 300  # Kafka prints whole configurations in one line


def launch(
    folder: Path,
    settings: Mapping[str, str],
    *,
    java: Java,
    class_path: str,
    port: int,
    heap_mib: int,
    cluster_id: str,
) -> BrokerRecord:
    """Start a broker with its settings over the storage in `folder` and note it there; it does not answer yet."""
    log = folder / "broker.log"
    if log.exists():
        log.replace(folder / "broker.previous.log")
    properties = folder / "server.properties"
    properties.write_text(properties_text(settings))
    logging = folder / "log4j2.properties"
    logging.write_text(properties_text(log4j_properties(log)))
    mark = uuid.uuid4().hex
    command = [
        str(java.executable),
        f"-Xmx{heap_mib}m",
        # As Kafka's own start script has it; on a small machine Java would choose a collector with long pauses.
        "-XX:+UseG1GC",
        "-XX:MaxGCPauseMillis=20",
        # Out of memory a broker neither works nor ends by itself.
        "-XX:+ExitOnOutOfMemoryError",
        "-Djava.awt.headless=true",
        f"-Dlog4j2.configurationFile={logging}",
        f"-Dabasto.mark={mark}",
        "-cp",
        class_path,
        "kafka.Kafka",
        str(properties),
    ]
    record = BrokerRecord(_spawn(command, folder / "broker.out"), mark, port, cluster_id)
    write_record(folder / "broker.json", record)
    return record


def why_it_ended(folder: Path) -> LocalKafkaError:
    """The reason why the broker of `folder`, last started here, ended without being asked to."""
    lines = _last_lines(folder)
    text = "\n".join(lines)
    # On a disk that is quite full the broker cannot even log that it is.
    if "No space left on device" in text or shutil.disk_usage(folder).free < _FULL_BYTES:
        return FolderUnusableError(f"The disk of {folder} is full, so the broker ended. Free some space.")
    taken = re.search(r"failed to bind to \S+?:(\d+): Address already in use", text)
    if taken:
        return PortInUseError(int(taken[1]), listener_on(int(taken[1])))
    return BrokerDiedError("The broker ended by itself.", folder / "broker.log", lines)


def _spawn(command: list[str], output: Path) -> int:
    """Start a program in a session of its own, so that Ctrl-C in our terminal does not reach it."""
    to_file = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    return os.posix_spawn(
        command[0],
        command,
        # Java reads file names in the locale's encoding, and a bare machine's locale knows no accents.
        os.environ | {"LC_ALL": "C.UTF-8"},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(output), to_file, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def _last_lines(folder: Path) -> list[str]:
    lines: list[str] = []
    for name in ("broker.out", "broker.log"):
        try:
            text = (folder / name).read_text(errors="replace")
        except FileNotFoundError:
            continue
        lines += [line[:_LAST_LINE_CHARACTERS] for line in text.splitlines() if line.strip()]
    # What it says at the end of its life about shutting down in order hides why it did.
    reasons = [at for at, line in enumerate(lines) if re.search(r"\b(ERROR|FATAL)\b|^Error|Exception", line)]
    start = reasons[0] if reasons else max(0, len(lines) - _LAST_LINES)
    return lines[start : start + _LAST_LINES]
