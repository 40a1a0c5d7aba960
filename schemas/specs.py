"""Writes the reference of all messages: `python -m schemas.specs`, or with `--check` only tells what is stale."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from schemas.async_api import async_api
from schemas.json_schema import catalogue_entry, document, event_content, output, plain_event, structured_event
from schemas.messages import EVENT_TYPES, OUTPUTS

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"


def specs() -> dict[str, bytes]:
    """Every file of the reference by its name below `docs/reference`. The same messages give the same bytes."""
    documents: dict[str, Any] = {"asyncapi.json": async_api()}
    for kind in EVENT_TYPES:
        cloud_event = structured_event(kind, event_content(kind))
        documents[f"events/{kind}.schema.json"] = document(plain_event(kind), kind)
        documents[f"cloudevents/{kind}.schema.json"] = document(cloud_event, f"cloudevent:{kind}")
    for name, message in OUTPUTS.items():
        documents[f"messages/{name}.schema.json"] = document(output(message), name)
    documents["messages/CatalogueEntry.schema.json"] = document(catalogue_entry(), "CatalogueEntry")
    return {name: _json(each) for name, each in documents.items()}


def stale(folder: Path, wanted: Mapping[str, bytes]) -> list[str]:
    """The files that are missing in the folder, differ from what is wanted, or should not be there."""
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.json")}
    return [
        *(name for name, content in wanted.items() if name not in there or there[name].read_bytes() != content),
        *sorted(there.keys() - wanted.keys()),
    ]


def write(folder: Path, wanted: Mapping[str, bytes]) -> None:
    """Makes the folder hold these files, and no other JSON."""
    for name in stale(folder, wanted):
        path = folder / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(wanted[name])
        else:
            path.unlink()


def main(arguments: Sequence[str] | None = None, folder: Path = REFERENCE) -> int:
    """Exit status 1 when `--check` found something stale."""
    parser = argparse.ArgumentParser(prog="python -m schemas.specs", description="Writes docs/reference.")
    parser.add_argument("--check", action="store_true", help="write nothing; name what is stale")
    wanted = specs()
    if not parser.parse_args(arguments).check:
        write(folder, wanted)
        return 0
    old = stale(folder, wanted)
    for name in old:
        sys.stderr.write(f"docs/reference/{name} does not say what schemas/ says; run: make docs\n")
    return 1 if old else 0


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


if __name__ == "__main__":
    sys.exit(main())
