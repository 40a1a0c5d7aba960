"""A line becomes a record of the right topic, under the key of its position, or it is named with what is wrong."""

import datetime as dt
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abasto.feed.keys import PositionKeys
from abasto.feed.lines import LINE_BYTES, BadLine, numbered_lines, raw_record, record_of, records
from abasto.feed.records import RECORD_BYTES, Record
from schemas.catalogue import Facility
from schemas.channels import ARRIVALS, CONSUMPTION, INVENTORY
from schemas.dead_letters import BadRecord
from supply.catalogue import Catalogue
from supply.intake import RECORD_BYTES_LIMIT

NOW = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)

AT = dt.datetime.fromisoformat("2026-01-05T10:00:00-06:00")

KEYS = PositionKeys(
    Catalogue([Facility(facility="DFIMS000604", name="Siglo XXI", kind="hospital", aliases=("DFIMS000605",))])
)
"""A service that knows one hospital of two CLUES, and no item."""

ENVELOPE = {
    "id": "1",
    "source": "hospital",
    "time": "2026-01-05T10:00:00-06:00",
    "facility": "DFIMS000604",
    "item": "010.000.5432.00",
}


def line(**fields: Any) -> bytes:
    return json.dumps({**ENVELOPE, "type": "stock.dispensed", "quantity": 3, **fields}).encode()


@pytest.mark.parametrize(
    ("fields", "topic"),
    [
        ({"type": "stock.counted"}, INVENTORY),
        ({"type": "stock.adjusted", "delta": -1, "reason": "lost"}, INVENTORY),
        ({"type": "arrival.scheduled", "order": "7", "expected_on": "2026-02-01"}, ARRIVALS),
        ({"type": "arrival.received"}, ARRIVALS),
        ({"type": "arrival.cancelled", "order": "7"}, ARRIVALS),
        ({"type": "stock.dispensed"}, CONSUMPTION),
        ({"type": "stock.issued"}, CONSUMPTION),
        ({"type": "stock.returned"}, CONSUMPTION),
        ({"type": "demand.unmet"}, CONSUMPTION),
        ({"type": "consumption.reported", "period": "2026-01"}, CONSUMPTION),
    ],
)
def test_the_type_decides_the_topic(fields: dict[str, Any], topic: str) -> None:
    assert record_of(line(**fields), NOW, KEYS).topic == topic


def test_a_good_line_goes_out_byte_for_byte_under_its_position() -> None:
    bare = line(note="kept")
    assert record_of(bare, NOW, KEYS) == Record(CONSUMPTION, b"DFIMS000604|010.000.5432.00", bare, AT)


@pytest.mark.parametrize("facility", [" dfims000604", "DFIMS000605", "dfims 000605"])
@pytest.mark.parametrize("item", ["010000543200", "010-000-5432-00", "010.000.5432.00"])
def test_whatever_a_facility_and_an_item_are_called_the_event_goes_to_their_position(facility: str, item: str) -> None:
    record = record_of(line(facility=facility, item=item), NOW, KEYS)
    assert record.key == b"DFIMS000604|010.000.5432.00"


def test_a_line_goes_out_as_its_publisher_wrote_it_with_fields_that_are_not_ours() -> None:
    bare = line(facility="dfims000605", item="010000543200", traceparent="00-1")
    assert record_of(bare, NOW, KEYS).value == bare


def test_a_facility_that_the_catalogue_does_not_know_keeps_its_code() -> None:
    assert record_of(line(facility="plims000130"), NOW, KEYS).key == b"PLIMS000130|010.000.5432.00"


@pytest.mark.parametrize(
    "key", ["DFIMS000605|010.000.5432.00", "DFIMS000604|010.000.5432.00", "dfims000605|0100005432 00"]
)
def test_a_partition_key_may_name_the_position_in_any_way(key: str) -> None:
    bare = line(facility="DFIMS000605", partitionkey=key)
    assert record_of(bare, NOW, KEYS).key == b"DFIMS000604|010.000.5432.00"


def test_a_structured_cloud_event_is_a_line_too() -> None:
    content = {"facility": "DFIMS000604", "item": "010.000.5432.00", "quantity": 3}
    attributes = {"specversion": "1.0", "type": "stock.dispensed", "id": "1", "source": "s", "time": ENVELOPE["time"]}
    bare = json.dumps({**attributes, "data": content, "partitionkey": "DFIMS000604|010.000.5432.00"}).encode()
    assert record_of(bare, NOW, KEYS) == Record(CONSUMPTION, b"DFIMS000604|010.000.5432.00", bare, AT)


