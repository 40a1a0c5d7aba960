"""What tests start ends with them, however they end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # psutil has no annotations, and no stubs among our dependencies
import pytest

RUN = """
import subprocess, sys, time
from tests.servers.reaper import Reaper
with Reaper() as reaper:
    server = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    reaper.watch_process(server.pid)
    print(server.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("ends", [signal.SIGKILL, signal.SIGTERM])
def test_who_ends_the_whole_group_of_a_test_run_leaves_no_server_behind(ends: signal.Signals) -> None:
    """As `timeout` does, and a CI step that is cancelled."""
    root = Path(__file__).parents[2]
    run = subprocess.Popen(
        [sys.executable, "-c", RUN], stdout=subprocess.PIPE, text=True, cwd=root, start_new_session=True
    )
    assert run.stdout is not None
    with run.stdout:
        server = psutil.Process(int(run.stdout.readline()))
        os.killpg(run.pid, ends)
        run.wait(timeout=30)
    until = time.monotonic() + 30
    while server.is_running() and server.status() != psutil.STATUS_ZOMBIE and time.monotonic() < until:
        time.sleep(0.05)
    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE
