"""The files of a simulation, read without the rules of `supply`."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from abasto.catalogue.files import CatalogueFiles, read_catalogue

UNTIL = dt.date(2026, 5, 31)
MONTHS = 6
NOW = dt.datetime(2026, 5, 31, tzinfo=dt.UTC)


@dataclass
class Simulated:
    """The files of a simulation, read."""

    folder: Path
    summary: dict[str, Any] = field(default_factory=dict)

    def truth(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "truth" / f"{name}.jsonl").read_bytes().splitlines()]

    @cached_property
    def lines(self) -> list[bytes]:
        return (self.folder / "events.jsonl").read_bytes().splitlines()

    @cached_property
    def catalogue(self) -> CatalogueFiles:
        return read_catalogue(self.folder / "catalogue")

    @cached_property
    def bad(self) -> dict[int, dict[str, Any]]:
        return {each["line"]: each for each in self.truth("bad_records")}

    @cached_property
    def beyond(self) -> set[tuple[str, str]]:
        return {(each["source"], each["id"]) for each in self.truth("disorder") if each["beyond"]}

    def good(self) -> Iterator[dict[str, Any]]:
        """Every event that counts, once, in the order of its time."""
        facilities = self.catalogue.facilities
        canonical = {code: each.facility for each in facilities for code in (each.facility, *each.aliases)}
        events = {}
        for number, line in enumerate(self.lines, start=1):
            if number not in self.bad:
                event = json.loads(line)
                event["facility"] = canonical[event["facility"].upper()]
                code = event["item"].replace(".", "")
                event["item"] = f"{code[:3]}.{code[3:6]}.{code[6:10]}.{code[10:]}"
                event["at"] = dt.datetime.fromisoformat(event["time"])
                events[event["source"], event["id"]] = event
        yield from sorted(events.values(), key=lambda event: event["at"])
