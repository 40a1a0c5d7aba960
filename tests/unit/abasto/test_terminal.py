"""What commands print has one form, whichever command prints it."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import abasto
import store
from abasto.cli import app
from abasto.terminal import FailingClearly, how_many, print_json

SOURCES = sorted(Path(abasto.__file__).parent.rglob("*.py"))


def test_json_is_one_line_for_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"item": "010.000.5433.00", "months": [1, 2], "name": "Oncología"})
    assert capsys.readouterr().out == '{"item":"010.000.5433.00","months":[1,2],"name":"Oncología"}\n'


def test_json_is_indented_for_a_person(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_json({"cpm": None, "months": [1]})
    assert capsys.readouterr().out == '{\n  "cpm": null,\n  "months": [\n    1\n  ]\n}\n'


def test_json_reaches_a_terminal_by_one_function_only() -> None:
    printing = re.compile(r"(echo|print|say)\(.*json\.(encode|dumps|format)")
    found = [path.name for path in SOURCES if printing.search(path.read_text(encoding="utf-8"))]
    assert found == ["terminal.py"]


def test_the_json_of_commands_without_a_broker_is_that(tmp_path: Path) -> None:
    network = str(tmp_path / "network")
    commands = (
        ("simulate", "--scale", "small", "--months", "1", "--out", network),
        ("catalogue", "check", f"{network}/catalogue"),
        ("replay", f"{network}/events.jsonl", "--catalogue", f"{network}/catalogue", "--out", str(tmp_path / "out")),
        ("kafka", "status", "--folder", str(tmp_path)),
    )
    for command in commands:
        printed = CliRunner().invoke(app, [*command, "--json"]).stdout
        assert re.fullmatch(r'\{"[a-z_]+":.*\}\n', printed), (command, printed)


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 facilities"), (1, "1 facility"), (2, "2 facilities"), (2500, "2,500 facilities")]
)
def test_one_is_one(count: int, said: str) -> None:
    assert how_many(count, "facility", "facilities") == said
    assert how_many(count, "record") == said.replace("facilities", "records").replace("facility", "record")


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["table", "json"])
def test_a_reader_who_has_seen_enough_hears_no_complaint(tmp_path: Path, options: tuple[str, ...]) -> None:
    address = f"sqlite:///{tmp_path}/abasto.db"
    store.migrate(address)
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "abasto", "alerts", *options, "--database", address]
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (1, "")


def test_another_pipe_that_breaks_is_told_of() -> None:
    broken = typer.Typer(cls=FailingClearly)

    @broken.command()
    def one() -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    broken.command("other")(lambda: None)
    told = CliRunner().invoke(broken, ["one"])
    assert (told.exit_code, told.stderr) == (1, "abasto: Broken pipe\n")
