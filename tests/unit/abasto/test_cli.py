"""The command line fails with a sentence, never with a traceback, and answers at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from abasto.cli import app

run = CliRunner().invoke


def test_help_names_every_command() -> None:
    shown = run(app, ["--help"])
    assert shown.exit_code == 0
    for command in ("publish", "catalogue", "kafka"):
        assert command in shown.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["publish", "gone.jsonl"], "gone.jsonl: cannot be read"),
        (["catalogue", "check", "gone"], "no such file or folder"),
    ],
)
def test_a_failure_is_one_sentence_and_status_1(arguments: list[str], words: str) -> None:
    refused = run(app, arguments)
    assert refused.exit_code == 1
    assert words in refused.output
    assert "Traceback" not in refused.output


def test_a_misspelt_variable_is_told_on_standard_error_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    status = ["kafka", "status", "--json", "--folder", str(tmp_path)]
    plain = run(app, status)
    monkeypatch.setenv("ABASTO_PARTITONS", "16")
    told = run(app, status)
    assert told.stderr == (
        "abasto: ABASTO_PARTITONS is ignored: no setting has this name; did you mean ABASTO_PARTITIONS?\n"
        + plain.stderr
    )
    assert (told.stdout, told.exit_code) == (plain.stdout, plain.exit_code)


def test_a_worker_tells_of_a_misspelt_variable_before_anything_else() -> None:
    environment = os.environ | {"ABASTO_PARTITONS": "16", "ABASTO_PARTITIONS": "none"}
    refused = subprocess.run(
        [sys.executable, "-m", "agents.worker"], env=environment, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert "WARNING abasto.worker ABASTO_PARTITONS is ignored" in refused.stderr.splitlines()[0]


def test_help_does_not_load_what_only_commands_need() -> None:
    heavy = "aiokafka", "faust", "kafka", "sqlalchemy", "openpyxl"
    code = f"import sys, abasto.cli; print([name for name in {heavy} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
