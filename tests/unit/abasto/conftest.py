"""What several files of this folder start from: a read model to read, and a simulated network."""

import pytest

from abasto.simulate.simulation import simulate
from tests.unit.abasto.reading import Run, invoke
from tests.unit.abasto.simulated import MONTHS, UNTIL, Simulated
from tests.unit.store.conftest import Project, database, engine, log, metrics, project
from tests.unit.store.log import Log
from tests.unit.store.read_model import publish_network

__all__ = ["database", "engine", "log", "metrics", "project"]


@pytest.fixture
def run(database: str, log: Log, project: Project) -> Run:
    """Runs a command on a read model of four places."""
    publish_network(log)
    project()
    return lambda *arguments: invoke(*arguments, database=database)


@pytest.fixture(scope="module", params=[1, 2, 3])
def simulated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """Half a year of a small network, for each of three seeds."""
    folder = tmp_path_factory.mktemp("simulation")
    return Simulated(folder, simulate(request.param, MONTHS, UNTIL, folder, small=True))
