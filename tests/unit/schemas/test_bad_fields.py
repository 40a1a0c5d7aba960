"""A wrong field is refused with its fault, its path and a reason that its publisher can act on."""

import json
from typing import Any

import pytest

from schemas.messages import EVENT_TYPES
from tests.unit.schemas.records import (
    COUNT,
    LOT,
    NUMBER,
    TIME,
    TYPES,
    event,
    refusal,
    scheduled,
    structured,
)

ABOVE = "a number above 0 and up to 1000000000"
TEXT = "a text of 1 to 256 characters"

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
        event(time="2000-12-31T23:59:59Z"),
        "invalid_field",
        "time",
        "time is 2000-12-31T23:59:59+00:00; expected a time from 2001 on that is not in the future",
    ),
    (
        event(time="2200-01-01T00:00:00-12:00"),
        "future_time",
        "time",
        "time is 2200-01-01T00:00:00-12:00; expected a time from 2001 on that is not in the future",
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


def test_a_number_beyond_every_range_is_named_by_its_field() -> None:
    bad = refusal(json.dumps(COUNT).replace("42", "1e400").encode())
    assert (bad.fault, bad.field) == ("invalid_field", "quantity")
    assert bad.reason == f"quantity is a number of more than 18 digits; expected {NUMBER}"


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
