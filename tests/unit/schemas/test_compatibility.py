"""Publishers and readers who know version 1 are never broken: not by their messages, not by ours."""

import json
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from schemas.decode import decode_event
from schemas.messages import EVENT_TYPES, OUTPUTS
from schemas.specs import specs
from tests.unit.schemas.compatibility import breaks, values_of
from tests.unit.schemas.freeze import EXAMPLES, SCHEMAS, frozen_files
from tests.unit.schemas.validation import validator

CURRENT = {name: json.loads(content) for name, content in specs().items() if name != "asyncapi.json"}
FROZEN = {path.relative_to(SCHEMAS).as_posix(): json.loads(path.read_bytes()) for path in SCHEMAS.rglob("*.json")}
OLD_EXAMPLES = sorted(EXAMPLES.glob("*.json"))


def schema_name(example: Path) -> str:
    """The schema of an example: `stock.counted.full.json` is of `events/stock.counted.schema.json`."""
    message = example.name.rsplit(".", 2)[0]
    return f"{'events' if message in EVENT_TYPES else 'messages'}/{message}.schema.json"


def test_every_message_is_frozen_with_its_examples() -> None:
    missing = [path.name for path in frozen_files() if not path.exists()]
    assert not missing, "a new message: freeze it with `python -m tests.unit.schemas.freeze`"
    assert FROZEN.keys() == CURRENT.keys()


def known_kinds(frozen: dict[str, Any], current: dict[str, Any]) -> dict[str, Any]:
    """The current schema without kinds of catalogue entries that are new since: each is a message of its own, frozen as
    one, and who does not know it leaves it out and says so."""
    if "oneOf" not in frozen:
        return current
    titles = {kind["title"] for kind in frozen["oneOf"]}
    return {**current, "oneOf": [kind for kind in current["oneOf"] if kind["title"] in titles]}


@pytest.mark.parametrize("name", FROZEN)
def test_nothing_breaks_who_knows_version_1(name: str) -> None:
    assert breaks(FROZEN[name], known_kinds(FROZEN[name], CURRENT[name])) == []


@pytest.mark.parametrize("example", OLD_EXAMPLES, ids=lambda path: path.name)
def test_old_examples_are_still_valid(example: Path) -> None:
    validator(CURRENT[schema_name(example)]).validate(json.loads(example.read_bytes()))


@pytest.mark.parametrize("example", OLD_EXAMPLES, ids=lambda path: path.name)
def test_old_examples_are_still_read_with_all_they_say(example: Path) -> None:
    text = example.read_bytes()
    message = example.name.rsplit(".", 2)[0]
    read = decode_event(text) if message in EVENT_TYPES else msgspec.json.decode(text, type=OUTPUTS[message])
    # As JSON again, with what defaults leave out: nothing that was said may be lost.
    again = json.loads(msgspec.json.encode(read))
    assert again == {**again, **json.loads(text)}


def test_new_examples_are_valid_for_who_knows_version_1() -> None:
    examples = {path: content for path, content in frozen_files().items() if path.parent == EXAMPLES}
    assert len(examples) == len(OLD_EXAMPLES)
    for path, content in examples.items():
        validator(FROZEN[schema_name(path)]).validate(json.loads(content))


@pytest.mark.parametrize("name", [name for name in FROZEN if not name.startswith("messages/")])
def test_events_at_the_edges_of_version_1_still_count(name: str) -> None:
    edges = values_of(FROZEN[name])
    assert len(edges) > 10
    for event in edges:
        decode_event(json.dumps(event).encode())


class Notice(msgspec.Struct):
    """What a message looked like, before somebody changed it."""

    facility: str
    pieces: float
    state: Literal["open", "closed"]
    note: str | None = None


def schema_of(message: type[msgspec.Struct]) -> dict[str, Any]:
    (schema,), definitions = msgspec.json.schema_components([message], ref_template="#/$defs/{name}")
    return {**definitions[schema["$ref"].rpartition("/")[2]], "$defs": definitions}


FACILITY, PIECES, STATE, NOTE = fields = (
    ("facility", str),
    ("pieces", float),
    ("state", Literal["open", "closed"]),
    ("note", str | None, None),
)


@pytest.mark.parametrize(
    "fields",
    [
        fields,
        (*fields, ("ward", str | None, None)),
        (*fields, ("wards", tuple[str, ...], ())),
        (NOTE, STATE, PIECES, FACILITY),
    ],
    ids=["unchanged", "optional field added", "optional list added", "order changed"],
)
def test_a_change_that_breaks_nobody_passes(fields: Any) -> None:
    changed = msgspec.defstruct("Notice", fields, kw_only=True)
    assert breaks(schema_of(Notice), schema_of(changed)) == []


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ((FACILITY, PIECES, STATE, ("remark", str | None, None)), "gone: note"),
        ((FACILITY, PIECES, STATE), "gone: note"),
        ((("unit", str), PIECES, STATE, NOTE), "gone: facility"),
        ((PIECES, STATE, NOTE), "not valid for those who know the old schema"),
        ((*fields, ("ward", str)), "no longer valid"),
        ((FACILITY, ("pieces", int), STATE, NOTE), "no longer valid"),
        ((FACILITY, PIECES, ("state", Literal["open"]), NOTE), "no longer valid"),
        ((FACILITY, PIECES, ("state", Literal["open", "closed", "void"]), NOTE), "not valid for those"),
        ((FACILITY, ("pieces", float | None), STATE, NOTE), "not valid for those"),
        ((FACILITY, PIECES, STATE, ("note", str, "")), "no longer valid"),
        ((("facility", str, ""), PIECES, STATE, NOTE), "not valid for those"),
    ],
    ids=[
        "optional field renamed",
        "optional field removed",
        "field renamed",
        "field removed",
        "required field added",
        "number narrowed",
        "word removed",
        "word added",
        "null where none was",
        "null forbidden",
        "required field may be left out",
    ],
)
def test_a_breaking_change_is_found(fields: Any, found: str) -> None:
    changed = msgspec.defstruct("Notice", fields, kw_only=True)
    assert any(found in sentence for sentence in breaks(schema_of(Notice), schema_of(changed)))


def test_narrower_bounds_are_found_on_both_sides() -> None:
    wide = {"type": "object", "properties": {"id": {"type": "string", "maxLength": 256}}, "required": ["id"]}
    narrow = {"type": "object", "properties": {"id": {"type": "string", "maxLength": 255}}, "required": ["id"]}
    assert "no longer valid" in breaks(wide, narrow)[0]
    assert "not valid for those who know the old schema" in breaks(narrow, wide)[0]
