"""`abasto verify`: our numbers against other people's."""

from pathlib import Path
from typing import Annotated

import typer

from abasto.options import Json

verify_app = typer.Typer(help="Compare our numbers with the ones other systems computed.", no_args_is_help=True)


@verify_app.callback()
def _verify() -> None:
    """Keeps `monthly` a verb of its own."""


@verify_app.command()
def monthly(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.csv", help="Monthly sheet that carries an average consumption.", exists=True),
    ],
    policy: Annotated[str, typer.Option("--policy", help="CPM policy that the sheet follows.")] = "cote-divoire",
    show: Annotated[int, typer.Option("--show", min=0, help="Disagreements to print.")] = 10,
    as_json: Json = False,
) -> None:
    """Compare our CPM with the average that each row of the sheet carries."""
    from abasto.proof.rules import policy_named
    from abasto.proof.verify import read_sheet, verify_monthly
    from abasto.terminal import Failure, print_json, progress

    chosen = policy_named(policy)
    rows = read_sheet(file)
    with progress("verify", len(rows)) as advance:
        found = verify_monthly(rows, chosen, advance)
    if found.agreement is None:
        raise Failure(f"{file}: no row has its whole window of {chosen.window_months} months in the file")
    if as_json:
        found.disagreements = found.disagreements[:show]
        print_json(found)
        return
    typer.echo(
        f"{found.agreed:,} of {found.rows:,} rows agree: {found.agreement:.2%} (policy {found.policy}; "
        f"{found.not_comparable:,} of {found.rows_in_file:,} rows lack months that their average needs)"
    )
    for row in found.disagreements[:show]:
        ours = "none" if row.ours is None else f"{row.ours:,}"
        typer.echo(f"  line {row.line}: {row.site} {row.product} {row.month}: theirs {row.theirs:,.0f}, ours {ours}")
