"""Loading the catalogue's files into its compacted topic."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import msgspec
import typer

from abasto.catalogue.checks import check_over, fault_lines
from abasto.catalogue.files import CatalogueFiles, read_catalogue
from abasto.catalogue.plan import Plan, plan
from abasto.catalogue.topic import known
from abasto.feed.batches import Batches
from abasto.feed.records import Record
from abasto.kafka import producer_for, settings_for
from abasto.terminal import Failure, print_json, say
from schemas.catalogue import CatalogueEntry
from schemas.channels import CATALOGUE
from streams.settings import Settings


def run_check(path: Path, *, as_json: bool) -> None:
    """Read the files and tell what they hold."""
    files = _read(path)
    counts = {
        "items": len(files.items),
        "facilities": len(files.facilities),
        "official_cpm": len(files.official_cpm),
        "demand_profiles": len(files.demand_profiles),
    }
    if as_json:
        print_json({**counts, "notices": files.notices})
    else:
        typer.echo(
            ", ".join(f"{count:,} {name.replace('_cpm', ' CPM').replace('_', ' ')}" for name, count in counts.items())
        )


def run_load(path: Path, *, broker: str | None, replace: bool, as_json: bool) -> None:
    """Send to the catalogue's topic what differs from it, and tell what that was."""
    files = _read(path)
    made = asyncio.run(load(files.entries, settings_for(broker), replace=replace))
    counts = {
        "new": len(made.new),
        "changed": len(made.changed),
        "removed": len(made.removed),
        "unchanged": made.unchanged,
    }
    if as_json:
        print_json(counts)
    else:
        typer.echo("Catalogue: " + ", ".join(f"{count:,} {name}" for name, count in counts.items()))


async def load(entries: Iterable[CatalogueEntry], settings: Settings, *, replace: bool = False) -> Plan:
    """Bring the catalogue's topic to hold the entries; with `replace`, nothing else.

    Raises:
        Failure: no broker, no topic, entries that contradict those that stay, or an item would be kept in another unit.
    """
    async with producer_for(settings, [CATALOGUE]) as (producer, partitions):
        there = await known(settings, partitions[CATALOGUE])
        checked, faults = check_over({} if replace else there.entries, entries)
        if faults:
            raise Failure(
                f"nothing was loaded: it would contradict what the service knows{fault_lines(faults)}\n"
                "  Load the mended entry of the other facility along with it, or all of the catalogue with --replace."
            )
        changes = plan(there, checked, replace)
        if changes.refused:
            raise Failure(
                "nothing was loaded: quantities of these items would change their meaning in every ledger\n  "
                + "\n  ".join(changes.refused)
                + "\n  Give the new unit an item code of its own."
            )
        batches = Batches(producer, partitions)
        for key, entry in (changes.new | changes.changed).items():
            await batches.add(Record(CATALOGUE, key.encode(), msgspec.json.encode(entry)))
        for key in changes.removed:
            await batches.add(Record(CATALOGUE, key.encode(), None))
        await batches.flush()
        return changes


def _read(path: Path) -> CatalogueFiles:
    files = read_catalogue(path)
    for notice in files.notices:
        say(notice)
    return files
