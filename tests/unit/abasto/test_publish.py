"""Nothing is published before every line was looked at; then lines go out in their order, at the rate asked for."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import abasto.feed.publish
from abasto.catalogue.topic import Known
from abasto.cli import app
from abasto.feed.batches import Batches
from abasto.feed.partitions import refuse_unequal
from abasto.feed.publish import Pace, send
from abasto.feed.records import KEY_BYTES, RECORD_BYTES, Record
from abasto.terminal import Failure
from schemas.catalogue import CatalogueEntry, Facility, Item, entry_key
from schemas.channels import CONSUMPTION, INPUTS, INVENTORY
from streams.clients import BATCH_BYTES
from streams.partitioning import partition_of
from streams.settings import Settings


class BatchInMemory:
    """As aiokafka's: takes records until it is full."""

    def __init__(self) -> None:
        self.records: list[tuple[bytes | None, bytes | None]] = []

    def append(self, *, timestamp: float | None, key: bytes | None, value: bytes | None) -> object | None:
        if len(self.records) == 3:
            return None
        self.records.append((key, value))
        return object()


class ProducerInMemory:
    """Keeps what was sent, by topic and partition, in order, beside the catalogue of its Kafka."""

    def __init__(self) -> None:
        self.catalogue: dict[str, CatalogueEntry] = {}
        self.partitions: dict[str, int] = {}
        """Of topics that have not 4."""
        self.sent: dict[tuple[str, int], list[tuple[bytes | None, bytes | None]]] = {}
        self.topics: list[str] = []

    def create_batch(self) -> BatchInMemory:
        return BatchInMemory()

    async def send_batch(self, batch: BatchInMemory, topic: str, *, partition: int) -> asyncio.Future[None]:
        self.sent.setdefault((topic, partition), []).extend(batch.records)
        self.topics.append(topic)
        confirmed = asyncio.get_running_loop().create_future()
        confirmed.set_result(None)
        return confirmed

    def values(self) -> list[bytes | None]:
        return [value for records in self.sent.values() for _, value in records]


@pytest.fixture
def producer(monkeypatch: pytest.MonkeyPatch) -> ProducerInMemory:
    monkeypatch.delenv("ABASTO_PARTITIONS", raising=False)
    kept = ProducerInMemory()

    @asynccontextmanager
    async def producer_for(settings: Settings, topics: Iterable[str]) -> AsyncIterator[Any]:
        yield kept, {topic: kept.partitions.get(topic, 4) for topic in topics}

    async def known(settings: Settings, partitions: int) -> Known:
        return Known(dict(kept.catalogue), set())

    monkeypatch.setattr(abasto.feed.publish, "producer_for", producer_for)
    monkeypatch.setattr(abasto.feed.publish, "known", known)
    return kept


def line(
    number: int, facility: str = "DFIMS000604", quantity: int = 1, day: int = 5, at: dt.datetime | None = None
) -> str:
    time = f"2026-01-{day:02d}T10:00:00-06:00" if at is None else at.isoformat()
    event = {"type": "stock.dispensed", "id": str(number), "source": "h", "time": time}
    return json.dumps({**event, "facility": facility, "item": "010.000.5432.00", "quantity": quantity})


def publish(*arguments: str, standard_input: str | None = None) -> Result:
    return CliRunner().invoke(app, ["publish", *arguments], input=standard_input)


