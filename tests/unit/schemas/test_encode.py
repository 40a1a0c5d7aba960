"""What a publisher writes is what we read."""

import json
from collections.abc import Callable

import pytest

from schemas import examples
from schemas.channels import INVENTORY
from schemas.decode import decode_event
from schemas.encode import Record, as_binary, as_plain, as_structured, to_json
from schemas.events import Event

EVENTS = [event for pair in examples.EVENTS.values() for event in pair]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.id)
@pytest.mark.parametrize("form", [as_plain, as_structured, as_binary])
def test_every_event_survives_every_form(form: Callable[[Event], Record], event: Event) -> None:
    record = form(event)
    assert decode_event(record.value, record.headers) == event
    assert record.key == f"{event.facility}|{event.item}".encode()


def test_a_count_in_its_three_forms() -> None:
    event = examples.EVENTS["stock.counted"][0]
    plain, structured, binary = as_plain(event), as_structured(event), as_binary(event)
    assert {record.topic for record in (plain, structured, binary)} == {INVENTORY}
    content = {"facility": "DFIMS000604", "item": "010.000.5423.00", "quantity": 0}
    attributes = {
        "type": "stock.counted",
        "id": "count-310",
        "source": "hospital-stock",
        "time": "2026-01-31T08:00:00-06:00",
    }
    assert json.loads(plain.value) == {**attributes, **content}
    assert plain.headers == ()
    assert json.loads(structured.value) == {"specversion": "1.0", **attributes, "data": content}
    assert structured.headers == (("content-type", b"application/cloudevents+json"),)
    assert json.loads(binary.value) == content
    assert dict(binary.headers) == {
        "ce_specversion": b"1.0",
        "ce_type": b"stock.counted",
        "ce_id": b"count-310",
        "ce_source": b"hospital-stock",
        "ce_time": b"2026-01-31T08:00:00-06:00",
        "content-type": b"application/json",
    }


def test_a_dead_letter_carries_its_bytes_in_base64() -> None:
    written = json.loads(to_json(examples.DEAD_LETTERS[1]))
    assert written["key"] == "REZJTVMwMDA2MDR8MDEwLjAwMC41NDIzLjAw"
    assert written["headers"] == [["traceparent", "MDAtNGJmOTJmMzU="], ["note", None]]
