"""`abasto verify`: our numbers against other people's."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from abasto.options import Json

if TYPE_CHECKING:
    from abasto.proof.cases import Judged

verify_app = typer.Typer(help="Compare our numbers with the ones other systems computed.", no_args_is_help=True)


@verify_app.command()
def monthly(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="Monthly sheet, CSV or XLSX, that carries an average consumption.", exists=True
        ),
    ],
    sheet: Annotated[str | None, typer.Option("--sheet", help="The sheet of a workbook that has several.")] = None,
    policy: Annotated[str, typer.Option("--policy", help="CPM policy that the sheet follows.")] = "cote-divoire",
    show: Annotated[int, typer.Option("--show", min=0, help="Disagreements to print.")] = 10,
    as_json: Json = False,
) -> None:
    """Compare our CPM with the average that each row of the sheet carries."""
    from abasto.proof.rules import policy_named
    from abasto.proof.verify import read_sheet, verify_monthly
    from abasto.tables import TableFault, read_table
    from abasto.terminal import Failure, print_json, progress, say

    chosen = policy_named(policy)
    try:
        table = read_table(file, sheet)
    except TableFault as fault:
        raise Failure(str(fault)) from fault
    for notice in table.notices:
        say(notice)
    rows = read_sheet(table)
    with progress("verify", len(rows)) as advance:
        found = verify_monthly(rows, chosen, advance)
    if found.agreement is None:
        raise Failure(f"{file}: no row has its whole window of {chosen.window_months} months in the file")
    if as_json:
        found.disagreements = found.disagreements[:show]
        print_json(found)
        return
    typer.echo(
        f"{found.agreed:,} of {found.rows:,} rows agree: {found.agreement * 100:.2f} % (policy {found.policy}; "
        f"{found.not_comparable:,} of {found.rows_in_file:,} rows lack months that their average needs)"
    )
    for row in found.disagreements[:show]:
        ours = "none" if row.ours is None else f"{row.ours:,}"
        typer.echo(f"  line {row.line}: {row.site} {row.product} {row.month}: theirs {row.theirs:,.0f}, ours {ours}")


@verify_app.command()
def cases(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.json", help="Cases: function, inputs and expected result.", exists=True),
    ],
    as_json: Json = False,
) -> None:
    """Ask what other systems compute of given inputs, and compare. Status 1 if any case differs or is not known."""
    from abasto.proof.cases import judge, read_cases
    from abasto.terminal import print_json

    report = judge(read_cases(file))
    if as_json:
        print_json(report)
    else:
        for case in report.cases:
            typer.echo(_case_line(case))
        if report.unknown:
            typer.echo(f"{report.unknown:,} of no function known here")
        typer.echo(f"{report.agreed:,} agreed, {report.differ:,} differ")
    if not report.all_agree:
        raise typer.Exit(1)


def _case_line(case: "Judged") -> str:
    line = f"{case.verdict:8} {case.id:14} {case.function}"
    match case.verdict:
        case "agrees":
            return f"{line}: {_shown(case.found)}"
        case "differs" if case.why is not None:
            return f"{line}: expected {_shown(case.expected)}; {case.why}"
        case "differs":
            return f"{line}: expected {_shown(case.expected)}, found {_shown(case.found)}"
        case _:
            return f"{line}: no such function here; see `abasto.proof.meanings` for those there are"


def _shown(result: object) -> str:
    import msgspec

    return msgspec.json.encode(result).decode()
