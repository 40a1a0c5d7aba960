"""The command line fails with a sentence, never with a traceback, and answers at once."""

import subprocess
import sys

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


def test_help_does_not_load_what_only_commands_need() -> None:
    heavy = "aiokafka", "faust", "kafka", "sqlalchemy", "openpyxl"
    code = f"import sys, abasto.cli; print([name for name in {heavy} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
