"""Each bad record is refused with its fault, its field and a reason that its publisher can act on."""

import json
from typing import Any

import pytest

from schemas.messages import EVENT_TYPES
from tests.unit.schemas.records import COUNT, LOT, ce_headers, content, event, refusal, scheduled, structured

NUMBER = "a number from 0 to 1000000000"
ABOVE = "a number above 0 and up to 1000000000"
TEXT = "a text of 1 to 256 characters"
TIME = "a date and time with its offset, such as 2026-01-31T08:00:00-06:00"
TYPES = (
    "one of arrival.cancelled, arrival.received, arrival.scheduled, consumption.reported, demand.unmet, "
    "stock.adjusted, stock.counted, stock.dispensed, stock.issued, stock.returned"
)

FIELDS: list[tuple[dict[str, Any], str, str, str]] = [
    (event(quantity=-5), "invalid_field", "quantity", f"quantity is -5; expected {NUMBER}"),
    (event(quantity=-0.5), "invalid_field", "quantity", f"quantity is -0.5; expected {NUMBER}"),
    (event(quantity=1_000_000_001), "invalid_field", "quantity", f"quantity is 1000000001; expected {NUMBER}"),
    (event(quantity="42"), "invalid_field", "quantity", f'quantity is "42"; expected {NUMBER}'),
    (event(quantity=None), "invalid_field", "quantity", f"quantity is null; expected {NUMBER}"),
    (event(quantity=True), "invalid_field", "quantity", f"quantity is true; expected {NUMBER}"),
    (event(quantity=[42]), "invalid_field", "quantity", f"quantity is a list; expected {NUMBER}"),
    (event(quantity={}), "invalid_field", "quantity", f"quantity is an object; expected {NUMBER}"),
    (
        event(quantity=10**400),
        "invalid_field",
        "quantity",
        f"quantity is a number of more than 18 digits; expected {NUMBER}",
    ),
    (event(quantity=...), "missing_field", "quantity", f"quantity is missing; expected {NUMBER}"),
    (event("stock.dispensed", quantity=0), "invalid_field", "quantity", f"quantity is 0; expected {ABOVE}"),
    (event("stock.count"), "unknown_type", "type", f'type is "stock.count"; expected {TYPES}'),
    (event(type=...), "missing_field", "type", f"type is missing; expected {TYPES}"),
    (event(type=7), "invalid_field", "type", f"type is 7; expected {TYPES}"),
    (event(id=""), "invalid_field", "id", f"id is an empty text; expected {TEXT}"),
    (event(id=17), "invalid_field", "id", f"id is 17; expected {TEXT}"),
    (event(id="x" * 257), "invalid_field", "id", f"id is a text of 257 characters; expected {TEXT}"),
    (event(source=...), "missing_field", "source", f"source is missing; expected {TEXT}"),
    (
        event(time="2026-01-31T08:00:00"),
        "naive_time",
        "time",
        f'time is "2026-01-31T08:00:00", without an offset; expected {TIME}',
    ),
    (event(time="31/01/2026"), "invalid_field", "time", f'time is "31/01/2026"; expected {TIME}'),
    (event(time="2026-02-30T08:00:00Z"), "invalid_field", "time", f'time is "2026-02-30T08:00:00Z"; expected {TIME}'),
    (event(time=1769868000), "invalid_field", "time", f"time is 1769868000; expected {TIME}"),
    (
        event(time="1999-12-31T23:59:59Z"),
        "invalid_field",
        "time",
        "time is 1999-12-31T23:59:59+00:00; expected a time from 2000 on that is not in the future",
    ),
    (
        event(time="2200-01-01T00:00:00-12:00"),
        "future_time",
        "time",
        "time is 2200-01-01T00:00:00-12:00; expected a time from 2000 on that is not in the future",
    ),
    (
        event(lots=[LOT, {**LOT, "expires_on": "09/2026"}]),
        "invalid_field",
        "lots[1].expires_on",
        'lots[1].expires_on is "09/2026"; expected a date such as 2026-01-31',
    ),
    (
        event(lots=[{"lot": "LT-1", "quantity": 1}]),
        "missing_field",
        "lots[0].expires_on",
        "lots[0].expires_on is missing; expected a date such as 2026-01-31",
    ),
    (
        event(lots=["LT-1"]),
        "invalid_field",
        "lots[0]",
        'lots[0] is "LT-1"; expected an object with lot, expires_on and quantity',
    ),
    (
        event(lots=None),
        "invalid_field",
        "lots",
        "lots is null; expected a list, each an object with lot, expires_on, quantity, state",
    ),
    (
        event(lots=[{**LOT, "state": "expired"}]),
        "invalid_field",
        "lots[0].state",
        'lots[0].state is "expired"; expected one of available, quarantined',
    ),
    (
        event("stock.adjusted", delta=-2, reason="stolen"),
        "invalid_field",
        "reason",
        'reason is "stolen"; expected one of correction, damaged, expired, found, lost, quarantined, released',
    ),
    (
        event("stock.adjusted", delta="-2", reason="lost"),
        "invalid_field",
        "delta",
        'delta is "-2"; expected a number from -1000000000 to 1000000000',
    ),
    (
        event("consumption.reported", period="2026-13"),
        "invalid_field",
        "period",
        'period is "2026-13"; expected a calendar month such as 2026-01',
    ),
    (
        event("consumption.reported", period="2026-01\n"),
        "invalid_field",
        "period",
        'period is "2026-01\\u000a"; expected a calendar month such as 2026-01',
    ),
    (
        event("consumption.reported", period="2026-01", stockout_days=32),
        "invalid_field",
        "stockout_days",
        "stockout_days is 32; expected a whole number from 0 to 31",
    ),
    (
        event("consumption.reported", period="2026-01", stockout_days=5.0),
        "invalid_field",
        "stockout_days",
        "stockout_days is 5.0; expected a whole number from 0 to 31",
    ),
    (
        scheduled(expected_on="2026-02-12T00:00:00Z"),
        "invalid_field",
        "expected_on",
        'expected_on is "2026-02-12T00:00:00Z"; expected a date such as 2026-01-31',
    ),
    (scheduled(order=...), "missing_field", "order", f"order is missing; expected {TEXT}"),
    (
        event(facility="DF\u0000"),
        "invalid_field",
        "facility",
        "facility holds the control character \\u0000; expected plain text",
    ),
    (
        event(lots=[LOT, {**LOT, "lot": "A\nB"}]),
        "invalid_field",
        "lots[1].lot",
        "lots[1].lot holds the control character \\u000a; expected plain text",
    ),
]


