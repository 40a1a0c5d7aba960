"""What is shipped to run Abasto for real: the image, the compose file, and what Prometheus asks for."""

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer.main
import yaml

from abasto.cli import app
from store.settings import StoreSettings
from streams.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()

JOBS = {"topics", "migrate"}
"""They end when their work is done."""
BY_HAND = {"cli"}
"""Started for one command at a time."""
LASTING = set(SERVICES) - JOBS - BY_HAND

OURS = {name for name, service in SERVICES.items() if service["image"] == "abasto:local"}

every_service = pytest.mark.parametrize("name", sorted(SERVICES))


def settings_of_ours() -> set[str]:
    fields = (*msgspec.structs.fields(Settings), *msgspec.structs.fields(StoreSettings))
    return {f"ABASTO_{field.name.upper()}" for field in fields}


def test_the_stack_is_what_the_design_names() -> None:
    assert {"kafka", "postgres", "worker", "projector", "prometheus", "grafana"} | JOBS | BY_HAND == set(SERVICES)
    assert {"topics", "migrate", "worker", "projector", "cli"} == OURS


@every_service
def test_an_image_is_named_by_a_version(name: str) -> None:
    image = SERVICES[name]["image"]
    assert "@" not in image, "a digest belongs in an override file"
    assert image.rpartition(":")[2] not in ("", "latest"), image
    assert SERVICES[name].get("pull_policy") == ("never" if name in OURS else None)


def test_the_image_is_built_once_for_all_who_use_it() -> None:
    assert [name for name, service in SERVICES.items() if "build" in service] == ["worker"]


@every_service
def test_a_container_may_do_no_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert not service.get("privileged")
    assert "no-new-privileges:true" in service["security_opt"]


@every_service
def test_a_container_cannot_take_the_machine_down(name: str) -> None:
    service = SERVICES[name]
    assert set(service["deploy"]["resources"]["limits"]) >= {"memory", "pids"}
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


@every_service
def test_a_port_is_published_on_this_machine_only(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert port.startswith("127.0.0.1:"), port


@pytest.mark.parametrize("name", sorted(LASTING))
def test_what_lasts_has_a_health_check_and_comes_back(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD", "no shell between the check and its answer"
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(JOBS))
def test_a_job_is_tried_again_but_not_for_ever(name: str) -> None:
    assert SERVICES[name]["restart"].startswith("on-failure:")


def test_each_waits_for_what_it_cannot_do_without() -> None:
    waits = {
        name: {other: condition["condition"] for other, condition in service.get("depends_on", {}).items()}
        for name, service in SERVICES.items()
    }
    made, healthy = "service_completed_successfully", "service_healthy"
    assert waits["topics"] == {"kafka": healthy}
    assert waits["migrate"] == {"postgres": healthy}
    assert waits["worker"] == {"kafka": healthy, "topics": made}
    assert waits["projector"] == {"kafka": healthy, "topics": made, "migrate": made}


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_variable_sets_something(name: str) -> None:
    for variable in SERVICES[name]["environment"]:
        assert variable in settings_of_ours(), f"{name}: {variable} sets nothing"


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_command_is_one_of_the_program(name: str) -> None:
    command: Any = typer.main.get_command(app)
    for word in SERVICES[name]["command"]:
        if not word.startswith("-"):
            assert word in getattr(command, "commands", {}), f"{name}: {command.name} has no {word}"
            command = command.commands[word]


def test_no_secret_stands_in_the_file() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            assert "PASSWORD" not in variable or value.startswith("/run/secrets/"), f"{name}: {variable}"
    assert "*" in (ROOT / "deploy/secrets/.gitignore").read_text().splitlines()
    for secret in COMPOSE["secrets"].values():
        assert Path(secret["file"]).parent == Path("deploy/secrets")


@every_service
def test_what_a_container_is_given_is_there(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source = volume.split(":")[0]
        if source.startswith("./"):
            assert (ROOT / source).exists(), source
            assert volume.endswith(":ro"), f"{volume}: a container does not change our files"
        else:
            assert source in COMPOSE["volumes"], f"{volume}: a named volume, kept over restarts"
    for secret in SERVICES[name].get("secrets", []):
        assert secret in COMPOSE["secrets"]


def test_prometheus_asks_where_the_metrics_are_served() -> None:
    jobs = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
    asked = {job["job_name"]: job["dns_sd_configs"][0] for job in jobs if "dns_sd_configs" in job}
    assert {name: (where["names"], where["port"]) for name, where in asked.items()} == {
        "worker": (["worker"], Settings().metrics_port),
        "projector": (["projector"], StoreSettings().projector_metrics_port),
    }


def test_the_image_holds_every_room_and_only_locked_packages() -> None:
    found = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    assert {room.removesuffix("*") for room in found} <= sources
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    assert {f"!{source}" for source in sources} <= set(allowed), "the builder does not see what it has to copy"
    for install in re.findall(r"python install (.+)", DOCKERFILE):
        assert "--require-hashes" in install or "--no-deps" in install, install


def test_the_image_is_not_root_and_asks_no_registry_but_for_its_base() -> None:
    assert re.findall(r"^USER (\d+):\d+$", DOCKERFILE, re.MULTILINE) == ["10001"]
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"${PYTHON}"}
    assert "ARG PYTHON=python:3.11-slim-bookworm" in DOCKERFILE
    assert "# syntax" not in DOCKERFILE
