"""Download Kafka's files with jgo, and through Maven where jgo alone cannot.

jgo fetches the files of the lock one by one, several at once. It knows neither Maven's settings nor proxies
and passwords in them: a plain mirror is passed on to it, and for everything else Maven itself is asked, if
there is one.
"""

import errno
import hashlib
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from jgo.maven import MavenContext, MvnResolver
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from abasto.local.errors import KafkaDownloadError
from abasto.local.kafka_lock import Jar, KafkaLock
from abasto.local.kafka_resolve import dependencies
from abasto.local.maven_settings import local_repositories, remote_repositories

# Most files are small and wait for the line, not for bandwidth: measured 17 s one by one, 4 s by eight.
_DOWNLOADS_AT_ONCE = 8

Advance = Callable[[int], None]
"""Tells the progress bar how many bytes more are in place."""


def download_kafka(jars: Path, repository: Path, lock: KafkaLock, console: Console | None) -> None:
    """Bring every file of the lock into `jars`: by jgo alone if that works, else through Maven."""
    failures = []
    with _progress(lock, console) as advance:
        remotes = remote_repositories()
        if remotes is not None:
            try:
                return _download(jars, lock, _direct_contexts(repository, remotes), advance)
            except KafkaDownloadError as failure:
                failures.append(f"directly: {failure}")
        maven = shutil.which("mvn")
        if maven is not None:
            try:
                context = MavenContext(resolver=MvnResolver(Path(maven)), repo_cache=repository)
                context.resolver.resolve(dependencies(context, lock.roots))
                return _download(jars, lock, [context], advance)
            except (KafkaDownloadError, RuntimeError) as failure:
                failures.append(f"by mvn: {_first_error(str(failure))}")
    raise KafkaDownloadError(
        f"Apache Kafka {lock.version} could not be downloaded ({'; '.join(failures) or 'Maven is needed'}). "
        "Check the network and its proxy settings; a mirror belongs in ~/.m2/settings.xml. "
        "What is already here is kept: start again to go on. "
        "Or use a Kafka that already runs, with --broker HOST:PORT."
    )


def _first_error(maven_output: str) -> str:
    """The line that says why; what follows it is advice about Maven's own options."""
    lines = [line.strip() for line in maven_output.splitlines() if line.strip()]
    errors = [line.removeprefix("[ERROR]").strip() for line in lines if line.startswith("[ERROR]")]
    return [*errors, *lines, "no output"][0]


def _direct_contexts(repository: Path, remotes: dict[str, str]) -> list[MavenContext]:
    """Ways to get a file without Maven, best first: one found locally may be damaged, a download may break."""
    with_local = MavenContext(repo_cache=repository, local_repos=local_repositories(), remote_repos=remotes)
    remote_only = MavenContext(repo_cache=repository, remote_repos=remotes)
    return [with_local, remote_only, remote_only]


def _download(jars: Path, lock: KafkaLock, contexts: list[MavenContext], advance: Advance) -> None:
    pool = ThreadPoolExecutor(_DOWNLOADS_AT_ONCE, thread_name_prefix="kafka-jar")
    try:
        waiting = {pool.submit(_place, jar, jars / jar.filename, contexts): jar for jar in lock.jars}
        for done in as_completed(waiting):
            done.result()
            advance(waiting[done].size_bytes)
    finally:
        pool.shutdown(cancel_futures=True)  # after a failure, or Ctrl-C, the rest is not even tried


def _place(jar: Jar, target: Path, contexts: list[MavenContext]) -> None:
    """Put one file at its place, trying each context in turn until its hash is right."""
    if _intact(target, jar):
        return
    failure = "nothing to ask"
    for context in contexts:
        group, name, version = jar.coordinate.split(":")
        artifact = context.project(group, name).at_version(version).artifact()
        try:
            found = artifact.resolve()
        except (OSError, RuntimeError) as error:  # what requests raises is an OSError
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise
            failure = f"{type(error).__name__}: {error}"
        else:
            if _intact(found, jar):
                shutil.copyfile(found, target)
                return
            failure = f"{found} is not the file that was tested (its sha256 differs)"
        _forget(artifact.cached_path)
    raise KafkaDownloadError(f"{jar.coordinate}: {failure}")


def _forget(half_written: Path | None) -> None:
    """Remove what jgo may have left of a broken download: it would take it for the whole file."""
    if half_written is not None:
        half_written.unlink(missing_ok=True)


def _intact(path: Path, jar: Jar) -> bool:
    try:
        if path.stat().st_size != jar.size_bytes:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256
    except FileNotFoundError:
        return False


@contextmanager
def _progress(lock: KafkaLock, console: Console | None) -> Iterator[Advance]:
    if console is None:
        yield lambda _: None
        return
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(f"Downloading Apache Kafka {lock.version}", total=lock.size_bytes)
        yield lambda size_bytes: progress.advance(task, size_bytes)
