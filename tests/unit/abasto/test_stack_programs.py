"""The programs of the stack: refused, killed, orphaned; and the ports they need."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # psutil has no annotations, and no stubs among our dependencies
import pytest
from rich.console import Console

from abasto.local.errors import PortInUseError
from abasto.stack import stack as stack_module
from abasto.stack.child import Child
from abasto.stack.metrics_ports import require_free_metrics_ports
from abasto.stack.stack import RESTARTS_ALLOWED, Plan, Stack
from abasto.terminal import Failure


def program(folder: Path, does: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every program of a stack is this shell script now."""
    script = folder / "program"
    script.write_text(f"#!/bin/sh\n{does}\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    monkeypatch.setattr(stack_module, "RESTART_PAUSE_SECONDS", 0.0)


def failure_of(stack: Stack) -> str:
    """Why a stack gives up."""
    with pytest.raises(Failure) as failed:
        _watch(stack, "never said")
    return str(failed.value)


def _watch(stack: Stack, until_said: str) -> str:
    """Look after a stack until it says something; everything that it said."""
    deadline = time.monotonic() + 30
    while until_said not in (said := said_by(stack)):
        assert time.monotonic() < deadline, said
        stack.watch()
        time.sleep(0.01)
    return said


def said_by(stack: Stack) -> str:
    """What a stack printed so far."""
    file = stack._console.file
    assert isinstance(file, StringIO)
    return file.getvalue()


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    plan = Plan(folder=tmp_path, broker="127.0.0.1:1", kafka_port=0, database=None, workers=1, metrics=False)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "worker.log").write_text("all was well before\n")
    return Stack(plan, Console(file=StringIO(), width=200))


def test_a_program_that_refused_to_start_is_not_started_again(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, 'if [ "$3" = worker ]; then echo no such setting; exit 2; fi; exec sleep 30', monkeypatch)
    stack.start()
    try:
        assert failure_of(stack) == "the worker refused to run; it last said:\n  no such setting"
    finally:
        stack._end()
    assert (tmp_path / "logs" / "worker.log").read_text().count("no such setting") == 1


def test_a_program_that_is_killed_again_and_again_is_not_said_to_have_been_well(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, 'if [ "$3" = worker ]; then kill -9 $$; fi; exec sleep 30', monkeypatch)
    stack.start()
    try:
        said = _watch(stack, "again and again")
    finally:
        stack._end()
    assert said.count("it is started again\n") == RESTARTS_ALLOWED
    assert (
        "The worker ends again and again: it was killed by signal 9, as a machine out of memory does; "
        "it said nothing since its last start\nIt is started again in 20 s. Ctrl-C ends everything.\n"
    ) in said


