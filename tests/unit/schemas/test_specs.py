"""The reference is what the messages are: generated, current and valid."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from schemas import examples
from schemas.encode import as_plain, as_structured
from schemas.json_schema import DIALECT
from schemas.messages import EVENT_TYPES
from schemas.specs import REFERENCE, main, specs, stale, write
from tests.unit.schemas.validation import validator

DOCUMENTS: dict[str, dict[str, Any]] = {
    name: json.loads(content) for name, content in specs().items() if name != "asyncapi.json"
}


def test_the_checked_in_reference_is_current() -> None:
    assert main(["--check"]) == 0


def test_generating_twice_gives_the_same_bytes() -> None:
    assert specs() == specs()


def test_a_stale_a_missing_and_a_foreign_file_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, specs())
    assert main(["--check"], tmp_path) == 0
    (tmp_path / "asyncapi.json").write_text("{}")
    (tmp_path / "events" / "stock.counted.schema.json").unlink()
    (tmp_path / "events" / "stock.stolen.schema.json").write_text("{}")
    assert main(["--check"], tmp_path) == 1
    told = capsys.readouterr().err
    for name in ("asyncapi.json", "events/stock.counted.schema.json", "events/stock.stolen.schema.json"):
        assert f"docs/reference/{name} does not say what schemas/ says; run: make docs" in told
    assert main([], tmp_path) == 0
    assert stale(tmp_path, specs()) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_schema_is_valid_json_schema(name: str) -> None:
    schema = DOCUMENTS[name]
    assert schema["$schema"] == DIALECT
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_schema_keeps_to_what_draft_7_means_the_same_by(name: str) -> None:
    def walk(schema: object) -> None:
        if isinstance(schema, dict):
            assert "$ref" not in schema or len(schema) == 1  # neighbours of a reference do not count there
            assert not schema.keys() & {"prefixItems", "dependentRequired", "unevaluatedProperties", "discriminator"}
            for each in schema.values():
                walk(each)
        elif isinstance(schema, list):
            for each in schema:
                walk(each)

    walk(DOCUMENTS[name])
    Draft7Validator.check_schema(DOCUMENTS[name])


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_the_examples_of_events_are_valid(kind: str) -> None:
    for event in examples.EVENTS[kind]:
        plain, structured = as_plain(event).value, as_structured(event).value
        validator(DOCUMENTS[f"events/{kind}.schema.json"]).validate(json.loads(plain))
        validator(DOCUMENTS[f"cloudevents/{kind}.schema.json"]).validate(json.loads(structured))


def test_the_examples_show_every_field_in_its_fullest_form() -> None:
    for kind, (_, fullest) in examples.EVENTS.items():
        described = DOCUMENTS[f"events/{kind}.schema.json"]["properties"].keys() - {"specversion"}
        assert json.loads(as_plain(fullest).value).keys() == described


@pytest.mark.parametrize("message", examples.OUTPUTS, ids=lambda message: message.__name__)
def test_the_examples_of_other_messages_are_valid(message: type) -> None:
    from schemas.encode import to_json

    for example in examples.OUTPUTS[message]:
        written = json.loads(to_json(example))
        validator(DOCUMENTS[f"messages/{message.__name__}.schema.json"]).validate(written)
        if "entry" in written:
            validator(DOCUMENTS["messages/CatalogueEntry.schema.json"]).validate(written)


def test_consumers_are_told_which_words_will_become_more() -> None:
    alert = DOCUMENTS["messages/Alert.schema.json"]["properties"]
    assert validator(alert["condition"]).is_valid("expiry_risk")
    assert not validator(alert["state"]).is_valid("snoozed")
    assert validator(DOCUMENTS["messages/DeadLetter.schema.json"]["properties"]["fault"]).is_valid("forbidden")


def test_the_reference_folder_is_part_of_the_documentation() -> None:
    assert REFERENCE.parts[-2:] == ("docs", "reference")
