"""What a shard of positions tells the shards that judge whole facilities and items, and how far it says that it is."""

import msgspec

from schemas.channels import INPUTS, REKEYED
from streams.partitioning import partition_of
from streams.shard import Shard
from supply.clock import ShardClock
from tests.fakes.counting import CountingBook, PlainIntake, Publication
from tests.fakes.records import MIDSUMMER, chunk_of

NOW_MS = int(MIDSUMMER.timestamp() * 1000) + 60_000
DAY_MS = 86_400_000


class TellingBook(CountingBook):
    """A counting book with one thing to tell of a facility."""

    def publish(self, now_ms: int | None) -> Publication:
        return super().publish(now_ms)._replace(rekeyed=((b"facility|DFIMS000604", b"{}"),))


def telling_shard(partitions: int = 3) -> Shard:
    # The events of the tests are of a position that belongs to this shard.
    return Shard(
        2,
        INPUTS,
        partitions,
        intake=PlainIntake(),
        book=TellingBook,
        clock=ShardClock(INPUTS, lateness_ms=7 * DAY_MS),
        wall_ms=lambda: NOW_MS,
        tells=True,
    )


def test_what_is_told_goes_to_the_partition_of_its_key_and_how_far_the_shard_is_to_all_after_it() -> None:
    shard = telling_shard()
    shard.take(chunk_of(0, 1))
    shard.advance(INPUTS, NOW_MS)
    note, *reached = shard.snapshot(None).forwards
    assert (note.topic, note.partition) == (REKEYED, partition_of("facility|DFIMS000604", 3))
    assert [(each.topic, each.partition) for each in reached] == [(REKEYED, number) for number in range(3)]
    step_ms = 15 * 60_000
    assert {each.record for each in reached} == {
        (b"shard|2", msgspec.json.encode({"note": "reached", "shard": 2, "at_ms": NOW_MS // step_ms * step_ms}))
    }
    assert [each.topic for each in shard.snapshot(None).forwards] == [REKEYED]


def test_how_far_a_shard_is_it_tells_every_quarter_of_an_hour_though_nothing_happens() -> None:
    shard = telling_shard()
    shard.take(chunk_of(0, 1))
    shard.advance(INPUTS, NOW_MS)
    shard.committed = shard.snapshot(None).offsets
    assert not shard.unsaved
    shard.advance(INPUTS, NOW_MS + 1000)
    assert not shard.unsaved
    shard.advance(INPUTS, NOW_MS + 15 * 60_000)
    assert shard.unsaved


def test_a_shard_tells_how_far_it_is_once_its_book_is_not_behind() -> None:
    shard = telling_shard()
    shard.take(chunk_of(0, 1))
    book = shard.book
    assert isinstance(book, CountingBook)
    book.behind = True
    shard.advance(INPUTS, NOW_MS)
    assert [each.record[0] for each in shard.snapshot(None).forwards] == [b"facility|DFIMS000604"]
    book.behind = False
    shard.advance(INPUTS, NOW_MS)
    assert len(shard.snapshot(None).forwards) == 1 + 3


def test_a_shard_that_has_read_all_and_found_nothing_tells_that() -> None:
    shard = telling_shard()
    shard.advance((), NOW_MS)
    assert len(shard.snapshot(None).forwards) == 1
    shard.advance(INPUTS, NOW_MS)
    assert b'"at_ms":null' in shard.snapshot(None).forwards[-1].record[1]


def test_a_shard_that_falls_behind_has_still_been_where_it_was() -> None:
    shard = telling_shard()
    shard.take(chunk_of(0, 1))
    shard.advance(INPUTS, NOW_MS)
    shard.snapshot(None)
    shard.advance((), NOW_MS)
    assert len(shard.snapshot(None).forwards) == 1


def test_a_shard_that_tells_may_write_to_every_partition_of_what_it_tells_and_sends_on() -> None:
    outputs = telling_shard().outputs()
    assert {(topic, number) for topic in (*INPUTS, REKEYED) for number in range(3)} <= outputs
    shard = telling_shard()
    shard.take(chunk_of(0))
    shard.advance(INPUTS, NOW_MS)
    assert {(each.topic, each.partition) for each in shard.snapshot(None).forwards} <= outputs
