"""What workers, brokers and PostgreSQL need for every public hospital of a country, and for a hundred times that.

    .venv/bin/python -m benchmarks.scaling.capacity [--write]

Prints the tables of `docs/scaling.md`; `--write` puts them there. Nothing is measured here but the bytes of an event
and of the catalogue: the other figures are those that the named programs printed, on the machine that the page names.
Assumptions are called so. `benchmarks.scaling.figures` has them all, `benchmarks.scaling.model` the formulas.
"""

import argparse
import datetime as dt
import random
import tracemalloc
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.scaling.country import FACILITIES, ITEMS, catalogue, facility, item, keys, today
from benchmarks.scaling.figures import ASSUMED, BUSY, MEASURED, QUIET, Load
from benchmarks.scaling.model import Case, broker, limits, read_model, topics, workers
from schemas.catalogue import OfficialCpm

PAGE = Path(__file__).parents[2] / "docs" / "scaling.md"
BEGIN = "<!-- benchmarks.scaling.capacity --write: {}: begin -->"
END = "<!-- benchmarks.scaling.capacity --write: {}: end -->"

EVENTS_A_DAY = 50_000_000
TENTH = 0.1
CASES = (
    Case("country, a tenth of the items each", round(FACILITIES * ITEMS * TENTH), EVENTS_A_DAY, BUSY, 96),
    Case("country, every item everywhere", FACILITIES * ITEMS, EVENTS_A_DAY, QUIET, 480),
    Case("a hundred times, a tenth", 100 * round(FACILITIES * ITEMS * TENTH), 100 * EVENTS_A_DAY, BUSY, 9_600, 100),
    Case("a hundred times, every item", 100 * FACILITIES * ITEMS, 100 * EVENTS_A_DAY, QUIET, 48_000, 100),
)
SAMPLE = 20_000


def event_bytes() -> float:
    """Key and value of one event in plain JSON, mean."""
    chance = random.Random(1)
    at = dt.datetime(2026, 3, 30, 18, tzinfo=dt.UTC)
    made = [today(facility(number), item(number % ITEMS), at, number, chance) for number in range(1_000)]
    return sum(len(event.key) + len(event.value) for event in made) / len(made)


def catalogue_bytes() -> tuple[float, float]:
    """Memory of an item or facility, and of a registered CPM, in every worker."""
    tracemalloc.start()
    empty = tracemalloc.get_traced_memory()[0]
    known = catalogue(1.0)
    named = tracemalloc.get_traced_memory()[0]
    for place, code in keys(SAMPLE):
        known.put(OfficialCpm(facility=place, item=code, cpm=100.0, valid_from=dt.date(2026, 1, 1)))
    full = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (named - empty) / (FACILITIES + ITEMS), (full - named) / SAMPLE


def main() -> None:
    """Print all tables, or put them into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/scaling.md")
    chosen = parser.parse_args()
    event, (entry, registered) = event_bytes(), catalogue_bytes()
    page = PAGE.read_text() if chosen.write else ""
    for name, cells in tables(event, entry, registered).items():
        print(f"\n{name}\n", *_markdown(cells), sep="\n")
        if chosen.write:
            page = _put(page, name, _markdown(cells))
    if chosen.write:
        PAGE.write_text(page)


def tables(event: float, entry: float, registered: float) -> dict[str, Sequence[Sequence[str]]]:
    """The tables of the page by name, the first row of each its head."""
    inputs = [["figure", "quiet: 1.28 events a day", "busy: 12.8 events a day", "source"], *_loads()]
    inputs += [[each.what, f"{each.value:,g} {each.unit}", "the same", each.source] for each in MEASURED.values()]
    source = "`benchmarks.scaling.capacity`, computed when it runs"
    inputs += [
        ["key and value of an event, plain JSON", f"{event:,.0f} B", "the same", source],
        ["memory of an item or facility in every worker", f"{entry:,.0f} B", "the same", source],
        ["memory of a registered CPM in every worker", f"{registered:,.0f} B", "the same", source],
    ]
    return {
        "inputs": inputs,
        "assumptions": [
            ["assumption", "value", "why"],
            *[[a.what, f"{a.value:,g} {a.unit}".strip(), a.source] for a in ASSUMED.values()],
        ],
        "topics": _by_case(topics(case, event) for case in CASES),
        "broker": _by_case(broker(case, event) for case in CASES),
        "workers": [row for number, case in enumerate(CASES) for row in workers(case, entry, head=number == 0)],
        "read model": _by_case(read_model(case) for case in CASES),
        "limits": limits(),
    }


def _loads() -> list[list[str]]:
    return [
        [name, shown(quiet), shown(busy), source]
        for (name, quiet, source, shown), (_, busy, _, _) in zip(Load.rows(QUIET), Load.rows(BUSY), strict=True)
    ]


def _by_case(columns: Iterable[Sequence[tuple[str, str]]]) -> list[list[str]]:
    """A column for each case, a row for each figure."""
    listed = list(columns)
    rows = [[name, *(column[number][1] for column in listed)] for number, (name, _) in enumerate(listed[0])]
    return [["", *(case.name for case in CASES)], *rows]


def _markdown(cells: Sequence[Sequence[str]]) -> list[str]:
    head, *rows = cells
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def _put(page: str, name: str, lines: Sequence[str]) -> str:
    begin, end = BEGIN.format(name), END.format(name)
    before, found, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise SystemExit(f"{PAGE.name} lacks the marks {begin} and {end}")
    return "\n".join([f"{before}{begin}", "", *lines, "", f"{end}{after}"])


if __name__ == "__main__":
    main()
