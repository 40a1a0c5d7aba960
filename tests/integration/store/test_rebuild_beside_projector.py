"""A rebuild beside a running projector: both do their work, and neither ends in a fault."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from tests.integration.store.conftest import OutputTopics, ProjectorProcess
from tests.integration.store.test_projector_on_kafka import a_day, engine, eventually, versions

__all__ = ["engine"]

pytestmark = pytest.mark.integration


def test_a_projector_waits_for_a_rebuild_and_goes_on_after_it(
    topics: OutputTopics, engine: Engine, start_projector: Callable[..., ProjectorProcess], database: str
) -> None:
    projector = start_projector(topics.kafka)
    topics.publish(*a_day(1, 300))
    eventually(lambda: set(versions(engine).values()) == {1})
    environment = {**os.environ, "ABASTO_BROKERS": topics.kafka.bootstrap, "ABASTO_DATABASE": database}
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-m", "abasto", "projector", "rebuild"]
    rebuilding = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    day = 1
    while rebuilding.poll() is None:
        day += 1
        topics.publish(*a_day(day, 300))
    told, _ = rebuilding.communicate()
    assert (rebuilding.returncode, told.count("\n")) == (0, 1), told
    assert told.startswith("Rebuilt from ")
    topics.publish(*a_day(day + 1, 300))
    eventually(lambda: set(versions(engine).values()) == {day + 1})
    assert projector.end() == 0
    log = projector.log.read_text(encoding="utf-8")
    assert log.count("Going on from where that ended") == 1
    assert not {"CRITICAL", "ERROR", "Traceback"} & set(log.split())
