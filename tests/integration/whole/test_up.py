"""`abasto up`: everything runs after one command, ends with one Ctrl-C, and goes on with the next start."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # psutil has no annotations, and no stubs among our dependencies
import pytest

from abasto.local.broker import LocalKafka
from tests.servers.reaper import Reaper

pytestmark = pytest.mark.integration

WITHIN_SECONDS = 60.0


def abasto(*arguments: str, **environment: str) -> str:
    """What a command prints."""
    command = [sys.executable, "-m", "abasto", *arguments]
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=90
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Up:
    """A running stack."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.log = folder.with_suffix(".log")
        command = [sys.executable, "-m", "abasto", "up", "--folder", str(folder), "--port", "0", "--no-metrics", *more]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)

    def told(self) -> str:
        """What it has printed."""
        return self.log.read_text()

    def programs(self) -> list[psutil.Process]:
        """Broker, worker and projector, those that run."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if child.status() != psutil.STATUS_ZOMBIE]


@contextmanager
def stack_up(folder: Path, reaper: Reaper, *more: str, within_seconds: float = WITHIN_SECONDS) -> Iterator[Up]:
    """The stack while the block runs; then Ctrl-C, after which none of its programs may be left."""
    up = Up(folder, *more)
    ready = up.told().count("Everything runs") + 1
    reaper.watch_kafka(folder)
    reaper.watch_process(up.process.pid)
    try:
        _wait(lambda: up.told().count("Everything runs") == ready, up.told, within_seconds)
        yield up
        programs = up.programs()
        up.process.send_signal(signal.SIGINT)
        assert up.process.wait(30) == 0, up.told()
        assert [program for program in programs if program.is_running()] == []
    finally:
        up.process.kill()
        up.process.wait()


def _wait(done: Callable[[], bool], told: Callable[[], str], within_seconds: float = WITHIN_SECONDS) -> None:
    deadline = time.monotonic() + within_seconds
    while not done():
        assert time.monotonic() < deadline, told()
        time.sleep(0.2)


def test_one_command_runs_everything_and_ctrl_c_ends_it(tmp_path: Path, reaper: Reaper) -> None:
    folder, network = tmp_path / "var", tmp_path / "network"
    read_model = {"ABASTO_DATABASE": f"sqlite:///{folder / 'abasto.db'}"}
    summary = json.loads(
        abasto("simulate", "--seed", "3", "--months", "4", "--scale", "small", "--out", str(network), "--json")
    )

    def shown() -> int:
        return int(json.loads(abasto("positions", "--limit", "1", "--json", **read_model))["total"])

    with stack_up(folder, reaper) as up:
        assert len(up.programs()) == 3
        broker = LocalKafka(folder).bootstrap
        abasto("catalogue", "load", str(network / "catalogue"), "--broker", broker)
        abasto("publish", str(network / "events.jsonl"), "--skip-bad", "--broker", broker)
        _wait(lambda: shown() == summary["positions"], lambda: f"{shown()} of {summary['positions']} positions")
    with stack_up(folder, reaper):
        assert shown() == summary["positions"]


def test_the_demonstration_shows_what_has_been_wrong_since_when(tmp_path: Path, reaper: Reaper) -> None:
    """As a replay of the same events tells it: to the day, also what began months ago."""
    folder = tmp_path / "var"
    database = {"ABASTO_DATABASE": f"sqlite:///{folder / 'abasto.db'}"}
    with stack_up(folder, reaper, "--demo", within_seconds=300) as up:
        worst = re.search(r"^ *(\d+) alerts\. Showing 15", up.told(), re.MULTILINE)
        assert worst is not None, up.told()
        assert int(worst[1]) > 100
        shown = json.loads(abasto("alerts", "--limit", "5000", "--state", "firing", "--each", "--json", **database))
    network, replayed = folder / "demo", tmp_path / "replayed"
    abasto("replay", str(network / "events.jsonl"), "--catalogue", str(network / "catalogue"), "--out", str(replayed))
    last = {}
    for line in (replayed / "alerts.jsonl").read_text().splitlines():
        alert = json.loads(line)
        last[alert["alert"]] = alert
    began = {number: each["since"] for number, each in last.items() if each["state"] == "firing"}
    told = {alert["alert"]: alert["since"] for alert in shown["alerts"]}
    # What ended or began since the last event, and the few that came too late to be in order, may differ.
    assert len(began.items() & told.items()) > 0.95 * len(began)


def test_programs_that_are_killed_are_each_started_again_once(tmp_path: Path, reaper: Reaper) -> None:
    folder = tmp_path / "var"

    def at_work() -> tuple[int, int]:
        """How often the worker and the projector have got to work."""
        logs = folder / "logs"
        return (
            (logs / "worker.log").read_text().count("shards kept"),
            (logs / "projector.log").read_text().count("Reading"),
        )

    with stack_up(folder, reaper) as up:
        _wait(lambda: min(at_work()) > 0, up.told)
        before = at_work()
        killed = up.programs()
        for program in killed:
            program.kill()
        _wait(lambda: all(now > then for now, then in zip(at_work(), before, strict=True)), up.told)
        assert LocalKafka(folder).answers
        assert len(up.programs()) == len(killed) == 3
        # None was started before the Kafka it needs, to end at once and be started a second time.
        assert up.told().count("started again") == 3, up.told()
