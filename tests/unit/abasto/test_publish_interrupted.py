"""A publication that ends early tells what is confirmed, and from which line on it can be continued."""

import asyncio
import datetime as dt
import gc
import json
import logging
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaError, LeaderNotAvailableError
from typer.testing import CliRunner, Result

import abasto.feed.batches
import abasto.feed.publish
from abasto.catalogue.topic import Known
from abasto.cli import app
from abasto.feed.publish import TURN_RECORDS, send
from abasto.feed.records import Record
from abasto.feed.standing import Standing
from abasto.terminal import Failure
from schemas.catalogue import Item
from schemas.channels import CONSUMPTION, INPUTS
from streams.settings import Settings

COUNT_AGAIN = (
    "Publish history once: events among them may be older than 7 days, and if they were published before they cannot "
    "be recognised and count again"
)


class BatchOfThree:
    """As aiokafka's: takes records until it is full."""

    def __init__(self) -> None:
        self.values: list[bytes] = []

    def append(self, *, timestamp: float | None, key: bytes | None, value: bytes) -> object | None:
        if len(self.values) == 3:
            return None
        self.values.append(value)
        return object()


class ProducerThatLosesItsBroker:
    """Confirms batches, but for those `lost`, by their number; all are told of when it is stopped."""

    def __init__(self) -> None:
        self.lost: set[int] = set()
        self.interrupted_at: int | None = None
        self.partitions = 1
        self.arrived: list[bytes] = []
        self.waiting: list[tuple[asyncio.Future[None], bool]] = []
        self.handed_over = 0
        self.silent = False

    def create_batch(self) -> BatchOfThree:
        return BatchOfThree()

    async def send_batch(self, batch: BatchOfThree, topic: str, *, partition: int) -> asyncio.Future[None]:
        number, self.handed_over = self.handed_over, self.handed_over + 1
        if number == self.interrupted_at:
            signal.raise_signal(signal.SIGINT)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        if number not in self.lost:
            self.arrived += batch.values
        self.waiting.append((future, number in self.lost))
        loop.call_later(0.01, self.tell)
        return future

    def tell(self) -> None:
        for future, lost in self.waiting:
            if future.done() or self.silent:
                continue
            if lost:
                future.set_exception(LeaderNotAvailableError())
            else:
                future.set_result(None)


@pytest.fixture
def producer(monkeypatch: pytest.MonkeyPatch) -> ProducerThatLosesItsBroker:
    monkeypatch.delenv("ABASTO_PARTITIONS", raising=False)
    losing = ProducerThatLosesItsBroker()

    @asynccontextmanager
    async def producer_for(settings: Settings, topics: Iterable[str]) -> AsyncIterator[Any]:
        try:
            yield losing, dict.fromkeys(topics, losing.partitions)
        except KafkaError as fault:
            raise Failure(f"Kafka refused: {fault}") from fault
        finally:
            losing.tell()
            await asyncio.sleep(0)

    async def known(settings: Settings, partitions: int) -> Known:
        return Known({"item|010.000.5432.00": Item(item="010.000.5432.00", name="Filgrastim")}, set())

    monkeypatch.setattr(abasto.feed.publish, "producer_for", producer_for)
    monkeypatch.setattr(abasto.feed.publish, "known", known)
    return losing


def line(number: int, kind: str = "stock.dispensed") -> str:
    event = {"type": kind, "id": str(number), "source": "h", "time": f"2026-01-05T10:0{number % 10}:00-06:00"}
    return json.dumps({**event, "facility": "DFIMS000604", "item": "010.000.5432.00", "quantity": 1})


def history(folder: Path, *lines: str, name: str = "history.jsonl") -> str:
    file = folder / name
    file.write_text("".join(f"{each}\n" for each in lines))
    return str(file)


def publish(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["publish", *arguments])


def test_a_lost_broker_is_told_with_what_is_confirmed_and_the_line_to_go_on_from(
    producer: ProducerThatLosesItsBroker, tmp_path: Path
) -> None:
    # A blank line and a bad one have numbers too. Batches: lines 1, 3, 5; 6, 7, 8 (lost); 9, 10, 11; 12.
    file = history(tmp_path, line(1), "", line(3), "{", *(line(number) for number in range(5, 13)))
    producer.lost = {1}
    refused = publish(file, "--skip-bad")
    assert refused.exit_code == 1
    assert refused.stderr.endswith(
        "abasto: Kafka refused: [Error 5] LeaderNotAvailableError\n"
        f"  7 of 10 records are confirmed, among them all before line 6 of {file}; 3 more may have arrived or not\n"
        "  To go on, give the same command with --from-line 6: it sends 7 records again that may have arrived or are "
        f"confirmed\n  {COUNT_AGAIN}\n"
    )
    producer.lost, producer.arrived = set(), []
    assert publish(file, "--skip-bad", "--from-line", "6").exit_code == 0
    assert [json.loads(value)["id"] for value in producer.arrived] == [str(number) for number in range(6, 13)]


