"""`abasto projector` and `abasto db`: filling the read model, and making its tables."""

import typer

from abasto.commands.read import Database
from abasto.options import Broker, Json

projector_app = typer.Typer(help="Fill the read model from the output topics.", invoke_without_command=True)
db_app = typer.Typer(help="The database of the read model.", no_args_is_help=True)


@projector_app.callback(invoke_without_command=True)
def projector(context: typer.Context, broker: Broker = None, database: Database = None) -> None:
    """Follow the output topics and keep the read model up to date, until SIGTERM or Ctrl-C."""
    if context.invoked_subcommand is not None:
        return
    import logging

    from abasto.read.session import settings_for
    from store.service import run_projector

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    raise typer.Exit(run_projector(settings_for(database, broker)))


@projector_app.command()
def rebuild(broker: Broker = None, database: Database = None, as_json: Json = False) -> None:
    """Empty the read model and fill it again from the start of the topics; readers see the old one meanwhile."""
    from abasto.read.maintenance import run_rebuild

    run_rebuild(database, broker, as_json=as_json)


@db_app.command()
def migrate(database: Database = None) -> None:
    """Make the tables of the read model, or bring them to this release. Safe to run again."""
    from abasto.read.maintenance import migrate_database

    migrate_database(database)
