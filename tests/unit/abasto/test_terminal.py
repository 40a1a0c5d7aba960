"""What commands print has one form, whichever command prints it."""

import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import abasto
from abasto.cli import app
from abasto.terminal import print_json

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
