"""One event, three forms, the same result."""

import base64
import datetime as dt
import json
from collections.abc import Callable

import pytest

from schemas.decode import decode_event
from schemas.events import Lot, StockCounted
from tests.unit.schemas.records import LOT, ce_headers, content, event, refusal, structured

COUNTED = decode_event(json.dumps(event(lots=[LOT])).encode())


def test_plain_json_becomes_an_event() -> None:
    expected = StockCounted(
        id="count-1",
        source="hospital-stock",
        time=dt.datetime.fromisoformat("2026-01-31T08:00:00-06:00"),
        facility="DFIMS000604",
        item="010.000.5423.00",
        quantity=42,
        lots=(Lot("LT-1", dt.date(2026, 9, 30), 30),),
    )
    assert expected == COUNTED


def test_unknown_fields_are_ignored() -> None:
    flat = event(lots=[{**LOT, "shelf": {"row": 3}}], ward="B4", notes=["x", None])
    assert decode_event(json.dumps(flat).encode()) == COUNTED


def test_headers_of_others_leave_plain_json_plain() -> None:
    headers = [("traceparent", b"00-4bf9"), ("content-type", b"application/json"), ("note", None)]
    assert decode_event(json.dumps(event(lots=[LOT])).encode(), headers) == COUNTED


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("content-type", b"application/cloudevents+json")],
        [("Content-Type", b"application/CloudEvents+JSON; charset=UTF-8")],
        [("content-type", b"application/cloudevents+json"), ("ce_specversion", b"1.0"), ("ce_id", b"another")],
    ],
)
def test_a_structured_cloud_event_says_the_same(headers: list[tuple[str, bytes]]) -> None:
    assert decode_event(json.dumps(structured(event(lots=[LOT]))).encode(), headers) == COUNTED


def test_the_content_of_a_structured_cloud_event_may_come_in_base64() -> None:
    packed = base64.b64encode(json.dumps(content(event(lots=[LOT]))).encode()).decode()
    body = structured(event(), data=..., data_base64=packed)
    assert decode_event(json.dumps(body).encode()) == COUNTED


@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
def test_a_binary_cloud_event_says_the_same_however_its_headers_are_spelt(spelling: Callable[[str], str]) -> None:
    flat = event(lots=[LOT])
    headers = [(spelling(name), value) for name, value in ce_headers(flat)]
    assert decode_event(json.dumps(content(flat)).encode(), headers) == COUNTED


def test_header_values_are_taken_as_they_are() -> None:
    # In the Kafka binding nothing is percent-encoded: decoding would make another identity of "50%25".
    flat = event(id="50%25 niño")
    assert decode_event(json.dumps(content(flat)).encode(), ce_headers(flat)).id == "50%25 niño"


def test_the_last_of_two_equal_headers_counts() -> None:
    flat = event()
    headers = [("ce_id", b"overwritten"), *ce_headers(flat)]
    assert decode_event(json.dumps(content(flat)).encode(), headers).id == "count-1"


def test_attributes_win_over_their_namesakes_in_the_content() -> None:
    inner = {**content(event()), "id": "inner", "time": "2020-01-01T00:00:00Z", "type": "stock.dispensed"}
    decoded = decode_event(json.dumps(inner).encode(), ce_headers(event()))
    assert (decoded.id, type(decoded)) == ("count-1", StockCounted)
    assert decode_event(json.dumps(structured(event(), data=inner)).encode()).id == "count-1"


def test_a_time_within_the_content_does_not_stand_in_for_the_attribute() -> None:
    bad = refusal(structured(event(), time=..., data={**content(event()), "time": "2026-01-31T08:00:00Z"}))
    assert (bad.fault, bad.field) == ("missing_field", "time")


def test_a_cloud_event_with_all_fields_around_its_data_counts_by_its_data() -> None:
    # All of a plain event as extensions, and other content: reading it as plain would count 42.
    both = {**event(), "specversion": "1.0", "data": {**content(event()), "quantity": 7}}
    escaped = json.dumps(both).replace("specversion", "sp\\u0065cversion")
    for text in (json.dumps(both), escaped):
        counted = decode_event(text.encode())
        assert isinstance(counted, StockCounted)
        assert counted.quantity == 7


def test_the_word_specversion_deeper_down_changes_nothing() -> None:
    flat = event(lots=[LOT], upstream={"specversion": "1.0"}, note='says "specversion" twice \\ once')
    assert decode_event(json.dumps(flat).encode()) == COUNTED


def test_escapes_of_plain_letters_are_read() -> None:
    text = json.dumps(event(source="farmacia-ñ")).replace("DFIMS", "\\u0044FIMS")
    decoded = decode_event(text.encode())
    assert (decoded.facility, decoded.source) == ("DFIMS000604", "farmacia-ñ")


def test_of_a_field_given_twice_the_last_counts() -> None:
    text = json.dumps(event()).replace('"quantity": 42', '"quantity": 1, "quantity": 42, "type": "stock.counted"')
    assert decode_event(text.encode()) == decode_event(json.dumps(event()).encode())


def test_quantities_keep_whether_they_were_whole_or_decimal() -> None:
    whole, decimal = (decode_event(json.dumps(event(quantity=each)).encode()) for each in (5, 0.25))
    assert isinstance(whole, StockCounted)
    assert isinstance(decimal, StockCounted)
    assert (type(whole.quantity), decimal.quantity) == (int, 0.25)


@pytest.mark.parametrize("time", ["2026-01-31 08:00:00-06:00", "2026-01-31t08:00:00-0600", "2026-01-31T14:00:00z"])
def test_times_in_looser_spellings_are_taken_too(time: str) -> None:
    assert decode_event(json.dumps(event(lots=[LOT], time=time)).encode()) == COUNTED
