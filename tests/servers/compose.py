"""A real Docker Compose that runs the compose file as it ships."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from abasto.local.programs import free_port

ROOT = Path(__file__).parents[2]
ENGINE = ROOT.parent / "shared" / "containers"
"""A private container engine with stand-ins for the public images, on machines that have none of their own."""

PATIENCE_SECONDS = 600
"""The first build fetches every package; after that nothing takes half a minute."""


def why_not() -> str | None:
    """Why the compose file cannot be run here, or `None`."""
    if os.environ.get("ABASTO_COMPOSE_TEST") != "1":
        return "takes minutes: set ABASTO_COMPOSE_TEST=1 to run the compose file for real"
    if not (ENGINE / "compose").exists():
        return f"no container engine at {ENGINE}"
    if os.geteuid() != 0:
        return "the container engine needs root"
    return None


@dataclass
class Compose:
    """One running copy of the stack, under a project name and on ports of its own."""

    project: str
    kafka_port: int
    prometheus_port: int
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        ports = {"KAFKA_PORT": str(self.kafka_port), "PROMETHEUS_PORT": str(self.prometheus_port)}
        self.environment = {**os.environ, **ports}

    def __call__(self, *arguments: str) -> str:
        """Run a command of Docker Compose; what it printed comes back."""
        return self._run([str(ENGINE / "compose"), "--project-name", self.project, *arguments])

    def engine(self, *arguments: str) -> str:
        """Run a command of the engine itself, such as `inspect`."""
        return self._run([str(ENGINE / "engine"), "docker", *arguments]).strip()

    def container(self, service: str) -> str:
        """The name of a service's first container."""
        return f"{self.project}-{service}-1"

    def health(self, service: str) -> str:
        """`starting`, `healthy` or `unhealthy`."""
        return self.engine("inspect", "--format", "{{.State.Health.Status}}", self.container(service))

    def kill(self, service: str) -> None:
        """Kill the process itself: a stop that the engine knows of would not be answered by a restart."""
        os.kill(int(self.engine("inspect", "--format", "{{.State.Pid}}", self.container(service))), signal.SIGKILL)

    def restarts(self, service: str) -> int:
        """How often the restart policy has started a service again."""
        return int(self.engine("inspect", "--format", "{{.RestartCount}}", self.container(service)))

    def _run(self, command: list[str]) -> str:
        ran = subprocess.run(  # noqa: PLW1510 - checked below, with what it said
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )
        assert ran.returncode == 0, f"{' '.join(command)}\n{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"
        return ran.stdout


@contextmanager
def running_stack() -> Iterator[Compose]:
    """The stack built, started and healthy while the block runs; its containers and volumes are gone afterwards."""
    was_running = subprocess.run([ENGINE / "engine", "status"], check=False, capture_output=True).returncode == 0
    compose = Compose(f"abasto-test-{os.getpid()}", free_port(), free_port())
    try:
        for step in ("setup", "base-images"):
            subprocess.run([ENGINE / step], check=True, timeout=PATIENCE_SECONDS)
        subprocess.run([ROOT / "deploy" / "secrets" / "make"], check=True)
        compose("up", "--detach", "--build", "--wait")
        yield compose
    finally:
        if shutil.which("dockerd"):
            compose("down", "--volumes", "--timeout", "5")
        if not was_running:
            subprocess.run([ENGINE / "engine", "stop"], check=True)
