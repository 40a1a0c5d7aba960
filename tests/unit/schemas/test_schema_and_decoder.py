"""The published schemas and the decoder accept the same events.

What JSON Schema cannot say is listed here, and nothing else may differ.
"""

import json
from typing import Any

import pytest
from hypothesis import example, given

from schemas.dead_letters import BadRecord
from schemas.decode import decode_event
from schemas.json_schema import document, event_content, plain_event, structured_event
from schemas.messages import EVENT_TYPES
from tests.thoroughness import cases
from tests.unit.schemas.records import COUNT, LOT, event, scheduled, structured
from tests.unit.schemas.validation import validator
from tests.unit.schemas.values import events, values

PLAIN = {kind: validator(document(plain_event(kind), kind)) for kind in EVENT_TYPES}
STRUCTURED = {kind: validator(document(structured_event(kind, event_content(kind)), kind)) for kind in EVENT_TYPES}


def refused(body: object) -> BadRecord | None:
    try:
        decode_event(json.dumps(body).encode())
    except BadRecord as bad:
        return bad
    return None


def valid(body: object, schemas: dict[str, Any]) -> bool:
    kind = body.get("type") if isinstance(body, dict) else None
    return isinstance(kind, str) and kind in schemas and schemas[kind].is_valid(body)


def beyond_schemas(bad: BadRecord | None) -> bool:
    """The refusals that no schema can foresee: two fields compared, or how a number was written."""
    return bad is not None and (
        bad.reason.startswith("lots hold ")
        or "expected a date not before expected_on" in bad.reason
        # To JSON Schema 5.0 is a whole number; we take whole days only as 5.
        or (bad.field == "stockout_days" and ".0; expected" in bad.reason)
    )


@cases(200)
@given(events())
@example(event(lots=[LOT, {**LOT, "expires_on": "2199-12-31"}], quantity=60.0))
@example(event(specversion="1.0"))
@example(event(specversion=None))
@example(scheduled(deadline=None, line=None, supplier=None, origin=None))
@example(event("arrival.received", line="2", order=None))
@example(event("arrival.received", line=None, order=None))
@example(event("stock.adjusted", delta=0.0, reason="correction"))
@example(event("consumption.reported", period="2026-01\n"))
@example(event(id="line\n"))
def test_a_plain_event_is_valid_exactly_when_it_is_accepted(body: dict[str, Any]) -> None:
    bad = refused(body)
    assert valid(body, PLAIN) == (bad is None or beyond_schemas(bad)), bad and bad.reason


@given(events(), values)
@example(COUNT, "data")
def test_a_structured_event_is_valid_exactly_when_it_is_accepted(flat: dict[str, Any], extra: object) -> None:
    body = structured({name: each for name, each in flat.items() if name != "specversion"}, note=extra)
    bad = refused(body)
    assert valid(body, STRUCTURED) == (bad is None or beyond_schemas(bad)), bad and bad.reason


@given(values)
def test_other_json_is_neither_valid_nor_accepted(body: object) -> None:
    assert not valid(body, PLAIN)
    assert refused(body)


@pytest.mark.parametrize("time", ["2026-01-31 08:00:00-06:00", "2026-01-31t08:00:00z", "2026-01-31T08:00:00-0600"])
def test_looser_spellings_of_a_time_are_accepted_without_being_promised(time: str) -> None:
    assert refused(event(time=time)) is None
    assert not valid(event(time=time), PLAIN)


def test_content_in_base64_is_accepted_without_being_promised() -> None:
    packed = "eyJmYWNpbGl0eSI6IkRGSU1TMDAwNjA0IiwiaXRlbSI6IjAxMC4wMDAuNTQyMy4wMCIsInF1YW50aXR5Ijo0Mn0="
    body = structured(COUNT, data=..., data_base64=packed)
    assert refused(body) is None
    assert not valid(body, STRUCTURED)


@pytest.mark.parametrize(
    "body",
    [
        event(quantity=59, lots=[LOT, LOT]),
        scheduled(deadline="2026-02-11"),
        event("consumption.reported", period="2026-01", stockout_days=5.0),
    ],
)
def test_what_schemas_cannot_say_is_refused_all_the_same(body: dict[str, Any]) -> None:
    assert valid(body, PLAIN)
    assert beyond_schemas(refused(body))
