"""A shard counts each record of its inputs once, whatever the chunks look like."""

import base64

import msgspec
import pytest

from schemas.catalogue import Facility, Item, entry_key
from schemas.channels import ALERTS, CHANGELOG, CONSUMPTION, DEAD_LETTERS, INPUTS, INVENTORY, POSITIONS, position_key
from schemas.dead_letters import DeadLetter
from streams import input_positions, ports
from streams.faults import RecordsLost, StateDisagrees, Unfoldable
from streams.forwards import original
from streams.partitioning import partition_of
from streams.records import Chunk
from streams.shard import Shard
from supply.catalogue import Catalogue
from supply.clock import ShardClock
from supply.intake import Intake
from supply.position import Outcome
from tests.fakes.counting import CountingBook, PlainIntake
from tests.fakes.records import MIDSUMMER, FakeRecord, chunk_of, dispensed, record_of

NOW_MS = int(MIDSUMMER.timestamp() * 1000) + 60_000
DAY_MS = 86_400_000


def shard_of(
    *, partition: int = 0, partitions: int = 1, intake: ports.Intake | None = None
) -> tuple[Shard, CountingBook]:
    books: list[CountingBook] = []

    def open_book(owns: object) -> CountingBook:
        books.append(CountingBook(owns))  # type: ignore[arg-type] # the shard passes a predicate
        return books[0]

    shard = Shard(
        partition,
        INPUTS,
        partitions,
        intake=intake or PlainIntake(),
        book=open_book,
        clock=ShardClock(INPUTS, lateness_ms=7 * DAY_MS),
        wall_ms=lambda: NOW_MS,
    )
    return shard, books[0]


def pieces(book: CountingBook) -> int:
    return sum(count.pieces for count in book.counts.values())


def test_chunks_that_follow_each_other_are_counted() -> None:
    shard, book = shard_of()
    shard.take(chunk_of(0, 1, 2))
    shard.take(chunk_of(3, 4))
    assert pieces(book) == 5
    assert shard.positions == {**dict.fromkeys(INPUTS, 0), CONSUMPTION: 5}


def test_a_chunk_read_again_is_skipped() -> None:
    shard, book = shard_of()
    shard.take(chunk_of(0, 1, 2))
    shard.take(chunk_of(0, 1, 2))
    assert pieces(book) == 3
    assert shard.tally.skipped == 3


def test_of_a_chunk_that_overlaps_only_the_rest_is_counted() -> None:
    shard, book = shard_of()
    shard.take(chunk_of(0, 1, 2))
    shard.take(chunk_of(1, 2, 3, 4))
    assert pieces(book) == 5


def test_a_chunk_that_starts_beyond_the_position_stops_the_worker() -> None:
    shard, book = shard_of()
    shard.take(chunk_of(0, 1))
    with pytest.raises(
        RecordsLost, match=r"abasto\.consumption\.v1:0: counted up to 2, but the next chunk starts at 3"
    ):
        shard.take(chunk_of(3, 4))
    assert pieces(book) == 2


def test_offsets_without_a_record_are_no_loss_while_the_chunks_join() -> None:
    """Commit markers, aborted transactions and compaction leave such offsets."""
    shard, book = shard_of()
    shard.take(chunk_of(2, 5, start=0, end=9))
    shard.take(chunk_of(12, start=9, end=14))
    assert pieces(book) == 3
    assert shard.positions[CONSUMPTION] == 14


def test_a_chunk_of_markers_alone_moves_the_position() -> None:
    shard, _ = shard_of()
    shard.take(chunk_of(start=0, end=2))
    assert shard.positions[CONSUMPTION] == 2
    assert shard.unsaved


def test_every_second_record_is_bad_and_the_others_count() -> None:
    shard, book = shard_of()
    records = [
        record_of(offset, dispensed(offset)) if offset % 2 else FakeRecord(offset, b"\xff\x00", b"k")
        for offset in range(10)
    ]
    shard.take(Chunk(CONSUMPTION, 0, 0, 10, records))
    assert pieces(book) == 5
    letters = [msgspec.json.decode(value, type=DeadLetter) for _, value in shard.snapshot(None).letters]
    assert [letter.offset for letter in letters] == [0, 2, 4, 6, 8]
    assert {(letter.topic, letter.partition, letter.fault, letter.value) for letter in letters} == {
        (CONSUMPTION, 0, "undecodable", b"\xff\x00")
    }
    assert shard.tally.faults == {"undecodable": 5}


def test_a_dead_letter_keeps_the_original_bytes_as_base64() -> None:
    shard, _ = shard_of()
    shard.take(Chunk(CONSUMPTION, 0, 0, 1, [FakeRecord(0, b"\xff\x00", b"\xfe", headers=(("h", None),))]))
    ((key, value),) = shard.snapshot(None).letters
    assert key == b"abasto.consumption.v1:0:0"
    written = msgspec.json.decode(value)
    assert (base64.b64decode(written["value"]), base64.b64decode(written["key"])) == (b"\xff\x00", b"\xfe")
    assert written["headers"] == [["h", None]]


def test_a_record_on_which_the_rules_fail_is_named_and_nothing_is_saved() -> None:
    shard, _ = shard_of()
    foreign = FakeRecord(
        1,
        b'{"type":"demand.unmet","id":"1","source":"t","time":"2026-06-21T12:00:00Z","facility":"F","item":"I",'
        b'"quantity":1}',
    )
    with pytest.raises(Unfoldable, match=r"abasto\.consumption\.v1:0:1: the rules failed"):
        shard.take(Chunk(CONSUMPTION, 0, 0, 2, [record_of(0, dispensed(0)), foreign]))
    with pytest.raises(StateDisagrees, match="must not be saved"):
        shard.snapshot(None)
    with pytest.raises(StateDisagrees, match="must not be built upon"):
        shard.take(chunk_of(2))


