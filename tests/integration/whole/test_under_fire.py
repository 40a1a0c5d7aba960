"""Everything that runs is struck by faults again and again under load, and nothing is lost, doubled or repeated.

`make chaos` does the same for longer, with faults drawn anew.
"""

import sys
from pathlib import Path

import pytest
import typer

from abasto.local.errors import JavaMissingError, KafkaDownloadError
from tests.chaos.campaign import Plan, drawn, run_campaign
from tests.chaos.faults import FAULTS
from tests.integration.conftest import _missing
from tests.servers.postgres import PostgresMissingError
from tests.servers.reaper import Reaper

IN_SERVICE = [name for name, fault in FAULTS.items() if not fault.needs_disk]
"""A full disk costs the one broker what it had promised, now and then; `make chaos` shows what becomes of that."""

KILLS = ("kill worker", "kill projector", "kill broker")
ROUNDS = 5

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]


@pytest.mark.parametrize(
    "names",
    [drawn(11, ROUNDS * len(KILLS), KILLS), drawn(12, len(IN_SERVICE), IN_SERVICE)],
    ids=["kills", "every other fault"],
)
def test_nothing_is_lost_doubled_or_repeated(names: tuple[str, ...], tmp_path: Path, reaper: Reaper) -> None:
    plan = Plan(seed=11, names=names, months=6, small=True, database_gone_seconds=10)
    try:
        found = run_campaign(plan, tmp_path, reaper, lambda sentence: typer.echo(sentence, file=sys.stderr))
    except (JavaMissingError, KafkaDownloadError, PostgresMissingError) as missing:
        _missing(missing)
    assert not found
