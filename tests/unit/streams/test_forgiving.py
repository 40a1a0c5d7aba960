"""A record whose header name is no UTF-8 is read like any other."""

import inspect

import pytest
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from streams.forgiving import ForgivingRecords


def batch(first: int, *names: str, compression: int = 0) -> bytes:
    """A batch of one record for each header name; `BAD!` becomes bytes that are no text."""
    builder = DefaultRecordBatchBuilder(
        2, compression, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=0, batch_size=100_000
    )
    for number, name in enumerate(names):
        builder.append(number, 1000 + number, b"k%d" % number, b"v", [(name, b"h")])
    raw = bytearray(builder.build())
    raw[0:8] = first.to_bytes(8, "big")
    return bytes(raw).replace(b"BAD!", b"\xff\xfe!!")


def read(fetched: bytes) -> list[tuple[int, bytes | None, list[tuple[str, bytes | None]]]]:
    records = ForgivingRecords(fetched)
    found = []
    while records.has_next():
        found += [(record.offset, record.key, list(record.headers)) for record in records.next_batch()]
    return found


def test_aiokafka_alone_fails_on_it() -> None:
    """When this fails, `streams/forgiving.py` has done its duty and can go."""
    one = MemoryRecords(batch(0, "BAD!")).next_batch()
    assert one is not None
    with pytest.raises(UnicodeDecodeError):
        list(one)


def test_its_neighbours_and_itself_are_read() -> None:
    fetched = batch(10, "a", "BAD!", "c") + batch(13, "d")
    assert read(fetched) == [
        (10, b"k0", [("a", b"h")]),
        (11, b"k1", [("\\xff\\xfe!!", b"h")]),
        (12, b"k2", [("c", b"h")]),
        (13, b"k0", [("d", b"h")]),
    ]


def test_a_batch_that_is_not_whole_is_left_for_the_next_fetch() -> None:
    whole, torn = batch(0, "a"), batch(1, "b")[:-3]
    assert [offset for offset, _, _ in read(whole + torn)] == [0]
    assert ForgivingRecords(torn).size_in_bytes() == len(torn)


def test_a_batch_answers_what_the_consumer_asks_of_it() -> None:
    one = ForgivingRecords(batch(7, "a")).next_batch()
    assert one.validate_crc()
    assert (one.base_offset, one.next_offset, one.is_control_batch, one.is_transactional) == (7, 8, False, False)
    assert next(one).offset == 7


def test_every_fetched_batch_comes_through_one_name() -> None:
    assert "records = MemoryRecords(part_data[-1])" in inspect.getsource(fetcher.Fetcher._proc_fetch_request)
