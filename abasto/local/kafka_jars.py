"""Apache Kafka's files, fetched once by jgo and kept in the user's cache folder.

What is fetched is fixed by `kafka_lock.toml`, so nothing is resolved at run time and every file is checked
against its hash (jgo itself only warns of a wrong checksum). A folder appears in the cache in one rename, when
all of it is there and right; what an interrupted download left is used by the next one.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from abasto.local.errors import FolderUnusableError
from abasto.local.file_lock import FileLock
from abasto.local.kafka_lock import KafkaLock, kafka_lock


def cache_folder() -> Path:
    """Where files are kept that can be fetched again: `ABASTO_CACHE`, else the user's cache folder."""
    own = os.environ.get("ABASTO_CACHE")
    if own:
        return Path(own)
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "abasto"


def kafka_class_path(console: Console | None = None) -> str:
    """The class path of the local Kafka, downloading its files at the first call on a machine.

    Progress goes to `console`, when given. Raises KafkaDownloadError when neither jgo nor Maven can fetch the
    files, FolderUnusableError when the cache cannot be written.
    """
    lock = kafka_lock()
    folder = cache_folder() / f"kafka-{lock.version}-{lock.fingerprint}"
    if not _complete(folder, lock):
        with _cache_errors(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            _fetch_once(folder, lock, console)
    return str(folder / "*")


def _complete(folder: Path, lock: KafkaLock) -> bool:
    """Whether every file is there at full size; hashes were checked before the folder got its name."""
    try:
        return all((folder / jar.filename).stat().st_size == jar.size_bytes for jar in lock.jars)
    except OSError:
        return False


def _fetch_once(folder: Path, lock: KafkaLock, console: Console | None) -> None:
    """Fetch into the cache, or wait for the program that is just doing so."""
    turn = FileLock(folder.with_name(f"{folder.name}.lock"))
    if not turn.take(wait=False):
        if console:
            console.print("Another Abasto is downloading Apache Kafka; waiting for it.")
        turn.take(wait=True)
    try:
        if not _complete(folder, lock):
            partial = folder.with_name(f"{folder.name}.partial")
            jars = partial / "jars"
            jars.mkdir(parents=True, exist_ok=True)
            # jgo takes 0.4 s to import, and only the first start on a machine needs it.
            from abasto.local.kafka_download import download_kafka

            download_kafka(jars, partial / "repository", lock, console)
            shutil.rmtree(folder, ignore_errors=True)
            jars.rename(folder)
            shutil.rmtree(partial)
    finally:
        turn.give_back()


@contextmanager
def _cache_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FolderUnusableError(
            f"The cache folder {folder.parent} cannot be written ({error.strerror or error}). "
            "Free space or mend its rights, or set ABASTO_CACHE to another folder."
        ) from error
