"""The AsyncAPI document hangs together.

Its official schema comes in no Python package; the document was checked against it by hand. What is tested here on
every run are the rules of AsyncAPI 3.0 that a change of ours could break.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator

from schemas.channels import CHANGELOG, INPUTS, REKEYED, TOPIC_OF, WIDE_CHANGELOG
from schemas.messages import EVENT_TYPES, OUTPUTS
from schemas.specs import specs

DOCUMENT = json.loads(specs()["asyncapi.json"])
CHANNELS = DOCUMENT["channels"]
OPERATIONS = DOCUMENT["operations"]
MESSAGES = DOCUMENT["components"]["messages"]
SCHEMAS = DOCUMENT["components"]["schemas"]

ALLOWED = {
    "": {"asyncapi", "id", "info", "defaultContentType", "channels", "operations", "components"},
    "info": {"title", "version", "description"},
    "channels": {"address", "description", "messages", "bindings"},
    "operations": {"action", "channel", "summary", "messages"},
    "messages": {"name", "title", "summary", "contentType", "headers", "payload", "bindings", "examples"},
}
"""The members we use, of those that the specification allows (an unknown one is an error there)."""


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def resolved(reference: str) -> Any:
    assert reference.startswith("#/"), "the document stands alone"
    found: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def test_every_reference_leads_somewhere() -> None:
    all_references = list(references(DOCUMENT))
    assert len(all_references) > 100
    for reference in all_references:
        assert isinstance(resolved(reference), dict)


def test_members_are_known_and_the_required_ones_there() -> None:
    assert DOCUMENT.keys() <= ALLOWED[""]
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert DOCUMENT["info"].keys() == ALLOWED["info"]
    for section, objects in (("channels", CHANNELS), ("operations", OPERATIONS), ("messages", MESSAGES)):
        for each in objects.values():
            assert each.keys() <= ALLOWED[section]
    for operation in OPERATIONS.values():
        assert operation["action"] in ("send", "receive")


def test_every_message_is_on_one_channel_and_in_one_operation() -> None:
    on_channels = [ref["$ref"] for channel in CHANNELS.values() for ref in channel["messages"].values()]
    assert sorted(on_channels) == sorted(f"#/components/messages/{name}" for name in MESSAGES)
    in_operations = [ref["$ref"] for operation in OPERATIONS.values() for ref in operation["messages"]]
    assert sorted(in_operations) == sorted(
        f"#/channels/{short}/messages/{name}" for short, channel in CHANNELS.items() for name in channel["messages"]
    )
    for operation in OPERATIONS.values():
        for message in operation["messages"]:
            assert message["$ref"].startswith(operation["channel"]["$ref"] + "/messages/")


def test_every_topic_but_the_engine_s_own_is_a_channel() -> None:
    from schemas import channels

    topics = {topic for topic in vars(channels).values() if isinstance(topic, str) and topic.startswith("abasto.")}
    assert {channel["address"] for channel in CHANNELS.values()} == topics - {CHANGELOG, REKEYED, WIDE_CHANGELOG}


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_event_is_received_in_three_forms_on_its_topic(kind: str) -> None:
    event = EVENT_TYPES[kind]
    channel = next(each for each in CHANNELS.values() if each["address"] == TOPIC_OF[event])
    forms = [MESSAGES[name] for name in channel["messages"] if MESSAGES[name]["name"] == kind]
    assert [form["contentType"] for form in forms] == [
        "application/json",
        "application/cloudevents+json",
        "application/json",
    ]
    binary = resolved(forms[2]["headers"]["$ref"])
    assert binary["required"] == ["ce_specversion", "ce_type", "ce_id", "ce_source", "ce_time"]


def test_abasto_receives_events_and_the_catalogue_and_sends_the_rest() -> None:
    received = {
        resolved(operation["channel"]["$ref"])["address"]
        for operation in OPERATIONS.values()
        if operation["action"] == "receive"
    }
    assert received == {*INPUTS, "abasto.catalogue.v1"}


def test_every_message_says_what_its_kafka_key_is() -> None:
    for message in MESSAGES.values():
        assert message["bindings"]["kafka"]["key"]["type"] == "string"
        assert message["bindings"]["kafka"]["key"]["description"]


def test_every_schema_is_used_and_valid_for_the_default_format() -> None:
    used = {reference.rpartition("/")[2] for reference in references(DOCUMENT) if "/schemas/" in reference}
    assert used == SCHEMAS.keys()
    for schema in SCHEMAS.values():
        Draft7Validator.check_schema(schema)
    assert OUTPUTS.keys() < SCHEMAS.keys()


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_shows_valid_examples(name: str) -> None:
    message = MESSAGES[name]
    assert message["examples"]
    for example in message["examples"]:
        Draft7Validator({**DOCUMENT, **message["payload"]}).validate(example["payload"])
        if "headers" in message:
            Draft7Validator({**DOCUMENT, **message["headers"]}).validate(example["headers"])
