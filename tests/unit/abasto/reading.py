"""Runs the reading commands and takes what they print apart."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import typer
from typer.testing import CliRunner, Result

from abasto.commands.cpm import cpm
from abasto.commands.indicators import indicators
from abasto.commands.projector import db_app, projector_app
from abasto.commands.read import alerts, dead_letters_app, positions, show
from abasto.terminal import FailingClearly

Run = Callable[..., Result]
"""Runs a command, given its words."""

LASTING: dict[str, Any] = {
    "on_hand": 25,
    "due_quantity": 300,
    "projected_stockout_on": dt.date(2026, 6, 16),
    "projected_stockout_on_without_due": dt.date(2026, 3, 17),
}
"""A week's stock, and three months' more to come."""


def invoke(*arguments: str, database: str) -> Result:
    """Run a command on a database, in a terminal of 120 columns."""
    app = typer.Typer(cls=FailingClearly)
    for command in (positions, alerts, show, indicators, cpm):
        app.command()(command)
    for group, name in ((dead_letters_app, "dead-letters"), (projector_app, "projector"), (db_app, "db")):
        app.add_typer(group, name=name)
    return CliRunner().invoke(app, arguments, env={"ABASTO_DATABASE": database, "COLUMNS": "120"})


def words_of(result: Result) -> str:
    """What a command printed, on one line; fails the test when the command failed."""
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def facts_of(result: Result) -> list[list[str]]:
    """The columns of each line printed."""
    return [re.split(" {2,}", line.strip()) for line in result.stdout.splitlines()]
