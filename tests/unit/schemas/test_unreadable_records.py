"""Bytes that are no event in JSON are refused with what is wrong about them."""

import pytest

from tests.unit.schemas.records import refusal


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
