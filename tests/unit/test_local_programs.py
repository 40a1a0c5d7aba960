"""Our broker is told from a stranger, and a port that is taken from one that is free."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from abasto.local.broker_record import BrokerRecord, read_record, write_record
from abasto.local.programs import Program, free_port, listener_on, port_is_free, port_is_open

MARK = "6f1c0a5e"


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    """A program with our mark on its command line, which ends by itself at the latest after a minute."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", MARK]) as program:
        yield program
        program.kill()


def test_a_program_is_found_by_its_id_and_its_mark(sleeper: "subprocess.Popen[bytes]") -> None:
    assert Program.find(sleeper.pid, MARK) is not None


def test_a_stranger_with_the_same_process_id_is_left_alone(sleeper: "subprocess.Popen[bytes]") -> None:
    record = BrokerRecord(pid=sleeper.pid, mark="of a broker long gone", port=9092, cluster_id="c")
    assert record.program() is None
    assert sleeper.poll() is None


def test_a_program_is_found_from_the_instant_it_is_started() -> None:
    for _ in range(200):
        pid = os.posix_spawn("/bin/sh", ["/bin/sh", "-c", "ulimit -t 5; while :; do :; done", MARK], os.environ)
        program = Program.find(pid, MARK)
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        assert program is not None


def test_an_id_that_nobody_has_is_nobody(sleeper: "subprocess.Popen[bytes]") -> None:
    sleeper.kill()
    sleeper.wait()
    assert Program.find(sleeper.pid, MARK) is None


def test_a_child_that_died_counts_as_ended_and_leaves_no_zombie() -> None:
    pid = os.posix_spawn("/bin/sh", ["/bin/sh", "-c", "exit 1", MARK], os.environ)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # dead, and not yet taken note of
    assert Program.find(pid, MARK) is None
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def test_ending_a_program_does_not_wait_for_a_parent_that_takes_no_note_of_it() -> None:
    careless = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', sys.argv[1]])\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", careless, MARK], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        program = Program.find(int(parent.stdout.readline()), MARK)
        assert program is not None
        assert program.ask_to_end(timeout_s=10)
        parent.kill()


def test_a_program_that_will_not_listen_is_killed() -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", deaf, MARK], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()  # the handler is in place
        program = Program.find(child.pid, MARK)
        assert program is not None
        assert not program.ask_to_end(timeout_s=0.2)
        assert program.kill(timeout_s=10)
        assert Program.find(child.pid, MARK) is None


def test_a_port_somebody_listens_on_is_taken_and_has_a_name() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        assert not port_is_free(port)
        assert port_is_open(port)
        assert f"(process {os.getpid()})" in (listener_on(port) or "")


def test_a_free_port_is_free_and_closed() -> None:
    port = free_port()
    assert port_is_free(port)
    assert not port_is_open(port)
    assert listener_on(port) is None


def test_a_free_port_is_none_that_the_system_lends_to_outgoing_connections() -> None:
    lent_from = 32_768
    assert all(free_port() < lent_from for _ in range(100))


def test_a_port_whose_connections_are_only_just_closing_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()  # the side that closes first keeps the port for a minute
    assert port_is_free(port)


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    record = BrokerRecord(pid=7, mark=MARK, port=9092, cluster_id="c")
    write_record(tmp_path / "broker.json", record)
    assert read_record(tmp_path / "broker.json") == record
    assert [path.name for path in tmp_path.iterdir()] == ["broker.json"]


@pytest.mark.parametrize("content", ["", "{", '{"pid": "seven"}'])
def test_a_damaged_record_is_no_record(tmp_path: Path, content: str) -> None:
    (tmp_path / "broker.json").write_text(content)
    assert read_record(tmp_path / "broker.json") is None
