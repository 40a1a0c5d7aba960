"""The `abasto` command: one line for each verb.

The modules named here hold only signatures; what a command needs is imported when it runs, so that `abasto --help`
answers at once.
"""

import typer

from abasto.commands.catalogue import catalogue_app
from abasto.commands.convert import convert
from abasto.commands.cpm import cpm
from abasto.commands.indicators import indicators
from abasto.commands.projector import db_app, projector_app
from abasto.commands.publish import publish
from abasto.commands.read import alerts, dead_letters_app, positions, show
from abasto.commands.replay import replay
from abasto.commands.simulate import simulate
from abasto.commands.topics import topics_app
from abasto.commands.up import up
from abasto.commands.verify import verify_app
from abasto.commands.worker import worker
from abasto.local.commands import kafka_app
from abasto.terminal import FailingClearly

app = typer.Typer(
    name="abasto",
    cls=FailingClearly,
    help="Medicine stock: exact positions, average monthly consumption (CPM) and shortage alerts from events.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def tell_of_misspelt_variables() -> None:
    """Before any command: a setting with a misspelt name would have its default, and nothing would tell."""
    from streams.settings import unknown_variables

    for sentence in unknown_variables():
        typer.secho(f"abasto: {sentence}", fg="yellow", err=True)


app.command()(up)
app.command()(worker)
app.add_typer(projector_app, name="projector")
app.command()(publish)
app.command()(convert)
app.command()(simulate)
app.command()(replay)
app.command()(positions)
app.command()(alerts)
app.command()(show)
app.command()(indicators)
app.command()(cpm)
app.add_typer(dead_letters_app, name="dead-letters")
app.add_typer(verify_app, name="verify")
app.add_typer(catalogue_app, name="catalogue")
app.add_typer(kafka_app, name="kafka")
app.add_typer(topics_app, name="topics")
app.add_typer(db_app, name="db")


def main() -> None:
    """The program's entry."""
    app()
