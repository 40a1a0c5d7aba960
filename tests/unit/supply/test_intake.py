"""The door: what is let in and under which code, and what every bad record is told."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from schemas.channels import ARRIVALS, CONSUMPTION, INVENTORY
from schemas.dead_letters import BadRecord
from schemas.events import ArrivalScheduled, Event, StockCounted, StockIssued
from supply.catalogue import Catalogue
from supply.intake import RECORD_BYTES_LIMIT, Intake
from tests.events import HOSPITAL, ITEM, ms
from tests.unit.supply.shelf import hospital, medicine

ALIAS = "DFIMS000777"
NOW = "2026-03-10 12:00"
KEY = f"{HOSPITAL}|{ITEM}".encode()

COUNT: dict[str, Any] = {
    "type": "stock.counted",
    "id": "1",
    "source": "urn:hospital",
    "time": "2026-03-10T09:00:00-06:00",
    "facility": HOSPITAL,
    "item": ITEM,
    "quantity": 100,
}
SHEET = {**COUNT, "type": "consumption.reported", "period": "2026-02"}
ORDER = {**COUNT, "type": "arrival.scheduled", "order": "P-1", "expected_on": "2026-04-01"}


def admit(
    body: dict[str, Any] | bytes | None,
    topic: str | None = INVENTORY,
    key: bytes | None = KEY,
    headers: Sequence[tuple[str, bytes | None]] = (),
) -> tuple[Event, int]:
    """Bring a record to the door."""
    catalogue = Catalogue([hospital(aliases=(ALIAS,)), hospital(facility="DFIMS000001"), medicine()])
    value = msgspec.json.encode(body) if isinstance(body, dict) else body
    position, event, at_ms = Intake(catalogue).admit(topic, key, value, headers, ms(NOW))
    assert position == f"{event.facility}|{event.item}"
    return event, at_ms


def refused(*args: Any, **more: Any) -> BadRecord:
    """What a bad record is told."""
    with pytest.raises(BadRecord) as caught:
        admit(*args, **more)
    return caught.value


def test_a_good_record_is_let_in_with_its_time() -> None:
    event, at_ms = admit(COUNT)
    assert isinstance(event, StockCounted)
    assert event.quantity == 100
    assert at_ms == ms("2026-03-10 09:00")
    assert admit(COUNT, topic=None, key=None)[1] == at_ms


@pytest.mark.parametrize("facility", [HOSPITAL, "dfims000604", " DFIMS 000604", ALIAS, "dfims000777"])
@pytest.mark.parametrize("item", [ITEM, "0100005432 00", "010-000-5432-00", " 010.000.5432.00 "])
def test_codes_leave_in_the_spelling_of_the_catalogue(facility: str, item: str) -> None:
    event, _ = admit({**COUNT, "facility": facility, "item": item}, key=None)
    assert (event.facility, event.item) == (HOSPITAL, ITEM)


@pytest.mark.parametrize("key", [KEY, None, b"dfims000604|0100005432 00", f"{ALIAS}|{ITEM}".encode()])
def test_a_key_may_be_missing_or_spelt_otherwise(key: bytes | None) -> None:
    event, _ = admit(COUNT, key=key)
    assert event.facility == HOSPITAL


@pytest.mark.parametrize(
    "key",
    [
        b"",
        b"DFIMS000604",
        f"DFIMS000001|{ITEM}".encode(),
        b"DFIMS000604|010.000.0001.00",
        f"{KEY.decode()}|more".encode(),
        b"\xff\xfe",
        b"|",
    ],
)
def test_a_key_of_another_position_is_refused(key: bytes) -> None:
    bad = refused(COUNT, key=key)
    assert (bad.fault, bad.field) == ("wrong_key", "key")
    assert f"expected {HOSPITAL}|{ITEM}" in bad.reason


@pytest.mark.parametrize(
    ("body", "topic", "fault", "field"),
    [
        (None, INVENTORY, "undecodable", None),
        (b"", INVENTORY, "undecodable", None),
        (b"\xff", INVENTORY, "undecodable", None),
        ({**COUNT, "type": "stock.stolen"}, INVENTORY, "unknown_type", "type"),
        ({**COUNT, "quantity": -1}, INVENTORY, "invalid_field", "quantity"),
        ({**COUNT, "quantity": 1e12}, INVENTORY, "invalid_field", "quantity"),
        ({key: COUNT[key] for key in COUNT if key != "item"}, INVENTORY, "missing_field", "item"),
        ({**COUNT, "time": "2026-03-10T09:00:00"}, INVENTORY, "naive_time", "time"),
        ({**COUNT, "time": "2026-03-10T12:10:01-06:00"}, INVENTORY, "future_time", "time"),
        (COUNT, CONSUMPTION, "wrong_topic", "type"),
        (SHEET, INVENTORY, "wrong_topic", "type"),
        ({**COUNT, "facility": "DFIMS000999"}, INVENTORY, "unknown_facility", "facility"),
        ({**COUNT, "facility": "¿?"}, INVENTORY, "invalid_field", "facility"),
        ({**COUNT, "item": "010.000.9999.00"}, INVENTORY, "unknown_item", "item"),
        ({**COUNT, "item": "aspirin"}, INVENTORY, "invalid_field", "item"),
        ({**SHEET, "period": "2026-04"}, CONSUMPTION, "invalid_field", "period"),
        ({**SHEET, "period": "2199-12"}, CONSUMPTION, "invalid_field", "period"),
        (b'{"pad": "' + b"x" * RECORD_BYTES_LIMIT + b'"}', INVENTORY, "oversize", None),
    ],
)
def test_a_bad_record_is_told_what_is_wrong(body: Any, topic: str, fault: str, field: str | None) -> None:
    bad = refused(body, topic)
    assert (bad.fault, bad.field) == (fault, field)
    assert len(bad.reason) > 20


def test_reasons_are_for_people() -> None:
    assert refused({**COUNT, "facility": "DFIMS000999"}).reason == (
        "facility DFIMS000999 is not in the catalogue; add it there and send the record again"
    )
    assert refused(COUNT, CONSUMPTION).reason == (
        "stock.counted came on abasto.consumption.v1; expected on abasto.inventory.v1"
    )
    assert "more than 10 minutes in the future" in refused({**COUNT, "time": "2026-03-11T09:00:00-06:00"}).reason
    assert "expected 2026-03 at the latest" in refused({**SHEET, "period": "2026-04"}, CONSUMPTION).reason


def test_a_record_of_the_largest_size_and_a_clock_ten_minutes_ahead_are_let_in() -> None:
    admit({**COUNT, "time": "2026-03-10T12:10:00-06:00"})
    body = msgspec.json.encode(COUNT)
    admit(body[:-1] + b" " * (RECORD_BYTES_LIMIT - len(body)) + b"}")


def test_a_sheet_may_come_in_the_month_it_tells_of_and_on_its_eve() -> None:
    for time in ("2026-02-28T20:00:00-06:00", "2026-01-31T00:00:01-06:00"):
        admit({**SHEET, "time": time}, CONSUMPTION)
    assert refused({**SHEET, "time": "2026-01-30T23:00:00-06:00"}, CONSUMPTION).field == "period"


@pytest.mark.parametrize(
    ("told", "other"),
    [
        ("DFIMS000001", "DFIMS000001"),
        (" dfims 000001", "DFIMS000001"),
        ("DFIMS000999", None),
        ("Quirófano 2", None),
        (ALIAS, None),
        (None, None),
    ],
)
def test_an_issue_names_another_facility_of_the_catalogue_or_none(told: str | None, other: str | None) -> None:
    """Wards, places that nobody knows, and the facility itself under another code are no other facility."""
    event, _ = admit({**COUNT, "type": "stock.issued", "destination": told}, CONSUMPTION)
    assert isinstance(event, StockIssued)
    assert event.destination == other


def test_the_facility_an_order_comes_from_is_named_as_in_the_catalogue_where_it_is_known() -> None:
    for origin, expected in ((ALIAS, HOSPITAL), ("DFIMS000999", "DFIMS000999"), (None, None)):
        event, _ = admit({**ORDER, "origin": origin}, ARRIVALS)
        assert isinstance(event, ArrivalScheduled)
        assert event.origin == expected


def test_cloud_events_come_through_the_same_door() -> None:
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_type", b"stock.counted"),
        ("ce_id", b"1"),
        ("ce_source", b"urn:hospital"),
        ("ce_time", COUNT["time"].encode()),
    ]
    content = {"facility": "dfims000604", "item": ITEM, "quantity": 7}
    event, at_ms = admit(content, headers=headers)
    assert (event.facility, at_ms) == (HOSPITAL, ms("2026-03-10 09:00"))
    assert event.time.utcoffset() == dt.timedelta(hours=-6)
