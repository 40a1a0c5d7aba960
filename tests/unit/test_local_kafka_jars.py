"""Kafka's files arrive whole or not at all, from where the machine says."""

import hashlib
import multiprocessing
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest import mock

import pytest

from abasto.local import kafka_jars
from abasto.local.errors import FolderUnusableError, KafkaDownloadError
from abasto.local.kafka_jars import cache_folder, kafka_class_path
from abasto.local.kafka_lock import Jar, KafkaLock, kafka_lock, lock_text
from abasto.local.maven_settings import remote_repositories

CONTENTS = {"broker": b"the broker's classes", "logging": b"the logging classes"}


def lock_of(contents: dict[str, bytes]) -> KafkaLock:
    jars = [
        Jar(f"org.example:{name}:1.0", len(content), hashlib.sha256(content).hexdigest())
        for name, content in contents.items()
    ]
    return KafkaLock(("org.example:broker:1.0",), tuple(jars))


class Mirror(ThreadingHTTPServer):
    """A Maven repository on loopback that remembers what it was asked for."""

    def __init__(self) -> None:
        self.files = {f"/org/example/{name}/1.0/{name}-1.0.jar": content for name, content in CONTENTS.items()}
        self.asked: list[str] = []
        self.delay_s = 0.0
        super().__init__(("127.0.0.1", 0), _Answer)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def downloads(self) -> list[str]:
        return sorted(path.rsplit("/", 1)[1] for path in self.asked if path.endswith(".jar"))


