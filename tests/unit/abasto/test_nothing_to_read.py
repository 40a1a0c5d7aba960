"""What is not there is told in a sentence that says what to do."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from abasto.commands.projector import projector_app
from tests.builders import (
    HOSPITAL,
)
from tests.unit.abasto.reading import Run, invoke


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("show", "NOBODY", "x"), "No facility is called NOBODY"),
        (("show", HOSPITAL, "aspirina"), "Nothing was ever reported of aspirina in DFIMS000604"),
        (
            ("alerts", "--in", "Atlantis"),
            "No facility is in Atlantis. States in the catalogue: Ciudad de México, Puebla",
        ),
        (("dead-letters", "show", "1"), "No dead letter is called 1"),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.output


def test_a_database_that_is_missing_or_not_migrated_says_what_to_do(tmp_path: Path) -> None:
    missing = invoke("alerts", database=f"sqlite:///{tmp_path}/none.db")
    assert (missing.exit_code, "Make it with: abasto db migrate" in missing.stderr) == (1, True)
    made = invoke("db", "migrate", database=f"sqlite:///{tmp_path}/none.db")
    assert (made.exit_code, "is ready" in made.stdout) == (0, True)
    empty = invoke("alerts", database=f"sqlite:///{tmp_path}/none.db")
    assert (empty.exit_code, empty.stdout) == (0, "No alert meets these filters.\n")


def test_a_projector_that_cannot_start_says_why(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    environment = {"ABASTO_DATABASE": f"sqlite:///{tmp_path}/none.db", "ABASTO_PROJECTOR_METRICS_PORT": "0"}
    result = CliRunner().invoke(projector_app, (), env=environment)
    assert result.exit_code == 2
    assert "Make it with: abasto db migrate" in caplog.text
