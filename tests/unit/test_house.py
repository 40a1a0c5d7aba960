"""The house itself: what is installed is what was pinned, and the rooms keep their order."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME_LOCK = ROOT / "constraints.txt"
DEV_LOCK = ROOT / "constraints-dev.txt"
PEER_LOCKS = sorted((ROOT / "benchmarks/peers/locks").glob("*.txt"))
RULES_MAY_IMPORT = {"msgspec", "xxhash"}


def normalised(name: str) -> str:
    """The form of a package's name in which two spellings of it are equal (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(requirements: list[str]) -> dict[str, str]:
    """Name to exact version; anything not pinned exactly fails here."""
    found = {}
    for requirement in requirements:
        match = re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)(?: ;.*)?", requirement)
        assert match, f"not pinned exactly: {requirement}"
        found[normalised(match[1])] = match[2]
    return found


def locked(lock: Path) -> dict[str, list[str]]:
    """Each `name==version` line of a lock with its hashes."""
    joined = lock.read_text().replace("\\\n", " ")
    entries = [line.split("--hash=") for line in joined.splitlines() if line.strip()]
    return {entry[0].strip(): [digest.strip() for digest in entry[1:]] for entry in entries}


def direct(*extras: str) -> dict[str, str]:
    project = PYPROJECT["project"]
    return pins(project["dependencies"] + [pin for extra in extras for pin in project["optional-dependencies"][extra]])


def peers() -> dict[str, str]:
    """What the peers of the benchmark ask for, each in an environment of its own."""
    return pins([line for lock in PEER_LOCKS for line in lock.with_suffix(".in").read_text().split()])


@pytest.mark.parametrize("lock", [RUNTIME_LOCK, DEV_LOCK, *PEER_LOCKS], ids=lambda lock: lock.name)
def test_a_lock_holds_versions_and_hashes_and_no_address(lock: Path) -> None:
    assert "://" not in lock.read_text()
    for requirement, hashes in locked(lock).items():
        assert not requirement.startswith("-"), f"{lock.name} sets an option of the installer: {requirement}"
        assert hashes, f"{requirement} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in hashes), requirement


@pytest.mark.parametrize(
    ("lock", "extras"),
    [(RUNTIME_LOCK, ["build"]), (DEV_LOCK, ["build", "java", "dev"])],
    ids=["constraints.txt", "constraints-dev.txt"],
)
def test_a_lock_is_that_of_pyproject(lock: Path, extras: list[str]) -> None:
    in_lock = pins(list(locked(lock)))
    wanted = direct(*extras)
    assert {name: in_lock.get(name) for name in wanted} == wanted, "stale: run `make lock`"


def test_the_lock_of_a_peer_is_that_of_what_it_asks_for() -> None:
    assert {lock.stem for lock in PEER_LOCKS} == {wanted.stem for wanted in PEER_LOCKS[0].parent.glob("*.in")}
    for lock in PEER_LOCKS:
        wanted = pins(lock.with_suffix(".in").read_text().split())
        in_lock = [requirement.partition(" ")[0] for requirement in locked(lock)]
        assert {f"{name}=={pin}" for name, pin in wanted.items()} <= set(in_lock), "stale: run `make lock`"


def test_no_peer_of_the_benchmark_is_a_dependency() -> None:
    engines = {"quixstreams", "bytewax", "pathway", "confluent-kafka"}
    assert engines <= set(peers())
    for lock in (RUNTIME_LOCK, DEV_LOCK):
        assert engines.isdisjoint(pins(list(locked(lock)))), lock.name


def test_what_runs_is_what_is_tested() -> None:
    runtime, development = locked(RUNTIME_LOCK), locked(DEV_LOCK)
    assert {requirement: development.get(requirement) for requirement in runtime} == runtime


def test_the_build_backend_is_the_locked_one() -> None:
    backend = pins(PYPROJECT["build-system"]["requires"])
    assert backend
    assert backend.items() <= pins(PYPROJECT["project"]["optional-dependencies"]["build"]).items()


def test_every_direct_dependency_is_explained() -> None:
    rows = re.findall(r"^\| ([\w.-]+) \|", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE)
    explained = {normalised(name) for name in rows} - {"package"}
    assert explained == set(direct("build", "java", "dev")) | set(peers())


def test_messages_and_rules_are_forbidden_every_dependency_but_two() -> None:
    wanted = set(direct("java")) - RULES_MAY_IMPORT
    importable = {
        module
        for module, distributions in packages_distributions().items()
        if wanted & {normalised(name) for name in distributions} and not module.startswith("_")
    }
    data_only = {"tzdata"}  # read by zoneinfo, imported by nobody
    contract = next(
        contract
        for contract in PYPROJECT["tool"]["importlinter"]["contracts"]
        if contract.get("source_modules") == ["schemas", "supply"]
    )
    assert importable - data_only - set(contract["forbidden_modules"]) == set()


def test_every_room_is_under_the_import_linter_and_the_type_check() -> None:
    rooms = {package.parent.name for package in ROOT.glob("*/__init__.py")} - {"tests"}
    assert set(PYPROJECT["tool"]["importlinter"]["root_packages"]) == rooms
    assert set(PYPROJECT["tool"]["mypy"]["files"]) == rooms | {"tests", "setup.py"}


def test_make_without_a_verb_lists_the_verbs() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    verbs = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(verbs) >= {"help", "demo", "test", "lint", "types", "unit", "compiled", "itest", "docs", "lock", "clean"}
    for verb in verbs:
        assert re.search(rf"^  make {verb} ", listed, re.MULTILINE), f"`make help` does not list {verb}"


def test_ci_checks_whatever_is_generated_and_checked_in() -> None:
    rooms = PYPROJECT["tool"]["importlinter"]["root_packages"]
    checking = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if '"--check"' in path.read_text(encoding="utf-8")
    }
    planned = subprocess.run(["make", "--dry-run", "test"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {f"-m {module} --check" for module in checking} <= set(re.findall(r"-m [\w.]+ --check", planned))
    assert checking >= {"schemas.specs", "deploy.grafana.dashboard"}


def test_make_refuses_a_python_that_is_too_old(tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    old.write_text(
        "#!/bin/sh\n"
        "[ \"$1\" = --version ] && echo 'Python 3.9.2' && exit\n"
        '[ "$1" = -c ] || exit 1\n'
        f"exec {sys.executable} -c 'import sys; sys.version_info = (3, 9, 2); exec(sys.argv[1])' \"$2\"\n"
    )
    old.chmod(0o755)
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    for name in ("pyproject.toml", "constraints-dev.txt"):
        (tmp_path / name).touch()
    refusal = subprocess.run(
        ["make", "lint", f"PYTHON={old}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert refusal.returncode != 0
    assert "needs Python 3.11 or newer" in refusal.stderr
    assert "Python 3.9.2" in refusal.stderr
    assert not (tmp_path / ".venv").exists()
