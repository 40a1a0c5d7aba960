"""A hospital of two CLUES: what it published under both, long ago, counts as if it had one."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from abasto.catalogue.load import load
from abasto.cli import app
from abasto.feed.lines import numbered_lines
from abasto.proof.replay import Replay
from schemas.catalogue import CatalogueEntry, Facility, Item
from schemas.channels import CATALOGUE, POSITIONS, position_key
from schemas.events import Event
from schemas.messages import EVENT_TYPES
from streams.partitioning import partition_of
from streams.topic_check import ensure_topics
from supply.catalogue import Catalogue
from supply.rules import Rules
from tests.events import HOSPITAL, ITEM, counted, dispensed, received
from tests.integration.engine.conftest import settings_for
from tests.integration.engine.topics import fresh_topics, read_topic
from tests.servers.kafka import KafkaServer
from tests.servers.reaper import Reaper
from tests.servers.worker import REAL, WorkerProcess, running_workers

pytestmark = pytest.mark.integration

PARTITIONS = 2
DAYS = 30
"""Four times the lateness window: what takes a detour out of such a backlog comes too late."""

WITHIN_SECONDS = 30.0


def other_code() -> str:
    """A second CLUES whose events would be on another partition than the hospital's own."""
    home = partition_of(position_key(HOSPITAL, ITEM), PARTITIONS)
    codes = (f"DFIMS{number:06d}" for number in range(700, 800))
    return next(code for code in codes if partition_of(position_key(code, ITEM), PARTITIONS) != home)


def month_under_both(alias: str) -> Iterator[Event]:
    """A count, then each day something under the one code and under the other, once in a while misspelt."""
    yield counted(900, "2026-01-01 06:00")
    for day in range(1, DAYS + 1):
        yield dispensed(3, f"2026-01-{day:02d} 09:00")
        yield dispensed(5, f"2026-01-{day:02d} 10:00", facility=alias)
        if day % 5 == 0:
            yield received(40, f"2026-01-{day:02d} 11:00", facility=f" {alias.lower()}", item=ITEM.replace(".", ""))
        if day % 10 == 0:
            yield counted(700, f"2026-01-{day:02d} 20:00", facility=alias)


def test_a_backlog_of_a_month_under_two_codes_has_nothing_late_and_equals_its_replay(
    kafka: KafkaServer, tmp_path: Path, reaper: Reaper
) -> None:
    alias = other_code()
    catalogue: list[CatalogueEntry] = [
        Item(item=ITEM, name="Rituximab", oncology=True),
        Facility(facility=HOSPITAL, name="Siglo XXI", kind="hospital", aliases=(alias,)),
    ]
    lines = [msgspec.json.encode(event) for event in month_under_both(alias)]
    (tmp_path / "events.jsonl").write_bytes(b"\n".join(lines))
    settings = settings_for(kafka, group="two-codes", partitions=PARTITIONS)
    asyncio.run(fresh_topics(settings))
    asyncio.run(ensure_topics(settings, create=False))
    asyncio.run(load(catalogue, settings))

    published = CliRunner().invoke(app, ["publish", str(tmp_path / "events.jsonl"), "--broker", settings.brokers])
    assert published.exit_code == 0, published.output

    replay = Replay(Catalogue(catalogue), Rules(), None)
    with (tmp_path / "events.jsonl").open("rb") as file:
        replay.read("events", numbered_lines(file))
    replay.finish()
    (expected,) = map(_identity, replay.positions)
    with running_workers(tmp_path, reaper) as workers:
        worker = workers.start(settings, REAL)
        worker.wait_for_metric("abasto_events_total", len(lines))
        assert _counted(worker) == len(lines), "every event counted where it was published, none late or sent on"
        deadline = time.monotonic() + WITHIN_SECONDS
        while (shown := _shown(settings)) != [expected] and time.monotonic() < deadline:
            time.sleep(0.2)
        assert shown == [expected]
        assert worker.metric("abasto_dead_letters_total") == 0
        assert worker.stop() == 0


def test_a_later_load_does_not_take_an_alias_away(kafka: KafkaServer, tmp_path: Path) -> None:
    alias = other_code()
    settings = settings_for(kafka, group="two-codes", partitions=PARTITIONS)
    asyncio.run(fresh_topics(settings))
    hospital = Facility(facility=HOSPITAL, name="Siglo XXI", kind="hospital", aliases=(alias,))
    asyncio.run(load([hospital], settings))
    before = asyncio.run(read_topic(settings, CATALOGUE))
    facilities = tmp_path / "facilities.csv"

    facilities.write_text(f"facility,name,kind,aliases\nZZREV000001,Otro,hospital,{alias}\n", encoding="utf-8")
    refused = CliRunner().invoke(app, ["catalogue", "load", str(facilities), "--broker", settings.brokers])
    assert refused.exit_code == 1
    assert f"facility ZZREV000001, column aliases: {alias} already means facility {HOSPITAL}" in refused.output
    assert asyncio.run(read_topic(settings, CATALOGUE)) == before

    with facilities.open("a", encoding="utf-8") as file:
        file.write(f"{HOSPITAL},Siglo XXI,hospital,\n")
    taken = CliRunner().invoke(app, ["catalogue", "load", str(facilities), "--broker", settings.brokers])
    assert taken.output == "Catalogue: 1 new, 1 changed, 0 removed, 0 unchanged\n"


def _counted(worker: WorkerProcess) -> float:
    return sum(worker.metric(f'abasto_events_total{{outcome="counted",type="{kind}"}}') for kind in EVENT_TYPES)


def _shown(settings: Any) -> list[tuple[object, ...]]:
    latest = {key: value for _, key, value in asyncio.run(read_topic(settings, POSITIONS))}
    return [_identity(value) for value in latest.values()]


def _identity(document: bytes) -> tuple[object, ...]:
    """What the events alone decide; the worker judges at the wall clock once the backlog has ended."""
    position = msgspec.json.decode(document)
    months = [(month["month"], month["dispensed"], month["consumption"]) for month in position["months"]]
    counts = position["last_count_on"], position["last_count_gap"]
    return position["facility"], position["item"], position["on_hand"], *counts, tuple(months)
