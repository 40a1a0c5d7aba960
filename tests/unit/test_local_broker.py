"""What the local Kafka refuses before any Java runs, and how it says so."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from abasto.local import broker
from abasto.local.broker import LocalKafka
from abasto.local.broker_record import BrokerRecord, read_record, write_record
from abasto.local.errors import (
    BrokerDiedError,
    FolderInUseError,
    FolderUnusableError,
    OtherClusterError,
    PortInUseError,
)
from abasto.local.file_lock import FileLock
from abasto.local.java import Java
from abasto.local.launch import why_it_ended
from abasto.local.storage import open_storage

NO_JAVA = Java(Path("/nonexistent/java"), 17, "PATH")


def test_a_port_in_use_is_named_with_its_holder_and_the_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortInUseError) as refused:
            LocalKafka(tmp_path, port).start()
    assert str(refused.value).startswith(f"Port {port} on 127.0.0.1 is in use by ")
    assert f"(process {os.getpid()})" in str(refused.value)
    assert "--port" in str(refused.value)


def test_a_file_in_the_folders_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("not a folder")
    with pytest.raises(FolderUnusableError, match=r"var/kafka cannot be written \(Not a directory\).*--folder"):
        LocalKafka(tmp_path / "var", 0).start()


def test_a_folder_that_kafka_would_take_for_two_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FolderUnusableError, match="comma"):
        LocalKafka(tmp_path / "north, south", 0).start()


def test_a_disk_nearly_full_is_told_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "LEAST_FREE_BYTES", 2**62)
    with pytest.raises(FolderUnusableError, match=r"MiB left and Kafka needs"):
        LocalKafka(tmp_path, 0).start()
    assert not (tmp_path / "kafka" / "data").exists()


def test_a_folder_held_by_a_running_program_is_refused_and_free_once_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "kafka").mkdir()
    lock = tmp_path / "kafka" / "lock"
    holding = (
        "import sys, time; from pathlib import Path; from abasto.local.file_lock import FileLock\n"
        "held = FileLock(Path(sys.argv[1])); held.take(wait=False); print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", holding, lock], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        kafka = LocalKafka(tmp_path, 0)
        with pytest.raises(FolderInUseError, match=rf"process {holder.pid}\b.*--folder"):
            kafka.start()
        holder.kill()
    assert FileLock(lock).take(wait=False)


def test_stopping_never_touches_a_stranger_who_has_the_brokers_old_process_id(tmp_path: Path) -> None:
    (tmp_path / "kafka").mkdir()
    record = tmp_path / "kafka" / "broker.json"
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        write_record(record, BrokerRecord(stranger.pid, mark="gone", port=9092, cluster_id="c"))
        kafka = LocalKafka(tmp_path)
        assert not kafka.is_running
        kafka.kill()
        kafka.stop()
        assert stranger.poll() is None
        stranger.kill()
    assert read_record(record) is None


def test_stopping_where_nothing_ever_ran_is_harmless(tmp_path: Path) -> None:
    LocalKafka(tmp_path / "nothing here").stop()
    assert not (tmp_path / "nothing here").exists()


def stored(folder: Path, *, noted_id: str, stored_id: str, version: str) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "cluster.json").write_text(f'{{"cluster_id": "{noted_id}", "kafka_version": "{version}"}}')
    (folder / "data" / "meta.properties").write_text(f"#\nversion=1\ncluster.id={stored_id}\n")


def test_storage_of_this_or_an_older_kafka_is_opened_as_it_is(tmp_path: Path) -> None:
    stored(tmp_path, noted_id="abc", stored_id="abc", version="4.2.0")
    assert open_storage(tmp_path, "4.3.1", NO_JAVA, "").cluster_id == "abc"


def test_storage_of_a_newer_kafka_is_refused_with_both_versions(tmp_path: Path) -> None:
    stored(tmp_path, noted_id="abc", stored_id="abc", version="4.10.0")
    with pytest.raises(OtherClusterError, match=r"made by Kafka 4\.10\.0; this Abasto brings 4\.9\.1"):
        open_storage(tmp_path, "4.9.1", NO_JAVA, "")


def test_storage_of_another_cluster_is_refused(tmp_path: Path) -> None:
    stored(tmp_path, noted_id="abc", stored_id="xyz", version="4.3.1")
    with pytest.raises(OtherClusterError, match=r"cluster xyz.*says abc"):
        open_storage(tmp_path, "4.3.1", NO_JAVA, "")


def test_files_that_are_not_kafkas_are_not_formatted_over(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thesis.odt").write_text("precious")
    with pytest.raises(OtherClusterError, match="are not the local Kafka's"):
        open_storage(tmp_path, "4.3.1", NO_JAVA, "")
    assert (tmp_path / "data" / "thesis.odt").read_text() == "precious"


def test_a_broker_that_died_is_quoted_from_the_line_that_says_why(tmp_path: Path) -> None:
    before = "".join(f"INFO all is well {number}\n" for number in range(50))
    (tmp_path / "broker.log").write_text(f"{before}ERROR Exiting Kafka due to fatal exception\nINFO shut down\n")
    died = why_it_ended(tmp_path)
    assert isinstance(died, BrokerDiedError)
    assert died.last_lines == ["ERROR Exiting Kafka due to fatal exception", "INFO shut down"]
    assert "fatal exception" in str(died)


def test_a_broker_that_found_the_disk_full_says_so_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "broker.log").write_text("ERROR java.io.IOException: No space left on device\n")
    assert isinstance(why_it_ended(tmp_path), FolderUnusableError)
    assert "full" in str(why_it_ended(tmp_path))


def test_a_broker_that_could_not_even_log_that_the_disk_is_full_is_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("abasto.local.launch._FULL_BYTES", 2**62)
    assert isinstance(why_it_ended(tmp_path), FolderUnusableError)


def test_a_broker_that_lost_the_race_for_its_port_names_the_port(tmp_path: Path) -> None:
    (tmp_path / "broker.log").write_text("ERROR Socket server failed to bind to 127.0.0.1:1: Address already in use.\n")
    died = why_it_ended(tmp_path)
    assert isinstance(died, PortInUseError)
    assert died.port == 1


def test_a_broker_whose_java_never_started_is_quoted_from_its_output(tmp_path: Path) -> None:
    (tmp_path / "broker.out").write_text("Error: Could not find or load main class kafka.Kafka\n")
    assert "Could not find or load main class" in str(why_it_ended(tmp_path))