class _Answer(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        time.sleep(self.server.delay_s)
        content = self.server.files.get(self.path)
        self.send_response(200 if content is not None else 404)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Not on the terminal: tests read `asked`."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of its own: home, cache, no Maven, no settings."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("M2_REPO", str(tmp_path / ".m2" / "repository"))
    monkeypatch.setenv("JGO_CONFIG_FILE", str(tmp_path / "jgo.conf"))
    monkeypatch.setenv("ABASTO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(kafka_jars, "kafka_lock", lambda: lock_of(CONTENTS))
    return tmp_path


@pytest.fixture
def mirror(home: Path) -> Iterator[Mirror]:
    """A running mirror, named in the machine's Maven settings as standing for every repository."""
    with Mirror() as server:
        running = threading.Thread(target=server.serve_forever, args=(0.05,))
        running.start()
        settings = home / ".m2" / "settings.xml"
        settings.parent.mkdir()
        settings.write_text(
            "<settings xmlns='http://maven.apache.org/SETTINGS/1.0.0'><mirrors><mirror>"
            f"<id>near</id><mirrorOf>*</mirrorOf><url>{server.address}/</url>"
            "</mirror></mirrors></settings>"
        )
        yield server
        server.shutdown()
        running.join()


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def jars_folder() -> Path:
    return Path(kafka_class_path()).parent


def test_every_file_arrives_from_the_machines_mirror_and_nothing_unfinished_stays(mirror: Mirror) -> None:
    folder = jars_folder()
    assert files_in(folder) == {
        "broker-1.0.jar": CONTENTS["broker"],
        "logging-1.0.jar": CONTENTS["logging"],
    }
    assert sorted(path.name for path in cache_folder().iterdir()) == [folder.name, f"{folder.name}.lock"]


def test_the_second_start_downloads_nothing(mirror: Mirror) -> None:
    kafka_class_path()
    mirror.asked.clear()
    kafka_class_path()
    assert mirror.asked == []


def test_what_an_interrupted_download_left_is_used_if_whole_and_fetched_again_if_not(mirror: Mirror) -> None:
    folder = jars_folder()
    partial = folder.with_name(f"{folder.name}.partial")
    folder.rename(partial)
    (partial / "jars").mkdir()
    (partial / "broker-1.0.jar").rename(partial / "jars" / "broker-1.0.jar")
    torn = partial / "repository" / "org" / "example" / "logging" / "1.0" / "logging-1.0.jar"
    torn.parent.mkdir(parents=True)
    torn.write_bytes(CONTENTS["logging"][:5])
    mirror.asked.clear()
    assert files_in(jars_folder())["logging-1.0.jar"] == CONTENTS["logging"]
    assert mirror.downloads == ["logging-1.0.jar"]


def test_a_file_missing_from_the_cache_is_fetched_again(mirror: Mirror) -> None:
    folder = jars_folder()
    (folder / "logging-1.0.jar").unlink()
    assert files_in(jars_folder())["logging-1.0.jar"] == CONTENTS["logging"]


def test_files_that_maven_already_has_are_not_downloaded(mirror: Mirror, home: Path) -> None:
    for name, content in CONTENTS.items():
        jar = home / ".m2" / "repository" / "org" / "example" / name / "1.0" / f"{name}-1.0.jar"
        jar.parent.mkdir(parents=True)
        jar.write_bytes(content)
    assert len(files_in(jars_folder())) == 2
    assert mirror.asked == []


def test_a_damaged_file_in_mavens_own_store_is_downloaded_instead_and_left_as_it_was(
    mirror: Mirror, home: Path
) -> None:
    damaged = home / ".m2" / "repository" / "org" / "example" / "broker" / "1.0" / "broker-1.0.jar"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"torn")
    assert files_in(jars_folder())["broker-1.0.jar"] == CONTENTS["broker"]
    assert damaged.read_bytes() == b"torn"


def test_a_file_other_than_the_tested_one_is_refused(mirror: Mirror) -> None:
    mirror.files["/org/example/broker/1.0/broker-1.0.jar"] = CONTENTS["broker"].swapcase()
    with pytest.raises(KafkaDownloadError, match=r"org\.example:broker:1\.0.*not the file that was tested"):
        kafka_class_path()
    assert not any(path.is_dir() and path.suffix != ".partial" for path in cache_folder().iterdir())


def test_when_the_mirror_lacks_a_file_the_message_says_which_and_what_to_do(mirror: Mirror) -> None:
    mirror.files.clear()
    with pytest.raises(KafkaDownloadError) as refused:
        kafka_class_path()
    assert "org.example:" in str(refused.value)
    assert "settings.xml" in str(refused.value)
    assert "--broker" in str(refused.value)


def fetch_in_a_program_of_its_own(results: "multiprocessing.queues.Queue[int]") -> None:
    with mock.patch.object(kafka_jars, "kafka_lock", return_value=lock_of(CONTENTS)):
        results.put(len(files_in(jars_folder())))


def test_two_programs_at_once_download_each_file_once(mirror: Mirror) -> None:
    mirror.delay_s = 1  # both are there before the first has a file
    fresh = multiprocessing.get_context("spawn")
    results = fresh.Queue()
    programs = [fresh.Process(target=fetch_in_a_program_of_its_own, args=(results,)) for _ in range(2)]
    for program in programs:
        program.start()
    for program in programs:
        program.join(60)
    assert [results.get(timeout=5), results.get(timeout=5)] == [2, 2]
    assert mirror.downloads == ["broker-1.0.jar", "logging-1.0.jar"]


def test_a_cache_that_cannot_be_written_is_named(home: Path) -> None:
    (home / "cache").write_text("a file where the folder should be")
    with pytest.raises(FolderUnusableError, match="ABASTO_CACHE"):
        kafka_class_path()


def test_the_cache_lies_where_the_machine_keeps_caches(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_folder() == home / "cache"
    monkeypatch.delenv("ABASTO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache/me")
    assert cache_folder() == Path("/var/cache/me/abasto")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == home / ".cache" / "abasto"


@pytest.mark.parametrize(
    ("mirror_of", "used"),
    [
        ("central", True),
        ("*", True),
        ("external:*", True),
        ("other,central", True),
        ("other", False),
        ("*,!central", False),
        ("external:http:*", False),
    ],
)
def test_a_mirror_stands_for_the_repositories_that_it_names(
    tmp_path: Path, home: Path, mirror_of: str, used: bool
) -> None:
    settings = tmp_path / "settings.xml"
    settings.write_text(
        f"<settings><mirrors><mirror><mirrorOf>{mirror_of}</mirrorOf><url>http://near.test/maven</url>"
        "</mirror></mirrors></settings>"
    )
    assert (remote_repositories(settings) == {"central": "http://near.test/maven"}) is used


def test_an_address_made_of_variables_is_left_to_maven(tmp_path: Path) -> None:
    settings = tmp_path / "settings.xml"
    settings.write_text(
        "<settings><mirrors><mirror><mirrorOf>*</mirrorOf><url>${env.MIRROR}</url></mirror></mirrors></settings>"
    )
    assert remote_repositories(settings) is None


def test_the_lock_names_kafka_its_clients_and_a_logger_and_pins_every_file() -> None:
    lock = kafka_lock()
    assert lock.version == "4.3.1"
    names = {jar.filename for jar in lock.jars}
    assert {"kafka_2.13-4.3.1.jar", "kafka-clients-4.3.1.jar", "log4j-slf4j2-impl-2.25.2.jar"} <= names
    assert len(names) == len(lock.jars) == 46
    assert all(len(jar.sha256) == 64 and jar.size_bytes > 0 for jar in lock.jars)


def test_the_lock_writes_itself_as_it_stands() -> None:
    committed = Path(kafka_jars.__file__).with_name("kafka_lock.toml").read_text()
    assert lock_text(kafka_lock()) == committed
    assert "://" not in committed
