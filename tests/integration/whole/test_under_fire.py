"""Everything that runs is struck by faults again and again under load, and nothing is lost, doubled or repeated.

`make chaos` does the same for longer, with faults drawn anew.
"""

import sys
from pathlib import Path

import pytest
import typer

from abasto.local.errors import JavaMissingError, KafkaDownloadError
from tests.chaos.broker_faults import ON_ONE_BROKER
from tests.chaos.campaign import Brokers, Plan, drawn, run_campaign
from tests.chaos.cluster_faults import ON_THREE_BROKERS
from tests.integration.conftest import _missing
from tests.servers.postgres import PostgresMissingError
from tests.servers.reaper import Reaper

IN_SERVICE = [name for name, fault in ON_ONE_BROKER.items() if not fault.needs_disk]
"""A full disk costs the one broker what it had promised, now and then; `make chaos` shows what becomes of that."""

OF_BROKERS = [name for name in ON_THREE_BROKERS if name not in ON_ONE_BROKER]

KILLS = ("kill worker", "kill projector", "kill broker")
ROUNDS = 5

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]


@pytest.mark.parametrize(
    ("names", "brokers"),
    [
        (drawn(11, ROUNDS * len(KILLS), KILLS), 1),
        (drawn(12, len(IN_SERVICE), IN_SERVICE), 1),
        (drawn(13, len(OF_BROKERS), OF_BROKERS), 3),
    ],
    ids=["kills", "every other fault", "three brokers"],
)
def test_nothing_is_lost_doubled_or_repeated(
    names: tuple[str, ...], brokers: Brokers, tmp_path: Path, reaper: Reaper
) -> None:
    plan = Plan(seed=11, names=names, months=6, small=True, database_gone_seconds=10, brokers=brokers)
    try:
        found = run_campaign(plan, tmp_path, reaper, lambda sentence: typer.echo(sentence, file=sys.stderr))
    except (JavaMissingError, KafkaDownloadError, PostgresMissingError) as missing:
        _missing(missing)
    assert not found
