"""A dead letter that the engine would refuse again is not sent; one whose fault is gone is."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from schemas import channels
from schemas.catalogue import Facility, Item
from schemas.dead_letters import DeadLetter
from store.catalogue import known_catalogue
from store.outgoing import Outgoing, StillBad, prepare
from supply.intake import RECORD_BYTES_LIMIT
from tests.builders import HOSPITAL, NOON, RITUXIMAB, catalogue, dead_letter, position
from tests.unit.store.log import Log

Prepare = Callable[..., Outgoing]

HALVES = "010.000.0001.00"
"""An item kept in tenths of a piece."""


@pytest.fixture
def prepared(engine: Engine, log: Log, project: Callable[[], None]) -> Prepare:
    """Prepares a letter against a catalogue of a hospital and three items, and positions of a place nobody entered."""
    log.publish(*catalogue(), Item(item=HALVES, name="Halves", decimals=1), position("NOWHERE"))
    log.publish(Facility(facility="MOON", name="Moon", kind="hospital", timezone="Moon/Crater"))
    project()

    def run(letter: DeadLetter, mended: bytes | None = None, now: dt.datetime = NOON) -> Outgoing:
        with engine.connect() as connection:
            return prepare(known_catalogue(connection), letter, mended, now)

    return run


def record(**changed: Any) -> bytes:
    count = {"type": "stock.counted", "id": "1", "source": "h", "time": NOON.isoformat()}
    return json.dumps({**count, "facility": "dfims000605", "item": RITUXIMAB, "quantity": 5, **changed}).encode()


def test_a_record_whose_fault_is_gone_goes_out_as_it_was_under_the_key_of_its_position(prepared: Prepare) -> None:
    letter = dead_letter(value=record())
    key = channels.position_key(HOSPITAL, RITUXIMAB).encode()
    assert prepared(letter) == Outgoing(channels.INVENTORY, key, letter.value, letter.headers, NOON)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (record(note="x" * RECORD_BYTES_LIMIT), "The record has "),
        (record(time=(NOON + dt.timedelta(minutes=11)).isoformat()), "more than 10 minutes in the future."),
        (record(quantity=2.5), "Quantity is 2.5, the item is kept in whole pieces."),
        (record(type="stock.lost"), ""),
        (b"{", ""),
        (None, "a tombstone"),
    ],
    ids=["oversize", "future", "half-a-piece", "no-such-type", "no-json", "tombstone"],
)
def test_what_would_be_refused_again_is_told_with_what_to_do(prepared: Prepare, value: bytes | None, said: str) -> None:
    with pytest.raises(StillBad) as refused:
        prepared(dead_letter(value=value))
    assert said in str(refused.value)
    assert str(refused.value).endswith(". Mend a copy of the record and give it with --with FILE.")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"facility": "NOWHERE"}, "Facility NOWHERE is not in the catalogue"),
        ({"facility": "MOON"}, "Facility MOON is not in the catalogue"),
        ({"item": "010.000.9999.00"}, "Item 010.000.9999.00 is not in the catalogue"),
    ],
    ids=["facility", "facility-the-engine-does-not-take", "item"],
)
def test_a_code_that_the_engine_does_not_know_is_to_be_loaded(
    prepared: Prepare, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(StillBad, match=said) as refused:
        prepared(dead_letter(value=record(**changed)))
    assert str(refused.value).endswith("abasto catalogue load")


def test_what_was_in_the_future_is_not_for_ever(prepared: Prepare) -> None:
    letter = dead_letter(value=record(time=(NOON + dt.timedelta(days=1)).isoformat()), fault="future_time")
    assert prepared(letter, now=NOON + dt.timedelta(days=1)).value == letter.value


def test_parts_of_a_piece_go_out_where_the_item_allows_them(prepared: Prepare) -> None:
    assert prepared(dead_letter(value=record(item=HALVES, quantity=2.5))).topic == channels.INVENTORY


def test_a_count_that_came_too_late_comes_later_still(prepared: Prepare) -> None:
    late = dead_letter(value=record(), fault="too_late", field="time", reason="the count came too late")
    with pytest.raises(StillBad, match=r"The count came too late\. Mend"):
        prepared(late)
    assert prepared(late, record()).value == record()


def test_whether_the_key_or_the_body_was_wrong_only_a_person_knows(prepared: Prepare) -> None:
    wrong = dead_letter(value=record(), fault="wrong_key", field="key", reason="the key names another position")
    with pytest.raises(StillBad, match=r"The key names another position\. Mend"):
        prepared(wrong)
    assert prepared(wrong, record()).value == record()


def test_a_mended_copy_that_is_still_wrong_is_not_told_to_mend_one(prepared: Prepare) -> None:
    with pytest.raises(StillBad) as refused:
        prepared(dead_letter(), record(quantity=2.5))
    assert str(refused.value) == "Quantity is 2.5, the item is kept in whole pieces."
