"""Whatever a record holds, its dead letter fits."""

import base64

import msgspec
import pytest

from schemas.channels import CONSUMPTION
from schemas.dead_letters import BadRecord, DeadLetter
from streams.forwards import Origin, copy_of, original
from streams.letters import LETTER_BYTES, dead_letter
from streams.topics import INPUT_MESSAGE_BYTES
from supply.intake import RECORD_BYTES_LIMIT
from tests.fakes.records import FakeRecord, dispensed

OVERSIZE = BadRecord("oversize", None, "too large")


def letter_of(record: FakeRecord, bad: BadRecord = OVERSIZE) -> tuple[DeadLetter, int]:
    _, encoded = dead_letter(bad, CONSUMPTION, 3, record, 1_782_043_200_000)
    return msgspec.json.decode(encoded, type=DeadLetter), len(encoded)


def test_the_largest_record_that_an_input_takes_fits_whole() -> None:
    record = FakeRecord(7, b"\xff" * INPUT_MESSAGE_BYTES)
    letter, size = letter_of(record)
    assert size <= LETTER_BYTES
    assert letter.value == record.value


def test_headers_that_escaping_blows_up_are_left_out_and_said_so() -> None:
    record = FakeRecord(7, b"v", headers=(("\x00" * INPUT_MESSAGE_BYTES, b"h"),))
    letter, size = letter_of(record)
    assert size <= LETTER_BYTES
    assert (letter.value, letter.headers) == (b"v", ())
    assert "its 1 headers do not fit" in letter.reason


def test_a_reason_that_quotes_a_whole_record_is_cut() -> None:
    letter, _ = letter_of(FakeRecord(7, b"v"), BadRecord("undecodable", "id", "x" * 100_000))
    assert len(letter.reason) == 1000


def test_a_letter_says_where_its_record_was() -> None:
    letter, _ = letter_of(FakeRecord(7, b"v", b"k"))
    assert letter.number == "abasto.consumption.v1:3:7"
    assert (letter.key, letter.at.isoformat()) == (b"k", "2026-06-21T12:00:00+00:00")


def test_a_tombstone_on_an_input_is_a_letter_without_a_value() -> None:
    letter, _ = letter_of(FakeRecord(7, None, b"k"))
    assert letter.value is None
    assert base64.b64encode(letter.key or b"") == b"aw=="


def test_the_letter_of_a_copy_names_the_record_that_was_published() -> None:
    event = dispensed(1)
    letter, _ = letter_of(FakeRecord(7, copy_of(event, Origin(CONSUMPTION, 0, 12))))
    assert letter.number == "abasto.consumption.v1:0:12"
    assert letter.value == msgspec.json.encode(event), "sent again it is no copy of anything"


@pytest.mark.parametrize(
    "foreign",
    [
        b'{"abasto_forwarded_from":"abasto.consumption.v1:0:12"',
        b'{"id":"1","abasto_forwarded_from":"abasto.inventory.v1:0:12"}',
        b'{"id":"1","abasto_forwarded_from":"abasto.consumption.v1:0:-12"}',
        b'{"id":"1","abasto_forwarded_from":"abasto.consumption.v1:0:12"} ',
    ],
)
def test_what_a_publisher_wrote_is_no_mark_of_ours(foreign: bytes) -> None:
    letter, _ = letter_of(FakeRecord(7, foreign))
    assert (letter.number, letter.value) == ("abasto.consumption.v1:3:7", foreign)


def test_an_event_that_fills_its_limit_is_copied_without_a_mark() -> None:
    event = dispensed(1, item="")
    event.item = "x" * (RECORD_BYTES_LIMIT - len(msgspec.json.encode(event)))
    full = copy_of(event, Origin(CONSUMPTION, 0, 12))
    assert len(full) <= RECORD_BYTES_LIMIT
    assert original(CONSUMPTION, 3, FakeRecord(7, full))[0] == (CONSUMPTION, 3, 7)