def test_nothing_is_printed_but_the_sentences_however_many_batches_are_lost(
    producer: ProducerThatLosesItsBroker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    producer.lost = set(range(8))
    refused = publish(history(tmp_path, *map(line, range(1, 25))))
    assert "0 of 24 records are confirmed, among them all before line 1 of" in refused.stderr
    assert "; 24 more may have arrived or not" in refused.stderr
    producer.waiting.clear()
    del refused
    gc.collect()
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []


def test_a_broker_that_never_answers_again_is_given_up(
    producer: ProducerThatLosesItsBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(abasto.feed.batches, "CONFIRMED_WITHIN_SECONDS", 0.05)
    producer.silent = True
    refused = publish(history(tmp_path, *map(line, range(1, 4))))
    assert "no record was confirmed within" in refused.stderr
    assert "0 of 3 records are confirmed, among them all before line 1 of" in refused.stderr


def test_a_batch_that_still_fills_when_the_broker_goes_was_not_sent(
    producer: ProducerThatLosesItsBroker, tmp_path: Path
) -> None:
    # The count waits in its batch while 40 batches of its neighbours go; at the 33rd the loss of the first is heard.
    lines = [line(1), line(2, "stock.counted"), *(line(number) for number in range(3, 122))]
    producer.lost = {1, 2}
    refused = publish(history(tmp_path, *lines))
    # Batch 1: line 1 with 3 and 4; it is confirmed, the count in line 2 is not and did not go.
    assert "among them all before line 2 of" in refused.stderr
    assert "; 6 more may have arrived or not" in refused.stderr


def test_ctrl_c_says_the_same(producer: ProducerThatLosesItsBroker, tmp_path: Path) -> None:
    producer.interrupted_at = 2
    producer.lost = {1}
    file = history(tmp_path, *(line(number) for number in range(1, 3001)))
    stopped = publish(file)
    assert stopped.exit_code == 130
    assert f"are confirmed, among them all before line 4 of {file}; 3 more may have arrived or not\n" in stopped.stderr
    assert "with --from-line 4: it sends" in stopped.stderr
    assert COUNT_AGAIN in stopped.stderr


def test_what_is_confirmed_while_it_is_interrupted_is_known_to_be(
    producer: ProducerThatLosesItsBroker, tmp_path: Path
) -> None:
    producer.interrupted_at = 2
    file = history(tmp_path, *(line(number) for number in range(1, 3001)))
    stopped = publish(file)
    confirmed = len(producer.arrived)
    assert 0 < confirmed < 3000
    assert f"  {confirmed:,} of 3,000 records are confirmed, among them all before line {confirmed + 1} of" in (
        stopped.stderr
    )
    assert "; 0 more may have arrived or not" in stopped.stderr
    assert "Publish history once: events among them" not in stopped.stderr


def test_several_files_go_on_each_from_its_own_line(producer: ProducerThatLosesItsBroker, tmp_path: Path) -> None:
    one = history(tmp_path, *(line(number) for number in range(1, 5)), name="one.jsonl")
    two = history(tmp_path, *(line(number) for number in range(11, 15)), name="two.jsonl")
    # Batches in the order of time: 1, 11, 2; then 12, 3, 13, which is lost; then 4, 14.
    producer.lost = {1}
    refused = publish(one, two)
    assert f"all before line 3 of {one}, line 2 of {two};" in refused.stderr
    assert "with --from-line 3 --from-line 2: it sends" in refused.stderr
    producer.lost, producer.arrived = set(), []
    assert publish(one, two, "--from-line", "3", "--from-line", "2").exit_code == 0
    assert sorted(json.loads(value)["id"] for value in producer.arrived) == ["12", "13", "14", "3", "4"]
    unclear = publish(one, two, "--from-line", "4")
    assert unclear.exit_code == 2
    assert "1 for 2 files" in unclear.output


def test_to_go_on_behind_the_end_is_refused(producer: ProducerThatLosesItsBroker, tmp_path: Path) -> None:
    refused = publish(history(tmp_path, line(1)), "--from-line", "2")
    assert refused.exit_code == 1
    assert "nothing was sent: there is no line where --from-line begins" in refused.stderr


def test_a_refusal_before_anything_was_sent_has_no_line_to_go_on_from(
    producer: ProducerThatLosesItsBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ABASTO_PARTITIONS", "3")
    assert "--from-line" not in publish(history(tmp_path, line(1))).stderr


def test_what_is_sent_again_is_two_turns_at_most_whatever_the_order_of_the_file(
    producer: ProducerThatLosesItsBroker,
) -> None:
    at = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    quiet, busy = INPUTS[0], CONSUMPTION
    producer.lost = {15_000}
    records = (Record(quiet if number == 5 else busy, None, b"{}", at, line=number) for number in range(1, 60_000))
    standing = Standing()
    with pytest.raises(Failure):
        asyncio.run(send(records, Settings(), None, standing))
    assert standing.confirmed > TURN_RECORDS
    assert standing.sent_again <= 2 * TURN_RECORDS