def test_one_bad_line_and_nothing_is_sent(producer: ProducerInMemory, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_text(line(1))
    bad.write_text("\n".join([line(2), line(3, quantity=-3), "{"]))
    refused = publish(str(good), str(bad))
    assert refused.exit_code == 1
    assert "2 of 4 lines are bad" in refused.output
    assert f"{bad}, line 2: quantity is -3" in refused.output
    assert f"{bad}, line 3: the record is not JSON" in refused.output
    assert producer.sent == {}


def test_bad_lines_are_left_out_when_asked(producer: ProducerInMemory) -> None:
    done = publish("-", "--skip-bad", standard_input="\n".join([line(1), "{", line(2)]))
    assert done.exit_code == 0
    assert len(producer.values()) == 2


def test_bad_lines_are_sent_as_they_are_when_asked(producer: ProducerInMemory) -> None:
    bad = line(2, quantity=-3)
    done = publish("-", "--raw-bad", "--json", standard_input="\n".join([line(1), "{", bad]))
    report = json.loads(done.stdout)
    assert (report["sent"], report["bad"], report["bad_sent"]) == (3, 2, True)
    assert report["topics"] == {INVENTORY: 1, "abasto.arrivals.v1": 0, CONSUMPTION: 2}
    assert [(each["line"], each["fault"]) for each in report["bad_lines"]] == [(2, "undecodable"), (3, "invalid_field")]
    assert {b"{", bad.encode()} <= set(producer.values())


def test_a_line_too_long_for_an_event_is_sent_as_one_record(producer: ProducerInMemory) -> None:
    long = "x" * 600_000
    done = publish("-", "--raw-bad", "--json", standard_input="\n".join([line(1), long, line(2)]))
    assert json.loads(done.stdout)["sent"] == 3
    assert long.encode() in producer.values()


def test_a_line_too_long_for_a_record_is_one_bad_line_and_cannot_be_sent(producer: ProducerInMemory) -> None:
    lines = "\n".join([line(1), "x" * 5_000_000, line(2)])
    refused = publish("-", standard_input=lines)
    assert refused.exit_code == 1
    assert "1 of 3 lines is bad\n  -, line 2: the line has 5000000 bytes" in refused.stderr
    refused = publish("-", "--raw-bad", "--json", standard_input=lines)
    assert refused.exit_code == 1
    assert "nothing was sent: -, line 2: more than 890,000 bytes, which no record may have" in refused.stderr
    assert [each["line"] for each in json.loads(refused.stdout)["bad_lines"]] == [2]
    assert producer.sent == {}
    assert publish("-", "--skip-bad", standard_input=lines).exit_code == 0
    assert len(producer.values()) == 2


@pytest.mark.parametrize("name", ["sheet.csv", "SHEET.XLSX"])
def test_a_table_is_sent_to_convert_in_one_sentence_before_anything_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setattr(abasto.feed.publish, "known_keys", None)
    (tmp_path / name).write_text("item,quantity\n" * 40)
    refused = publish(str(tmp_path / name), "--skip-bad")
    assert refused.exit_code == 1
    assert f"`abasto convert {tmp_path / name} --map MAP` makes events of its rows" in refused.stderr
    assert len(refused.output.splitlines()) == 1


def test_the_largest_record_fits_a_batch_with_its_key_and_the_header() -> None:
    assert RECORD_BYTES + KEY_BYTES < BATCH_BYTES - 100


def test_skipping_and_sending_bad_lines_exclude_each_other(producer: ProducerInMemory) -> None:
    assert publish("-", "--raw-bad", "--skip-bad", standard_input=line(1)).exit_code == 2


def test_events_of_a_position_stay_in_their_order_and_partition(producer: ProducerInMemory) -> None:
    facilities = [f"F{number % 5}" for number in range(100)]
    publish("-", standard_input="\n".join(line(number, place) for number, place in enumerate(facilities)))
    for (topic, partition), records in producer.sent.items():
        assert topic == CONSUMPTION
        for key in {key for key, _ in records}:
            assert key is not None
            assert partition_of(key.decode(), 4) == partition
            ids = [int(json.loads(value or b"")["id"]) for each, value in records if each == key]
            assert ids == sorted(ids)
    assert len(producer.values()) == 100


def test_a_hospital_of_two_codes_has_its_events_together(producer: ProducerInMemory) -> None:
    hospital = Facility(facility="DFIMS000604", name="Siglo XXI", kind="hospital", aliases=("DFIMS000605",))
    producer.catalogue = {entry_key(hospital): hospital}
    lines = [line(1), line(2, "DFIMS000605"), line(3, "dfims000605"), line(4, "PLIMS000130")]
    done = publish("-", standard_input="\n".join(lines))
    keys = {json.loads(value or b"")["id"]: key for records in producer.sent.values() for key, value in records}
    here, there = b"DFIMS000604|010.000.5432.00", b"PLIMS000130|010.000.5432.00"
    assert keys == {"1": here, "2": here, "3": here, "4": there}
    assert "catalogue is empty" not in done.output


def test_what_the_catalogue_does_not_know_is_told_and_no_obstacle(producer: ProducerInMemory) -> None:
    hospital = Facility(facility="DFIMS000604", name="Siglo XXI", kind="hospital")
    item = Item(item="010.000.5432.00", name="Rituximab", oncology=True)
    producer.catalogue = {entry_key(hospital): hospital, entry_key(item): item}
    assert "does not know" not in publish("-", standard_input=line(1)).output
    elsewhere = [line(number, "PLIMS000130") for number in (2, 3)]
    other = line(4).replace("010.000.5432.00", "010.000.5432.99")
    done = publish("-", standard_input="\n".join([line(1), *elsewhere, other]))
    assert (done.exit_code, len(producer.values())) == (0, 5)
    told = " ".join(done.stderr.split())
    assert (
        "3 of 4 events name what the service's catalogue does not know, and will end among the dead letters: " in told
    )
    assert "facility PLIMS000130 (2), item 010.000.5432.99 (1)." in told


def test_an_empty_catalogue_is_worth_a_notice_and_no_obstacle(producer: ProducerInMemory) -> None:
    done = publish("-", standard_input=line(1))
    assert (done.exit_code, len(producer.values())) == (0, 1)
    assert "The service's catalogue is empty" in done.stderr


def test_nothing_is_sent_beside_a_topic_that_got_another_partition(producer: ProducerInMemory) -> None:
    producer.partitions = {CONSUMPTION: 5}
    refused = publish("-", standard_input=line(1))
    assert refused.exit_code == 1
    assert f"{CONSUMPTION} has 5 partitions, expected 4 as the other input topics have" in refused.stderr
    assert INVENTORY not in refused.stderr
    assert producer.sent == {}
    assert "bad" not in publish("-", standard_input="{").stderr, "told before every line is looked at"


def test_a_topic_that_gets_a_partition_while_the_lines_are_looked_at_is_noticed(producer: ProducerInMemory) -> None:
    producer.partitions = {CONSUMPTION: 5}
    record = Record(INVENTORY, None, b"{}")
    with pytest.raises(Failure, match=f"{CONSUMPTION} has 5 partitions, expected 4"):
        asyncio.run(send([record], Settings()))
    assert producer.sent == {}


def test_nothing_is_sent_to_more_partitions_than_the_workers_expect(
    producer: ProducerInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ABASTO_PARTITIONS", "3")
    refused = publish("-", standard_input=line(1))
    assert refused.exit_code == 1
    for topic in INPUTS:
        assert f"{topic} has 4 partitions, expected 3 as ABASTO_PARTITIONS says" in refused.stderr
    assert producer.sent == {}
    monkeypatch.setenv("ABASTO_PARTITIONS", "4")
    assert publish("-", standard_input=line(1)).exit_code == 0


def test_of_topics_that_all_differ_the_smallest_is_the_one_that_was_not_enlarged() -> None:
    with pytest.raises(Failure) as refused:
        refuse_unequal(dict(zip(INPUTS, (9, 8, 10), strict=True)), Settings(), {})
    assert str(refused.value).count("expected 8 ") == 2


def test_history_is_published_with_the_notice_that_it_counts_again_if_it_was_before(producer: ProducerInMemory) -> None:
    now = dt.datetime.now(dt.UTC)
    beyond, within = now - dt.timedelta(days=7, minutes=1), now - dt.timedelta(days=6, hours=23)
    lines = [line(1, at=beyond), line(2, at=beyond), line(3, at=within)]
    done = publish("-", "--json", standard_input="\n".join(lines))
    assert json.loads(done.stdout)["sent"] == 3
    (notice,) = [each for each in done.stderr.splitlines() if "history" in each]
    assert notice == (
        "Publish history once: 2 of these events are older than 7 days, and if they were published before they cannot "
        "be recognised and count again"
    )


def test_young_events_are_published_without_a_word_of_history(producer: ProducerInMemory) -> None:
    within = dt.datetime.now(dt.UTC) - dt.timedelta(days=6, hours=23)
    done = publish("-", standard_input="\n".join([line(1, at=within), line(2, at=within)]))
    assert done.exit_code == 0
    assert "history" not in done.output


def test_several_files_are_sent_as_one_in_the_order_of_time(producer: ProducerInMemory, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("\n".join(line(day, day=day) for day in (1, 9, 4, 12)))
    (tmp_path / "b.jsonl").write_text("\n".join(line(day, day=day) for day in (3, 10)))
    publish(str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl"))
    # The 4th came after the 9th in its file, and stays behind it.
    assert [json.loads(value or b"")["id"] for value in producer.values()] == ["1", "3", "9", "4", "10", "12"]


def test_no_topic_runs_more_than_days_ahead_of_another(producer: ProducerInMemory) -> None:
    count = line(0).replace("stock.dispensed", "stock.counted")
    publish("-", standard_input="\n".join([count, *(line(number, day=5 + number) for number in range(1, 20))]))
    assert producer.topics.index(INVENTORY) <= 2


def test_a_record_that_no_batch_can_hold_stops_the_publication() -> None:
    async def add() -> None:
        batches = Batches(ProducerInMemory(), dict.fromkeys(INPUTS, 4))  # type: ignore[arg-type] # the fake
        await batches.add(Record(CONSUMPTION, None, b"x" * (RECORD_BYTES + 1)))

    with pytest.raises(Exception, match="are the limit"):
        asyncio.run(add())


def test_a_rate_spreads_the_events_over_time() -> None:
    now = 100.0
    pace = Pace(rate=1000, clock=lambda: now)
    assert [number for number in range(1, 151) if pace.due(number)] == [50, 100, 150]
    now = 100.02
    assert pace.seconds(50) == pytest.approx(0.03)
    now = 101.0
    assert pace.seconds(50) == 0
    assert Pace(rate=2, clock=lambda: now).due(1)
