"""`abasto simulate`: a national network of oncology keys, with the truth to compare with."""

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from abasto.options import Json


class Scale(StrEnum):
    """How large the simulated network is."""

    SMALL = "small"
    NATIONAL = "national"


def simulate(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where events.jsonl, catalogue/ and truth/ go.")],
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another number, another network.")] = 1,
    months: Annotated[int, typer.Option("--months", metavar="M", min=1, max=120, help="How far back it begins.")] = 24,
    until: Annotated[
        dt.datetime | None,
        typer.Option("--until", formats=["%Y-%m-%d"], metavar="DATE", help="Its end, midnight UTC. Else today."),
    ] = None,
    scale: Annotated[Scale, typer.Option("--scale", help="small: a few facilities and items.")] = Scale.NATIONAL,
    as_json: Json = False,
) -> None:
    """Simulate hospitals, warehouses and mixing centres. The same seed, months and end give the same bytes."""
    import time

    from abasto.simulate.days import Days
    from abasto.simulate.simulation import simulate as run
    from abasto.terminal import print_json, progress

    end = until.date() if until else dt.datetime.now(dt.UTC).date()
    started = time.monotonic()
    with progress("simulating", Days(end, months).count) as advance:
        summary = run(seed, months, end, out, small=scale is Scale.SMALL, advance=advance)
    seconds = time.monotonic() - started
    if as_json:
        print_json(summary)
        return
    lines = summary["lines"]
    typer.echo(
        f"{lines:,} lines of {summary['facilities']} facilities, {summary['items']} items and "
        f"{summary['positions']:,} positions from {summary['from']} until {summary['until']} "
        f"in {seconds:.1f} s ({lines / seconds:,.0f} a second)"
    )
    typer.echo(f"in {out}: events.jsonl, catalogue/, truth/")
