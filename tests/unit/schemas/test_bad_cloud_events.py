"""A wrong CloudEvent is refused with where to look: in its data, around it, or in a header of the record."""

from typing import Any

import pytest

from tests.unit.schemas.records import (
    COUNT,
    LOT,
    NUMBER,
    TIME,
    TYPES,
    ce_headers,
    content,
    event,
    refusal,
    structured,
)

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
    bad = refusal(None, ce_headers(COUNT))
    assert (bad.fault, bad.field) == ("undecodable", None)
    assert "no value" in bad.reason
