"""What docs/events.md tells a publisher is true."""

import json
import re
from typing import get_args

import msgspec
import pytest

from schemas.channels import TOPIC_OF
from schemas.dead_letters import DeadLetter, Fault
from schemas.decode import decode_event
from schemas.events import QUANTITY_LIMIT, Envelope
from schemas.messages import EVENT_TYPES
from schemas.specs import REFERENCE
from supply.intake import FUTURE_TOLERANCE_MS, RECORD_BYTES_LIMIT
from tests.unit.schemas.records import ce_headers

PAGE = (REFERENCE.parent / "events.md").read_text(encoding="utf-8")
SECTIONS: dict[str, str] = dict(re.findall(r"^#+ (.+)\n((?:(?!^#).*\n?)*)", PAGE, re.MULTILINE))
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_type_has_its_topic_its_fields_and_an_example_that_counts(kind: str) -> None:
    event = EVENT_TYPES[kind]
    section = SECTIONS[f"`{kind}` on `{TOPIC_OF[event]}`"]
    rows = dict(re.findall(r"^\| `(\w+)` \| (required|optional) \|", section, re.MULTILINE))
    own = [field for field in msgspec.structs.fields(event) if field.name not in Envelope.__struct_fields__]
    assert rows == {field.name: "required" if field.required else "optional" for field in own}
    (example,) = re.findall(r"```json\n(.*?)```", section, re.DOTALL)
    assert type(decode_event(example.encode())) is event


def test_the_fields_of_every_event_are_described() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", SECTIONS["Fields of every event"], re.MULTILINE)
    assert sorted(rows) == sorted(("type", *Envelope.__struct_fields__))


def test_all_examples_are_what_they_say() -> None:
    assert len(EXAMPLES) == len(EVENT_TYPES) + 2
    for example in EXAMPLES:
        if "fault" in json.loads(example):
            assert msgspec.json.decode(example, type=DeadLetter).key == b"DFIMS000604|010.000.5423.00"
        else:
            decode_event(example.encode())


def test_the_three_forms_say_the_same() -> None:
    forms = SECTIONS["Three forms of the same event"]
    plain = re.search(r"^value  (\{.*?\})\n```", SECTIONS["In a minute"], re.DOTALL | re.MULTILINE)
    structured = re.search(r"```json\n(.*?)```", forms, re.DOTALL)
    binary = re.search(r"```\n(ce_.*?)\n\n(\{.*?\})\n```", forms, re.DOTALL)
    assert plain
    assert structured
    assert binary
    event = decode_event(plain[1].encode())
    headers = [(name, value.encode()) for name, value in re.findall(r"^(\S+): (.*)$", binary[1], re.MULTILINE)]
    assert headers[:-1] == ce_headers(json.loads(plain[1]))
    assert decode_event(structured[1].encode()) == event == decode_event(binary[2].encode(), headers)


def test_every_fault_is_explained() -> None:
    table = SECTIONS["What happens to a bad record"].partition("| fault |")[2].partition("\n\n")[0]
    cells = "".join(re.findall(r"^\| (.*?) \|", table, re.MULTILINE))
    assert sorted(re.findall(r"`(\w+)`", cells)) == sorted(get_args(Fault))


def test_the_limits_are_those_of_the_door() -> None:
    assert f"more than {RECORD_BYTES_LIMIT // 1024} KiB" in PAGE
    assert f"more than {FUTURE_TOLERANCE_MS // 60_000} minutes ahead" in PAGE
    assert f"at most {QUANTITY_LIMIT:,}" in PAGE