@pytest.mark.parametrize(("body", "fault", "field", "reason"), FIELDS, ids=[case[3][:40] for case in FIELDS])
def test_a_wrong_field_is_named_with_what_was_found_and_what_is_expected(
    body: dict[str, Any], fault: str, field: str, reason: str
) -> None:
    bad = refusal(body)
    assert (bad.fault, bad.field, bad.reason) == (fault, field, reason)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "the record has no value (a tombstone); expected an event in JSON"),
        (b"", "the record is empty; expected an event in JSON"),
        (b" \r\n", "the record is empty; expected an event in JSON"),
        (b"\xef\xbb\xbf{}", "the record begins with a byte order mark; expected JSON in UTF-8 without one"),
        ("{}".encode("utf-16"), "the record begins with a byte order mark; expected JSON in UTF-8 without one"),
        (b'{"type": "stock.counted", "id": "\xff"}', "the record is not text in UTF-8; expected JSON in UTF-8"),
        (b'{"type": "stock.counted"', "the record is not JSON: it ends in the middle"),
        (
            b'{"type": "\\ud83d"}',
            "the record is not JSON: it ends in the middle, or of a surrogate pair such as \\ud83d\\ude00",
        ),
        (
            b'{"type": "\\ud83d stock.counted"}',
            "the record is not JSON: unexpected end of escaped utf-16 surrogate pair (byte 16)",
        ),
        (
            b'{"type": "stock.counted", "quantity": NaN}',
            "the record is not JSON: NaN is no number in it; leave out a field that has no value",
        ),
        (
            b'{"type": "stock.counted", "quantity": -Infinity}',
            "the record is not JSON: Infinity is no number in it; leave out a field that has no value",
        ),
        (b"stock.counted", "the record is not JSON: invalid character (byte 0)"),
        (b"{'type': 1}", "the record is not JSON: object keys must be strings (byte 1)"),
        (b'{"a": 1}{"b": 2}', "the record is not JSON: trailing characters (byte 9)"),
        (
            b'[{"type": "stock.counted"}]',
            "the record is a list; expected one JSON object: each event in a record of its own",
        ),
        (b'"stock.counted"', "the record is a single JSON value; expected an object with the event"),
        (b"null", "the record is a single JSON value; expected an object with the event"),
        (b'{"type": ' + b"[" * 100_000, "the record is nested too deeply; expected an event in JSON"),
        (
            b'{"quantity": ' + b"9" * 5000 + b"}",
            "the record holds a number of thousands of digits; expected an event in JSON",
        ),
    ],
)
def test_a_record_that_cannot_be_read_says_why(value: bytes | None, reason: str) -> None:
    bad = refusal(value)
    assert (bad.fault, bad.field, bad.reason) == ("undecodable", None, reason)


def test_a_number_beyond_every_range_is_named_by_its_field() -> None:
    bad = refusal(json.dumps(COUNT).replace("42", "1e400").encode())
    assert (bad.fault, bad.field) == ("invalid_field", "quantity")
    assert bad.reason == f"quantity is a number of more than 18 digits; expected {NUMBER}"