def test_a_program_that_ends_again_and_again_is_started_again_after_a_longer_pause(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was at fault may be over by then, and Kafka has gone on taking events."""
    monkeypatch.setattr(stack_module, "LONG_PAUSE_SECONDS", 0.5)
    starts = 'echo "started" >>starts; if [ "$(grep -c started starts)" -le 4 ]; then exit 1; fi'
    program(tmp_path, f'cd {tmp_path}; if [ "$3" = worker ]; then {starts}; fi; exec sleep 30', monkeypatch)
    stack.start()
    try:
        _watch(stack, "again and again")
        ended_at = time.monotonic()
        while (tmp_path / "starts").read_text().count("started") < 5:
            assert time.monotonic() < ended_at + 10
            stack.watch()
            time.sleep(0.01)
    finally:
        stack._end()


class LentPort:
    """A Kafka that ended, and whose port was lent to somebody for so many looks."""

    is_running = False

    def __init__(self, looks: int) -> None:
        self.looks_left = looks

    def start(self) -> None:
        if self.looks_left:
            self.looks_left -= 1
            raise PortInUseError(9092, None)
        self.is_running = True


def test_kafka_gets_its_port_back_from_a_connection_that_passes(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_module, "WATCH_SECONDS", 0.0)
    kafka = LentPort(looks=3)
    monkeypatch.setattr(stack, "_kafka", kafka)
    stack.watch()
    assert kafka.is_running
    assert said_by(stack).count("Kafka ended; it is started again") == 1


def test_a_port_that_another_server_has_is_told(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_module, "WATCH_SECONDS", 0.0)
    monkeypatch.setattr(stack_module, "PORT_PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(stack, "_kafka", LentPort(looks=10**9))
    with pytest.raises(PortInUseError, match=r"Port 9092 on 127\.0\.0\.1 is in use"):
        stack.watch()


def test_the_last_words_of_a_program_are_those_of_its_last_start(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = 'echo "started" >>starts; echo "start $(grep -c started starts) failed"; exit 1'
    program(tmp_path, f'cd {tmp_path}; if [ "$3" = worker ]; then {starts}; fi; exec sleep 30', monkeypatch)
    stack.start()
    try:
        told = _watch(stack, "again and again")
    finally:
        stack._end()
    assert "The worker ends again and again: it ended with code 1; it last said:\n  start 4 failed\n" in told


@pytest.fixture
def taken() -> Iterator[int]:
    """A port of this machine that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.mark.parametrize(
    ("who", "variable", "other"),
    [
        ("worker", "ABASTO_METRICS_PORT", "ABASTO_PROJECTOR_METRICS_PORT"),
        ("projector", "ABASTO_PROJECTOR_METRICS_PORT", "ABASTO_METRICS_PORT"),
    ],
)
def test_a_taken_port_of_the_metrics_is_told_before_anything_starts(
    tmp_path: Path, taken: int, who: str, variable: str, other: str
) -> None:
    folder = tmp_path / "var"
    done = subprocess.run(
        [sys.executable, "-m", "abasto", "up", "--folder", str(folder), "--port", "0"],
        env=os.environ | {variable: str(taken), other: "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert not folder.exists()
    said = " ".join(done.stderr.split())
    assert f"the {who}'s metrics cannot be served on 127.0.0.1:{taken}: Address already in use" in said
    assert "ABASTO_METRICS_PORT" in said
    assert "ABASTO_PROJECTOR_METRICS_PORT" in said
    assert "--no-metrics" in said


def test_one_port_is_not_enough_for_the_metrics_of_two_programs(taken: int) -> None:
    both = {"ABASTO_METRICS_PORT": str(taken), "ABASTO_PROJECTOR_METRICS_PORT": str(taken)}
    with pytest.raises(Failure, match=f"cannot both serve metrics on port {taken}"):
        require_free_metrics_ports(both)


def test_metrics_that_are_not_served_need_no_port() -> None:
    require_free_metrics_ports({"ABASTO_METRICS_PORT": "0", "ABASTO_PROJECTOR_METRICS_PORT": "0"})


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a program with its parent")
def test_a_killed_stack_takes_its_programs_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = sys.executable
    program(tmp_path, "exec sleep 120", monkeypatch)
    parent = f"""
import sys, time
from pathlib import Path
from abasto.stack.child import Child
sys.executable = {sys.executable!r}
child = Child("worker", [], Path({str(tmp_path)!r}) / "child.log", {{}})
child.start()
print(child._process.pid, flush=True)
time.sleep(120)
"""
    with subprocess.Popen([python, "-c", parent], stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        child = psutil.Process(int(killed.stdout.readline()))
        try:
            assert child.is_running()
            killed.send_signal(signal.SIGKILL)
            assert killed.wait(10) == -signal.SIGKILL
            assert gone(child)
        finally:
            killed.kill()
            if not gone(child, within_seconds=0):
                child.kill()


def gone(process: psutil.Process, within_seconds: float = 10) -> bool:
    """Whether a program ends within some time; one that nobody takes note of has ended too."""
    deadline = time.monotonic() + within_seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_program_that_never_said_a_word_has_no_last_ones(tmp_path: Path) -> None:
    assert Child("worker", [], tmp_path / "none.log", {}).last_words() == "it said nothing since its last start"
