"""Whatever lies on the topics that a worker reads, it goes on: an event counts, all else is refused in words."""

import json
from typing import Any, get_args

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from agents.shards import supply_shards, wide_shards
from schemas import examples
from schemas.catalogue import CatalogueEntry
from schemas.channels import INPUTS, TOPIC_OF, position_key
from schemas.dead_letters import DeadLetter, Fault
from schemas.encode import to_json
from schemas.events import Event
from schemas.rekeyed import Heard, Reached, StockNote
from streams.catalogue import CatalogueReader
from streams.metrics import WorkerMetrics
from streams.ports import Headers
from streams.records import Chunk
from streams.settings import Settings
from streams.shard import Shard
from supply.calendar import milliseconds
from supply.catalogue import Catalogue
from supply.clock import Reach
from supply.rules import Rules
from tests.events import HOSPITAL, ITEM, counted, dispensed, ms
from tests.fakes.records import FakeRecord
from tests.thoroughness import cases
from tests.unit.streams.mutations import headers, mutated
from tests.unit.supply.shelf import hospital, medicine

SETTINGS = Settings(partitions=1, clock="events")
RULES = Rules()
EVENTS: list[Event] = [event for pair in examples.EVENTS.values() for event in pair]
KEY = position_key(HOSPITAL, ITEM).encode()


def at_home(event: Event) -> dict[str, Any]:
    """An event of the position that the catalogue of these tests knows."""
    found: dict[str, Any] = msgspec.json.decode(to_json(event))
    return found | {"facility": HOSPITAL, "item": ITEM}


def counts_or_refuses(shard: Shard, topic: str, record: FakeRecord) -> None:
    """One record is counted or refused, then the shard goes on to its next checkpoint; a refusal is for a person."""
    shard.take(Chunk(topic, 0, 0, 1, [record]))
    refused, counted = sum(shard.tally.faults.values()), sum(shard.tally.outcomes.values())
    assert refused + counted == 1
    shard.advance(shard.positions.keys(), None)
    snapshot = shard.snapshot(None)
    assert len(snapshot.letters) == refused
    for number, value in snapshot.letters:
        letter = msgspec.json.decode(value, type=DeadLetter)
        assert number == f"{topic}:0:0".encode()
        assert (letter.key, letter.value, letter.headers) == (record.key, record.value, record.headers)
        assert letter.fault in get_args(Fault)
        assert letter.reason.strip().isprintable()


keys = st.none() | st.just(KEY) | st.binary(max_size=12) | st.sampled_from([b"|", b"DFIMS000604|", KEY + b"|"])


@given(
    st.sampled_from(EVENTS).flatmap(lambda event: st.tuples(st.just(event), mutated(at_home(event)))),
    keys,
    headers(),
    st.sampled_from([None, *INPUTS]),
)
@cases(300)
def test_a_record_of_an_input_counts_or_is_a_dead_letter(
    drawn: tuple[Event, bytes], key: bytes | None, named: Headers, elsewhere: str | None
) -> None:
    event, value = drawn
    shard = supply_shards(SETTINGS, RULES, Catalogue([hospital(), medicine()]))(0)
    topic = elsewhere or TOPIC_OF[event.__class__]
    counts_or_refuses(shard, topic, FakeRecord(0, value, key, headers=tuple(named)))


@given(st.binary(max_size=60) | st.none(), keys, headers())
def test_any_bytes_are_a_dead_letter(value: bytes | None, key: bytes | None, named: Headers) -> None:
    shard = supply_shards(SETTINGS, RULES, Catalogue([hospital(), medicine()]))(0)
    counts_or_refuses(shard, INPUTS[0], FakeRecord(0, value, key, headers=tuple(named)))


NOTES: list[StockNote | Heard | Reached] = [
    StockNote(facility=HOSPITAL, item=ITEM, at_ms=1_770_000_000_000, status="out", trouble="stock_out", needed=True),
    Heard(facility=HOSPITAL, at_ms=(1_770_000_000_000, 1_770_100_000_000)),
    Reached(shard=0, at_ms=1_770_000_000_000),
]
note_keys = (
    st.none()
    | st.sampled_from(
        [f"facility|{HOSPITAL}", f"item|{ITEM}", "shard|0", "facility", "item|", "other|x", "item|a|b"]
    ).map(str.encode)
    | st.binary(max_size=12)
)


@given(st.sampled_from(NOTES).flatmap(lambda note: mutated(json.loads(msgspec.json.encode(note)))), note_keys)
@example(b'{"note":"heard","facility":"F","at_ms":[99999999999999999]}', b"facility|F")
@example(b'{"note":"stock","facility":"F","item":"I","at_ms":99999999999999999,"status":"out"}', b"item|I")
@example(b'{"note":"reached","shard":0,"at_ms":9223372036854775807}', b"shard|0")
@example(b'{"note":"\\u0000stock"}', b"shard|0")
@cases(300)
def test_what_no_shard_has_told_stops_no_judge(value: bytes, key: bytes | None) -> None:
    shard = wide_shards(SETTINGS, RULES, Catalogue([hospital(), medicine()]))(0)
    (topic,) = shard.positions
    counts_or_refuses(shard, topic, FakeRecord(0, value, key))


def of_this_stock(entry: CatalogueEntry) -> dict[str, Any]:
    """The entry, of the facility and the item of these tests where it names any."""
    found: dict[str, Any] = json.loads(to_json(entry))
    return found | {name: code for name, code in (("facility", HOSPITAL), ("item", ITEM)) if name in found}


STOCK = [counted(40, "2026-01-05 09:00"), *(dispensed(9, f"2026-0{month}-15 09:00") for month in (1, 2, 3))]
NOW_MS = ms("2026-04-10 12:00")


@given(st.sampled_from(examples.ENTRIES).flatmap(lambda entry: mutated(of_this_stock(entry))), keys)
@cases(300)
def test_an_entry_of_the_catalogue_holds_or_is_left_out(value: bytes, key: bytes | None) -> None:
    catalogue, metrics = Catalogue([hospital(), medicine()]), WorkerMetrics()
    before = catalogue.revision
    reader = CatalogueReader(catalogue, SETTINGS, metrics)
    reader._apply(FakeRecord(0, value, key))
    rejected = metrics.catalogue_rejected._value.get()
    assert not (rejected and catalogue.revision != before)
    assert len(catalogue) in (2, 3)
    # What is taken over must not stop the counting either.
    shard = supply_shards(SETTINGS, RULES, catalogue)(0)
    for event in STOCK:
        shard.book.take(KEY.decode(), event, milliseconds(event.time))
    shard.book.advance(Reach(NOW_MS, NOW_MS))
    assert shard.snapshot(NOW_MS).positions