CLOUD: list[tuple[dict[str, Any], str, str, str]] = [
    (
        structured(COUNT, specversion="0.3"),
        "invalid_field",
        "specversion",
        'specversion names a version of CloudEvents that is not taken; expected "1.0"',
    ),
    (
        structured(COUNT, data=...),
        "missing_field",
        "data",
        "data is missing; a CloudEvent has facility, item and the rest in an object data",
    ),
    (
        {**COUNT, "specversion": "1.0"},
        "missing_field",
        "data",
        "data is missing; a CloudEvent has facility, item and the rest in an object data",
    ),
    (
        structured(COUNT, data="quantity=42"),
        "invalid_field",
        "data",
        "data is no object; expected facility, item and the rest in it",
    ),
    (
        structured(COUNT, data_base64="e30="),
        "invalid_field",
        "data",
        "data and data_base64 are both there; expected one of them",
    ),
    (
        structured(COUNT, data=..., data_base64="not base64"),
        "invalid_field",
        "data_base64",
        "data_base64 is no JSON in base64; expected an event's content",
    ),
    (structured(COUNT, time=...), "missing_field", "time", f"time is missing; expected {TIME}"),
    (
        structured(event(item=...)),
        "missing_field",
        "item",
        "item is missing inside data; expected a text of 1 to 64 characters",
    ),
    (
        structured(event(lots=[{**LOT, "quantity": -1}])),
        "invalid_field",
        "lots[0].quantity",
        f"lots[0].quantity inside data is -1; expected {NUMBER}",
    ),
    (structured(event("stock.count")), "unknown_type", "type", f'type is "stock.count"; expected {TYPES}'),
]


@pytest.mark.parametrize(("body", "fault", "field", "reason"), CLOUD, ids=[case[3][:40] for case in CLOUD])
def test_a_wrong_structured_cloud_event_says_where_to_look(
    body: dict[str, Any], fault: str, field: str, reason: str
) -> None:
    bad = refusal(body)
    assert (bad.fault, bad.field, bad.reason) == (fault, field, reason)


@pytest.mark.parametrize(
    ("headers", "fault", "field", "reason"),
    [
        (
            ce_headers(COUNT, ce_specversion=None),
            "missing_field",
            "specversion",
            'specversion is missing in the header ce_specversion; expected "1.0"',
        ),
        (
            ce_headers(COUNT, ce_specversion=b"2.0"),
            "invalid_field",
            "specversion",
            'specversion in the header ce_specversion names a version of CloudEvents that is not taken; expected "1.0"',
        ),
        (
            ce_headers(COUNT, ce_time=None),
            "missing_field",
            "time",
            f"time is missing in the header ce_time; expected {TIME}",
        ),
        (
            ce_headers(COUNT, ce_time=b"2026-01-31T08:00:00"),
            "naive_time",
            "time",
            f'time in the header ce_time is "2026-01-31T08:00:00", without an offset; expected {TIME}',
        ),
        (
            ce_headers(COUNT, ce_type=b"stock.count"),
            "unknown_type",
            "type",
            f'type in the header ce_type is "stock.count"; expected {TYPES}',
        ),
        (ce_headers(COUNT, ce_id=b"\xff"), "undecodable", "id", "the header ce_id is not text in UTF-8"),
        (
            ce_headers(COUNT, ce_id=b"a\x00"),
            "invalid_field",
            "id",
            "id holds the control character \\u0000; expected plain text",
        ),
        (
            [("content-type", b"application/cloudevents+json")],
            "missing_field",
            "specversion",
            'specversion is missing; expected "1.0"',
        ),
        (
            [("content-type", b"application/cloudevents-batch+json")],
            "undecodable",
            None,
            "the record is a batch of CloudEvents; expected each event in a record of its own",
        ),
        (
            [("content-type", b"application/cloudevents+avro")],
            "undecodable",
            None,
            "the content-type is a CloudEvents format that is not taken; expected application/cloudevents+json",
        ),
    ],
)
def test_wrong_headers_are_named(
    headers: list[tuple[str, bytes | None]], fault: str, field: str | None, reason: str
) -> None:
    bad = refusal(content(COUNT), headers)
    assert (bad.fault, bad.field, bad.reason) == (fault, field, reason)


def test_a_binary_cloud_event_without_content_is_refused() -> None:
    assert refusal(None, ce_headers(COUNT)).fault == "undecodable"


def test_every_known_type_is_named_to_who_sent_another() -> None:
    reason = refusal(event("stock.count")).reason
    assert len(EVENT_TYPES) == 10
    assert all(kind in reason for kind in EVENT_TYPES)


@pytest.mark.parametrize(
    "body",
    [
        event(quantity=-1, patient="Rosa"),
        event(quantity={"patient": "Rosa"}),
        event(source="Rosa" * 65),
        event(lots=[{**LOT, "lot": "Rosa" * 17}]),
        scheduled(supplier=["Rosa"]),
        structured(COUNT, data="Rosa"),
    ],
)
def test_what_may_name_a_patient_is_never_repeated(body: dict[str, Any]) -> None:
    assert "Rosa" not in refusal(body).reason


def test_a_long_value_is_cut_in_the_reason() -> None:
    reason = refusal(event(time="2" * 5000)).reason
    assert '"' + "2" * 80 + '…"' in reason
    assert len(reason) < 250
