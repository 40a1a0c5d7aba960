"""Records as publishers send them, built in a line."""

import json
from typing import Any

import pytest

from schemas.cloud_events import ATTRIBUTES, Headers
from schemas.dead_letters import BadRecord
from schemas.decode import decode_event

COUNT: dict[str, Any] = {
    "type": "stock.counted",
    "id": "count-1",
    "source": "hospital-stock",
    "time": "2026-01-31T08:00:00-06:00",
    "facility": "DFIMS000604",
    "item": "010.000.5423.00",
    "quantity": 42,
}

LOT: dict[str, Any] = {"lot": "LT-1", "expires_on": "2026-09-30", "quantity": 30}

NUMBER = "a number from 0 to 1000000000"
TIME = "a date and time with its offset, such as 2026-01-31T08:00:00-06:00"
TYPES = (
    "one of arrival.cancelled, arrival.received, arrival.scheduled, consumption.reported, demand.unmet, "
    "stock.adjusted, stock.counted, stock.dispensed, stock.issued, stock.returned"
)
"""What a refusal says that it expected."""


def event(kind: str = "stock.counted", **fields: Any) -> dict[str, Any]:
    """A count, or an event of another type, with these fields instead or as well; `...` takes one away."""
    return {name: value for name, value in {**COUNT, "type": kind, **fields}.items() if value is not ...}


def scheduled(**fields: Any) -> dict[str, Any]:
    """An order line of ten pieces, expected on 12 February 2026."""
    return event("arrival.scheduled", **{"order": "PO-1", "quantity": 10, "expected_on": "2026-02-12", **fields})


def structured(flat: dict[str, Any], **around: Any) -> dict[str, Any]:
    """The same event as a CloudEvent in structured mode, with these members around its content."""
    attributes = {name: flat[name] for name in ATTRIBUTES if name in flat}
    content = {name: value for name, value in flat.items() if name not in ATTRIBUTES}
    whole = {"specversion": "1.0", **attributes, "data": content, **around}
    return {name: value for name, value in whole.items() if value is not ...}


def ce_headers(flat: dict[str, Any], **instead: bytes | None) -> list[tuple[str, bytes | None]]:
    """The headers of the same event in binary mode; a header given as `None` has no value."""
    headers: dict[str, bytes | None] = {"ce_specversion": b"1.0"}
    headers |= {f"ce_{name}": str(flat[name]).encode() for name in ATTRIBUTES}
    return list((headers | instead).items())


def content(flat: dict[str, Any]) -> dict[str, Any]:
    """The value of the same event in binary mode."""
    return {name: value for name, value in flat.items() if name not in ATTRIBUTES}


def refusal(body: dict[str, Any] | bytes | None, headers: Headers = ()) -> BadRecord:
    """Why that record is refused; fails the test when it is not."""
    value = json.dumps(body).encode() if isinstance(body, dict) else body
    with pytest.raises(BadRecord) as refused:
        decode_event(value, headers)
    return refused.value
