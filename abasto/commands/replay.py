"""`abasto replay`: positions and alerts from files of events, without a broker."""

from pathlib import Path
from typing import Annotated

import typer

from abasto.options import Json


def replay(
    events: Annotated[list[Path], typer.Argument(metavar="EVENTS...", help="JSONL files of events.", exists=True)],
    catalogue: Annotated[Path, typer.Option("--catalogue", help="The catalogue's folder or workbook.", exists=True)],
    out: Annotated[Path, typer.Option("--out", help="Folder for positions.jsonl, alerts.jsonl and refused.jsonl.")],
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="T", help="End at this instant (2026-05-31T00:00:00-06:00) or day (its end, UTC)."
        ),
    ] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", help="CPM policy everywhere.", show_default="abasto")
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option("--rules", metavar="FILE.toml", help="Rules of a health system (docs/rules.md).", exists=True),
    ] = None,
    as_json: Json = False,
) -> None:
    """Fold events and evaluate every day, as a worker would; the same events give the same bytes."""
    from abasto.catalogue.files import read_catalogue
    from abasto.proof.replay import replay_files
    from abasto.proof.rules import instant_named, names_unknown, rules_asked
    from abasto.terminal import Failure, how_many, print_json, progress, say
    from supply.catalogue import Catalogue

    chosen = rules_asked(policy, rules)
    until_ms = None if until is None else instant_named(until)
    files = read_catalogue(catalogue)
    for notice in files.notices:
        say(notice)
    entries = files.entries
    if unknown := names_unknown(chosen, entries):
        say(f"{rules}: cpm.choices name what is not in {catalogue}: {', '.join(unknown)}; such a choice holds nowhere")
    total = sum(path.stat().st_size for path in events)
    with progress("replay", total) as advance:
        done = replay_files(events, Catalogue(entries), chosen, until_ms, out, advance)
    if done.refused and done.refused == done.lines:
        raise Failure(f"no line of {how_many(done.lines, 'line')} is an event: {out}/refused.jsonl says why")
    if as_json:
        print_json(done)
        return
    outcomes = ", ".join(f"{count:,} {outcome}" for outcome, count in done.outcomes.items()) or "none counted"
    say(f"{how_many(done.lines, 'line')}: {outcomes}, {done.refused:,} refused, {done.after:,} after the end")
    up_to = "" if done.until is None else f" up to {done.until}"
    made = f"{how_many(done.positions, 'position')} and {how_many(done.alerts, 'alert transition')}"
    say(f"{made}{up_to} in {out}")
