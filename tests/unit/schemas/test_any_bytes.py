"""Whatever the bytes: an event, or a refusal in words. Never anything else."""

import json

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.cloud_events import ATTRIBUTES, Headers
from schemas.dead_letters import BadRecord
from schemas.decode import decode_event
from schemas.encode import to_json
from schemas.events import Event
from tests.unit.schemas.records import COUNT, ce_headers, content, event, structured
from tests.unit.schemas.values import events, values

GOOD = json.dumps(COUNT).encode()

some_headers = st.lists(
    st.tuples(
        st.sampled_from(["ce_id", "CE_Type", "ce_specversion", "ce_time", "ce_source", "ce_", "content-type", "trace"]),
        st.none()
        | st.binary(max_size=12)
        | st.sampled_from([b"1.0", b"stock.counted", b"2026-01-31T08:00:00Z", b"application/cloudevents+json"]),
    ),
    max_size=6,
)


def outcome(value: bytes | None, headers: Headers = ()) -> Event | BadRecord:
    try:
        return decode_event(value, headers)
    except BadRecord as bad:
        return bad


def judge(value: bytes | None, headers: Headers = ()) -> None:
    """Decodes; a refusal must be fit for a dead letter and for a person, an event for a database and for us."""
    result = outcome(value, headers)
    if isinstance(result, BadRecord):
        assert len(result.reason) < 600
        assert result.reason.isprintable()
        assert result.field is None or result.field in result.reason
        to_json(result.reason)
    else:
        assert b"\\u0000" not in to_json(result)
        assert decode_event(to_json(result)) == result


@given(st.binary(max_size=200), some_headers)
@example(b"", [])
@example(b"{" * 100_000, [])
@example(b'{"a":' * 100_000, [])
@example(b"[" * 100_000, [("ce_id", b"1")])
@example(b'{"type":"stock.counted","lots":' + b"[" * 5_000 + b"]" * 5_000 + b"}", [])
@example(b'{"data_base64":"' + b"W1tb" * 50_000 + b'","specversion":"1.0"}', [])
@example(b"9" * 100_000, [])
@example(b'{"quantity":1e999999999}', [])
@example(b'{"id":"\\ud800"}', [])
@example(b'{"id":"\xed\xa0\x80"}', [])
@example(b'{"type":{"type":{}}}', [])
@example(b'{"type":"stock.counted","type":null}', [])
def test_any_bytes(value: bytes, headers: Headers) -> None:
    judge(value, headers)


@given(st.data())
def test_a_good_record_with_some_bytes_changed(data: st.DataObject) -> None:
    broken = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    judge(bytes(broken))


@given(values)
def test_any_json(value: object) -> None:
    judge(json.dumps(value).encode())


@given(events())
def test_any_event_in_all_three_forms(flat: dict[str, object]) -> None:
    judge(json.dumps(flat).encode())
    judge(json.dumps(structured(flat)).encode())
    judge(json.dumps(content(flat)).encode(), ce_headers({**COUNT, "type": flat.get("type", "")}))


@given(events())
def test_the_form_does_not_change_the_verdict(flat: dict[str, object]) -> None:
    flat = {name: value for name, value in flat.items() if name not in ("specversion", "data")}

    def counts_as(body: object, headers: Headers = ()) -> Event | None:
        result = outcome(msgspec.json.encode(body), headers)
        return None if isinstance(result, BadRecord) else result

    plain = counts_as(flat)
    assert counts_as(structured(flat)) == plain
    # With a backslash in it the record is looked at carefully: the quick way must come to the same result.
    assert counts_as({**flat, "note": "\\"}) == plain
    if all(isinstance(flat.get(name), str) for name in ATTRIBUTES):
        assert counts_as(content(flat), ce_headers(flat)) == plain


def test_deep_nesting_in_a_field_nobody_knows_is_refused_or_ignored_but_never_an_accident() -> None:
    for depth in (10, 400, 900, 1_100, 50_000):
        judge(json.dumps(event()).encode()[:-1] + b',"note":' + b"[" * depth + b"]" * depth + b"}")
