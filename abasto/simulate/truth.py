"""The truth of a simulation, as files: what a reader of the events must find, and what it cannot know."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from abasto.simulate.bad_lines import BadLine
from abasto.simulate.network import NEVER, Position
from abasto.simulate.scenarios import Scenario
from abasto.simulate.shelf import Month
from abasto.simulate.world import World

MonthTruth = tuple[Position, str, Month]


def write_truth(
    folder: Path, world: World, months: list[MonthTruth], scenarios: list[Scenario], summary: dict[str, Any]
) -> None:
    """Write the folder `truth/`; each file is described in docs/decisions/simulation.md."""
    folder.mkdir(parents=True, exist_ok=True)
    marked = world.journal.marked
    _write(folder / "positions.jsonl", map(_position, world.network.positions))
    _write(folder / "stockouts.jsonl", _stock_outs(world))
    _write(folder / "monthly.jsonl", (_month(world, *each) for each in months))
    _write(folder / "scenarios.jsonl", ({**_scenario(world, each)} for each in scenarios))
    _write(folder / "bad_records.jsonl", (_bad(each) for each in marked if isinstance(each, BadLine)))
    _write(
        folder / "duplicates.jsonl",
        (
            {"line": each.line, "first_line": each.of.line, "source": each.source, "id": each.identifier}
            for each in marked
            if each.of is not None
        ),
    )
    _write(
        folder / "disorder.jsonl",
        (
            {
                "line": each.line,
                "source": each.source,
                "id": each.identifier,
                "time": each.time,
                "delay_days": each.delay_days,
                "beyond": each.kind == "beyond",
            }
            for each in marked
            if each.kind in {"late", "beyond"}
        ),
    )
    (folder / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)


def _position(position: Position) -> dict[str, Any]:
    shelf = position.shelf
    return {
        "facility": position.site.code,
        "item": position.item,
        "on_hand": shelf.on_hand,
        "quarantined": sum(lot[2] for lot in shelf.quarantine),
        "book": shelf.book,
        "sure": shelf.sure,
        "reported": position.site.silent_from == NEVER,
        "pieces_a_day": round(position.pieces_a_day, 4),
    }


def _stock_outs(world: World) -> Iterable[dict[str, Any]]:
    for position in world.network.positions:
        for begin, second, end, end_second, days in position.shelf.stock_outs:
            until = None if end is None or end_second is None else world.moment(position.site, end, end_second)
            yield {
                "facility": position.site.code,
                "item": position.item,
                "from": world.moment(position.site, begin, second),
                "to": until,
                "days": days,
            }


def _month(world: World, position: Position, name: str, month: Month) -> dict[str, Any]:
    silent_from = position.site.silent_from
    return {
        "facility": position.site.code,
        "item": position.item,
        "month": name,
        "dispensed": month.dispensed,
        "issued": month.issued,
        "returned": month.returned,
        "unmet": month.unmet,
        "days_out": month.days_out,
        "reported": silent_from == NEVER or name < world.days.months[silent_from],
    }


def _scenario(world: World, scenario: Scenario) -> dict[str, Any]:
    since = world.days.text(scenario.since)
    return {"kind": scenario.kind, "facility": scenario.facility, "item": scenario.item, "since": since}


def _bad(line: BadLine) -> dict[str, Any]:
    return {
        "line": line.line,
        "kind": line.bad.name,
        "fault": line.bad.fault,
        "field": line.bad.field,
        "source": line.source,
        "id": line.identifier,
        "refused_by_publish": line.bad.by_publish,
    }