def test_an_event_of_another_partition_is_forwarded_under_its_canonical_key() -> None:
    shard, book = shard_of(partition=0, partitions=8)
    elsewhere = next(
        event
        for event in (dispensed(n, facility=f"DFIMS{n:06d}") for n in range(100))
        if partition_of(f"{event.facility}|{event.item}", 8) == 5
    )
    shard.take(Chunk(CONSUMPTION, 0, 0, 1, [FakeRecord(0, msgspec.json.encode(elsewhere))]))
    (forward,) = shard.snapshot(None).forwards
    assert (forward.topic, forward.partition) == (CONSUMPTION, 5)
    assert forward.record[0] == f"{elsewhere.facility}|{elsewhere.item}".encode()
    assert msgspec.json.decode(forward.record[1])["type"] == "stock.dispensed"
    assert not book.counts
    assert shard.tally.outcomes == {(type(elsewhere), Outcome.ELSEWHERE): 1}


def test_the_dead_letter_of_what_was_sent_on_names_the_record_that_was_published() -> None:
    """The facility leaves the catalogue after its event was sent on and before the copy is read."""
    event = dispensed(1, facility="DFIMS000605")
    hospital = Facility(facility="DFIMS000604", name="Siglo XXI", kind="hospital", aliases=("DFIMS000605",))
    catalogue = Catalogue([hospital, Item(item=event.item, name="Rituximab")])
    home = partition_of(position_key(hospital.facility, event.item), 8)
    first, second = (
        shard_of(partition=number, partitions=8, intake=Intake(catalogue))[0] for number in ((home + 1) % 8, home)
    )
    published = record_of(4, event)
    first.take(Chunk(CONSUMPTION, first.partition, 0, 5, [published]))
    (forward,) = first.snapshot(None).forwards
    assert forward.partition == second.partition
    catalogue.remove(entry_key(hospital))
    second.take(Chunk(CONSUMPTION, home, 0, 10, [FakeRecord(9, forward.record[1], forward.record[0])]))
    ((_, value),) = second.snapshot(None).letters
    letter = msgspec.json.decode(value, type=DeadLetter)
    assert (letter.fault, letter.number) == ("unknown_facility", f"{CONSUMPTION}:{first.partition}:4")


def test_what_is_sent_on_twice_names_the_record_that_was_published() -> None:
    """The first copy was for a partition that the catalogue's newest word says is not the right one either."""
    event = dispensed(1)
    home = partition_of(position_key(event.facility, event.item), 8)
    number, value = 4, msgspec.json.encode(event)
    for partition in ((home + 1) % 8, (home + 2) % 8):
        shard, _ = shard_of(partition=partition, partitions=8)
        shard.take(Chunk(CONSUMPTION, partition, 0, number + 1, [FakeRecord(number, value)]))
        ((_, value),) = [forward.record for forward in shard.snapshot(None).forwards]
        number += 5
    assert original(CONSUMPTION, home, FakeRecord(number, value))[0] == (CONSUMPTION, (home + 1) % 8, 4)


def test_a_snapshot_says_how_far_its_state_has_counted() -> None:
    shard, _ = shard_of()
    shard.take(chunk_of(0, 1))
    snapshot = shard.snapshot(None)
    key, value = snapshot.changelog[0]
    assert key == input_positions.KEY
    progress = input_positions.decode(value, "here")
    assert progress.offsets == snapshot.offsets == {**dict.fromkeys(INPUTS, 0), CONSUMPTION: 2}
    assert progress.clock[CONSUMPTION] == int(MIDSUMMER.timestamp() * 1000)


def test_a_snapshot_is_not_changed_by_chunks_that_follow() -> None:
    shard, _ = shard_of()
    shard.take(chunk_of(0, 1))
    snapshot = shard.snapshot(None)
    shard.take(chunk_of(2))
    assert snapshot.offsets[CONSUMPTION] == 2
    assert len(snapshot.positions) == 1
    assert len(shard.snapshot(None).positions) == 1


def test_nothing_is_left_to_save_after_a_commit() -> None:
    shard, _ = shard_of()
    shard.take(chunk_of(0))
    assert shard.unsaved
    shard.committed = shard.snapshot(None).offsets
    assert not shard.unsaved


def test_evaluations_follow_the_events_while_there_is_a_backlog() -> None:
    shard, book = shard_of()
    for topic in INPUTS:
        shard.take(chunk_of(0, topic=topic))
    shard.advance([], NOW_MS)
    assert book.reaches[-1] is not None
    assert book.reaches[-1].evaluate_ms == int(MIDSUMMER.timestamp() * 1000) - 7 * DAY_MS


def test_evaluations_follow_the_wall_clock_once_all_is_read() -> None:
    shard, book = shard_of()
    shard.take(chunk_of(0, topic=INVENTORY))
    shard.advance(INPUTS, NOW_MS)
    assert book.reaches[-1] is not None
    assert book.reaches[-1].evaluate_ms == NOW_MS


def test_a_shard_may_write_to_its_own_partitions_and_forward_to_none() -> None:
    shard, _ = shard_of(partition=1, partitions=3)
    assert shard.outputs() == {(topic, 1) for topic in (CHANGELOG, POSITIONS, ALERTS, DEAD_LETTERS)}