@pytest.mark.parametrize(
    ("bare", "fault", "field"),
    [
        (b"\xff\xfe\x00", "undecodable", None),
        (b"{", "undecodable", None),
        (line(type="stock.sold"), "unknown_type", "type"),
        (line(time="2026-01-05T10:00:00"), "naive_time", "time"),
        (line(quantity=-3), "invalid_field", "quantity"),
        (line(quantity=10**12), "invalid_field", "quantity"),
        (line(facility="?"), "invalid_field", "facility"),
        (line(item="5432"), "invalid_field", "item"),
        (line(time="2026-02-02T00:00:00Z"), "future_time", "time"),
        (line(note="x" * RECORD_BYTES_LIMIT), "oversize", None),
        (line(partitionkey="DFIMS000604|010.000.0001.00"), "wrong_key", "partitionkey"),
        (line(partitionkey="DFIMS000604"), "wrong_key", "partitionkey"),
        (line(partitionkey=7), "wrong_key", "partitionkey"),
    ],
)
def test_a_bad_line_is_named_with_fault_and_field(bare: bytes, fault: str, field: str | None) -> None:
    with pytest.raises(BadRecord) as refused:
        record_of(bare, NOW, KEYS)
    assert (refused.value.fault, refused.value.field) == (fault, field)


def test_bad_lines_do_not_stop_their_neighbours() -> None:
    good, bad = records([(1, line()), (5, b"{")], NOW, KEYS)
    assert isinstance(good, Record)
    assert isinstance(bad, BadLine)
    assert (bad.number, bad.value) == (5, b"{")


@pytest.mark.parametrize(
    ("bare", "topic", "key"),
    [
        (b"\xff", INVENTORY, None),
        (b"[1]", INVENTORY, None),
        (line(quantity=-3), CONSUMPTION, b"DFIMS000604|010.000.5432.00"),
        (line(type="stock.sold"), INVENTORY, b"DFIMS000604|010.000.5432.00"),
        (line(item="5432"), CONSUMPTION, b"DFIMS000604|5432"),
        (line(facility="DFIMS000605", quantity=-3), CONSUMPTION, b"DFIMS000604|010.000.5432.00"),
        (line(partitionkey="other|key"), CONSUMPTION, b"other|key"),
        (line(facility=5), CONSUMPTION, None),
    ],
)
def test_a_bad_line_sent_as_it_is_goes_where_it_seems_to_belong(bare: bytes, topic: str, key: bytes | None) -> None:
    (bad,) = records([(1, bare)], NOW, KEYS)
    assert isinstance(bad, BadLine)
    assert raw_record(bad, KEYS) == Record(topic, key, bare, line=1)


def test_lines_are_numbered_as_an_editor_shows_them() -> None:
    assert list(numbered_lines(io.BytesIO(b"a\r\n\n  \nb\n\nc"))) == [(1, b"a"), (4, b"b"), (6, b"c")]


@pytest.mark.parametrize("first", [b"x", b" "])
def test_a_file_without_line_ends_does_not_fill_the_memory_and_is_one_line(first: bytes) -> None:
    told = list(numbered_lines(io.BytesIO(first * LINE_BYTES + b"x" * 3 * LINE_BYTES + b"\ny\n" + b"z" * LINE_BYTES)))
    assert [(number, len(line)) for number, line in told] == [(1, LINE_BYTES), (2, 1), (3, LINE_BYTES)]


@pytest.mark.parametrize(
    ("length", "said", "sendable"),
    [
        (RECORD_BYTES_LIMIT + 1, "has 262145 bytes;", True),
        (RECORD_BYTES, "has 890000 bytes;", True),
        (RECORD_BYTES + 1, "has 890001 bytes;", False),
        (2 * LINE_BYTES, "has 1780002 bytes;", False),
        (5_000_000, "has 5000000 bytes;", False),
    ],
)
def test_a_line_that_is_too_long_is_one_bad_line_of_its_size(length: int, said: str, sendable: bool) -> None:
    (bad, good) = records(numbered_lines(io.BytesIO(b"x" * length + b"\n" + line())), NOW, KEYS)
    assert isinstance(bad, BadLine)
    assert isinstance(good, Record)
    assert (bad.number, bad.fault, bad.sendable) == (1, "oversize", sendable)
    assert said in bad.reason


def test_a_key_beyond_all_measure_is_not_sent_with_a_bad_line() -> None:
    (bad,) = records([(1, line(partitionkey="x" * 5_000))], NOW, KEYS)
    assert isinstance(bad, BadLine)
    assert raw_record(bad, KEYS).key is None


@given(st.lists(st.binary(max_size=40)))
def test_no_bytes_at_all_upset_the_reader(lines: list[bytes]) -> None:
    for found in records(enumerate(lines, start=1), NOW, KEYS):
        assert isinstance(found, BadLine)
        assert raw_record(found, KEYS).value == found.value
