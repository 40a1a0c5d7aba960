"""The local Kafka keeps what it was given, whatever is killed, and leaves nothing running."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # psutil has no annotations, and no stubs among our dependencies
import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer

from abasto.local.broker import LocalKafka
from abasto.local.errors import FolderInUseError, PortInUseError
from tests.servers.kafka import KafkaServer
from tests.servers.reaper import Reaper

pytestmark = pytest.mark.integration

CLI = [sys.executable, "-c", "from abasto.local.commands import kafka_app; kafka_app()"]


def publish(bootstrap: str, topic: str, *messages: bytes) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    try:
        for message in messages:
            producer.send(topic, message).get(timeout=30)
    finally:
        producer.close()


def read_all(bootstrap: str, topic: str) -> list[bytes]:
    consumer = KafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=2_000
    )
    try:
        return [record.value for record in consumer]
    finally:
        consumer.close()


def read_topics(bootstrap: str) -> set[str]:
    consumer = KafkaConsumer(bootstrap_servers=bootstrap)
    try:
        return set(consumer.topics())
    finally:
        consumer.close()


def pid_of(kafka: LocalKafka) -> int:
    assert kafka.record is not None
    return kafka.record.pid


def programs_over(folder: Path) -> list[int]:
    """Every program on this machine with the folder on its command line."""
    programs = psutil.process_iter(["pid", "cmdline"])
    return [each.pid for each in programs if any(str(folder) in part for part in each.info["cmdline"] or [])]


def is_gone(pid: int) -> bool:
    """Whether a program has ended, even if its parent has not yet taken note."""
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_message_outlives_the_kill_of_the_broker(own_kafka: Callable[[], KafkaServer]) -> None:
    kafka = own_kafka()
    kafka.create_topics("stock")
    publish(kafka.bootstrap, "stock", b"12 pieces counted")
    before, address = pid_of(kafka), kafka.bootstrap
    kafka.kill()
    assert not kafka.is_running
    assert not kafka.answers
    kafka.start()
    assert pid_of(kafka) != before
    assert kafka.bootstrap == address
    assert read_all(kafka.bootstrap, "stock") == [b"12 pieces counted"]


def test_stopping_leaves_no_program_and_the_next_start_has_the_data(tmp_path: Path, reaper: Reaper) -> None:
    reaper.watch_kafka(tmp_path)
    with KafkaServer(tmp_path, port=0) as kafka:
        kafka.create_topics("stock")
        publish(kafka.bootstrap, "stock", b"12 pieces counted")
        assert programs_over(kafka.folder) == [pid_of(kafka)]
    assert programs_over(kafka.folder) == []
    with LocalKafka(tmp_path, port=0) as again:
        assert read_all(again.bootstrap, "stock") == [b"12 pieces counted"]


def test_the_broker_has_no_topics_that_nobody_made(kafka: KafkaServer) -> None:
    assert read_all(kafka.bootstrap, "abasto.inventory.v2") == []
    assert "abasto.inventory.v2" not in read_topics(kafka.bootstrap)


@pytest.fixture
def left_over(tmp_path: Path, reaper: Reaper) -> Iterator[int]:
    """A broker over `tmp_path` whose foreground program was killed; its process id."""
    reaper.watch_kafka(tmp_path)
    with subprocess.Popen(
        [*CLI, "start", "--foreground", "--folder", tmp_path, "--port", "0"], stdout=subprocess.PIPE
    ) as foreground:
        assert foreground.stdout is not None
        assert b"answers on" in foreground.stdout.readline()
        intruder = LocalKafka(tmp_path, port=0)
        with pytest.raises(FolderInUseError, match=str(foreground.pid)):
            intruder.start()
        intruder.stop()
        assert intruder.is_running  # still the first one's
        foreground.kill()
    yield pid_of(LocalKafka(tmp_path))
    LocalKafka(tmp_path).stop()


def test_a_broker_left_over_by_a_killed_program_is_taken_over_by_the_next(tmp_path: Path, left_over: int) -> None:
    with LocalKafka(tmp_path, port=0) as kafka:
        assert pid_of(kafka) == left_over
        assert kafka.answers
    assert is_gone(left_over)


def test_a_left_over_broker_on_another_port_than_asked_for_is_replaced(tmp_path: Path, left_over: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with LocalKafka(tmp_path, port) as kafka:
        assert kafka.bootstrap == f"127.0.0.1:{port}"
        assert pid_of(kafka) != left_over
        assert is_gone(left_over)


def test_a_left_over_broker_that_is_stuck_is_replaced(
    tmp_path: Path, left_over: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("abasto.local.broker._TAKE_OVER_TIMEOUT_S", 1)
    monkeypatch.setattr("abasto.local.broker._STOP_TIMEOUT_S", 1)
    os.kill(left_over, signal.SIGSTOP)
    with LocalKafka(tmp_path, port=0) as kafka:
        assert pid_of(kafka) != left_over
        assert kafka.answers


def test_control_c_ends_the_foreground_program_and_the_broker(tmp_path: Path, reaper: Reaper) -> None:
    reaper.watch_kafka(tmp_path)
    with subprocess.Popen(
        [*CLI, "start", "--foreground", "--folder", tmp_path, "--port", "0"], stdout=subprocess.PIPE
    ) as foreground:
        assert foreground.stdout is not None
        foreground.stdout.readline()
        broker = pid_of(LocalKafka(tmp_path))
        assert os.getsid(broker) == broker  # Ctrl-C goes to the terminal's session, and this is another
        foreground.send_signal(signal.SIGINT)
        assert foreground.wait(30) == 0
    assert is_gone(broker)


def test_stop_from_another_terminal_ends_both_without_an_error(tmp_path: Path, reaper: Reaper) -> None:
    reaper.watch_kafka(tmp_path)
    with subprocess.Popen(
        [*CLI, "start", "--foreground", "--folder", tmp_path, "--port", "0"], stdout=subprocess.PIPE
    ) as foreground:
        assert foreground.stdout is not None
        foreground.stdout.readline()
        broker = pid_of(LocalKafka(tmp_path))
        subprocess.run([*CLI, "stop", "--folder", tmp_path], check=True, timeout=60)
        assert foreground.wait(30) == 0
    assert is_gone(broker)


def test_a_broker_that_dies_under_a_foreground_program_is_reported(tmp_path: Path, reaper: Reaper) -> None:
    reaper.watch_kafka(tmp_path)
    with subprocess.Popen(
        [*CLI, "start", "--foreground", "--folder", tmp_path, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as foreground:
        assert foreground.stdout is not None
        foreground.stdout.readline()
        LocalKafka(tmp_path).kill()
        _, told = foreground.communicate(timeout=30)
        assert foreground.returncode == 1
    assert b"The broker ended by itself" in told


def test_start_status_and_stop_from_the_command_line(tmp_path: Path, reaper: Reaper) -> None:
    reaper.watch_kafka(tmp_path)

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*CLI, *words, "--folder", tmp_path], capture_output=True, text=True, check=False, timeout=150
        )

    assert run("status").returncode == 3
    assert json.loads(run("status", "--json").stdout)["pid"] is None
    started = run("start", "--port", "0")
    assert started.returncode == 0, started.stderr
    status = json.loads(run("status", "--json").stdout)
    assert status["running"]
    assert status["answers"]
    assert status["bootstrap"] in started.stdout
    assert run("stop").stdout == "Kafka has stopped.\n"
    assert is_gone(status["pid"])
    assert run("stop").stdout == "Kafka was not running.\n"


def test_a_port_in_use_is_refused_and_nothing_stays_behind(tmp_path: Path, kafka: KafkaServer) -> None:
    taken = int(kafka.bootstrap.rpartition(":")[2])
    with pytest.raises(PortInUseError, match=rf"Port {taken} .* in use by java \(process {pid_of(kafka)}\)"):
        LocalKafka(tmp_path, taken).start()
    assert programs_over(tmp_path) == []


def test_a_killed_test_run_leaves_no_server(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.servers.reaper import Reaper\n"
        "from tests.servers.kafka import running_kafka\n"
        "with Reaper() as reaper, running_kafka(Path(sys.argv[1]), reaper) as kafka:\n"
        "    print(kafka.record.pid, reaper._program.pid, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        broker, reaper = map(int, run.stdout.readline().split())
        run.kill()
    psutil.wait_procs([psutil.Process(reaper)], timeout=30)
    assert is_gone(broker)


def test_every_test_has_an_empty_database_of_its_own(postgres_url: str) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE positions (facility text)")
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert found == (1,)


test_the_next_test_finds_nothing_of_it = test_every_test_has_an_empty_database_of_its_own
