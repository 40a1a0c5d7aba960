"""`abasto projector rebuild` and `abasto db migrate`."""

from collections.abc import Callable
from contextlib import ExitStack

import typer

from abasto.read.session import clear_failures, settings_for
from abasto.terminal import how_many, print_json, progress
from store.database import database_url, migrate
from store.rebuild import rebuild


def run_rebuild(database: str | None, broker: str | None, *, as_json: bool) -> None:
    """Builds the read model again and says what came of it."""
    settings = settings_for(database, broker)
    done = 0
    advance: Callable[[int], None] | None = None
    with clear_failures(), ExitStack() as bar:

        def told(read: int, to_read: int) -> None:
            nonlocal done, advance
            advance = advance or bar.enter_context(progress("Reading the topics", to_read))
            advance(read - done)
            done = read

        rebuilt = rebuild(settings, told)
    if as_json:
        print_json(rebuilt._asdict())
        return
    typer.echo(f"Rebuilt from {how_many(rebuilt.records, 'record')}.")
    counts = {"alert transition": rebuilt.kept_transitions, "dead letter": rebuilt.kept_dead_letters}
    kept = [how_many(count, what) for what, count in counts.items() if count]
    if kept:
        typer.echo(f"Kept what the topics no longer hold: {' and '.join(kept)}.")


def migrate_database(database: str | None) -> None:
    """Brings the tables to this release."""
    settings = settings_for(database)
    with clear_failures():
        migrate(settings.database)
        typer.echo(f"{database_url(settings.database).render_as_string()} is ready")
