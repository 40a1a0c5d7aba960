"""`abasto convert` at work: a file and a map in, events, catalogue and refused rows out."""

import csv
import datetime as dt
from pathlib import Path

import msgspec
import typer

from abasto.catalogue.files import write_catalogue
from abasto.convert.checked_map import check_map
from abasto.convert.map_file import read_map
from abasto.convert.rows import Conversion, convert_rows
from abasto.tables import TableFault, read_table
from abasto.terminal import Failure, how_many, print_json, progress, say
from schemas.catalogue import Facility, Item

REFUSED_SHOWN = 10


class Report(msgspec.Struct, frozen=True):
    """What came of a file: its rows, the events by type, and the rows that gave none."""

    rows: int
    events: int
    types: dict[str, int]
    facilities: int
    items: int
    refused: int
    skipped: int
    silent: int


def run(file: Path, map_name: str, out: Path, *, sheet: str | None, allow_refused: bool, as_json: bool) -> None:
    """Convert a file and tell what came of it. Refused rows end it with status 1 unless they are allowed."""
    checked = check_map(read_map(map_name), map_name)
    try:
        table = read_table(file, sheet)
    except TableFault as fault:
        raise Failure(str(fault)) from fault
    for notice in table.notices:
        say(notice)
    with progress("converting", len(table.rows)) as advance:
        done = convert_rows(checked, table, file.stem, dt.datetime.now(dt.UTC), advance)
    write(done, out)
    report = _report(done)
    if as_json:
        print_json(report)
    else:
        typer.echo(_told(report, out))
    if done.refused:
        for row in done.refused[:REFUSED_SHOWN]:
            say(f"{file.name}, row {row.line}{f', column {row.column}' if row.column else ''}: {row.reason}")
        if len(done.refused) > REFUSED_SHOWN:
            say(f"and {len(done.refused) - REFUSED_SHOWN:,} more in {out / 'refused.csv'}")
        if not allow_refused:
            rows = how_many(len(done.refused), "row was", "rows were")
            raise Failure(f"{rows} refused; --allow-refused takes the others as they are")


def write(done: Conversion, out: Path) -> None:
    """Write events.jsonl, the catalogue's folder and refused.csv; the same conversion gives the same bytes."""
    out.mkdir(parents=True, exist_ok=True)
    encoder = msgspec.json.Encoder()
    with (out / "events.jsonl").open("wb") as file:
        file.writelines(encoder.encode(event) + b"\n" for event in done.events)
    entries = [done.entries[key] for key in sorted(done.entries)]
    write_catalogue(
        out / "catalogue",
        [entry for entry in entries if isinstance(entry, Item)],
        [entry for entry in entries if isinstance(entry, Facility)],
    )
    with (out / "refused.csv").open("w", encoding="utf-8", newline="") as refused:
        writer = csv.writer(refused, lineterminator="\n")
        writer.writerow(["line", "column", "value", "reason"])
        writer.writerows([row.line, row.column, row.value, row.reason] for row in done.refused)


def _report(done: Conversion) -> Report:
    types: dict[str, int] = {}
    for event in done.events:
        name = str(event.__struct_config__.tag)
        types[name] = types.get(name, 0) + 1
    return Report(
        rows=done.rows,
        events=len(done.events),
        types=dict(sorted(types.items())),
        facilities=sum(isinstance(entry, Facility) for entry in done.entries.values()),
        items=sum(isinstance(entry, Item) for entry in done.entries.values()),
        refused=len(done.refused),
        skipped=done.skipped,
        silent=done.silent,
    )


def _told(report: Report, out: Path) -> str:
    where = f"{how_many(report.facilities, 'facility', 'facilities')} and {how_many(report.items, 'item')}"
    lines = [f"{how_many(report.rows, 'row')}: {how_many(report.events, 'event')} of {where}"]
    lines += [f"  {name:<22} {count:>10,}" for name, count in report.types.items()]
    rest = {"refused": report.refused, "skipped": report.skipped, "with nothing to tell": report.silent}
    lines += [f"  {how_many(count, 'row')} {what}" for what, count in rest.items() if count]
    lines.append(f"in {out}: events.jsonl, catalogue/, refused.csv")
    return "\n".join(lines)
