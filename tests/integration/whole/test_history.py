"""History published beside a running worker counts as if it had lain there before."""

import asyncio
import datetime as dt
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from abasto.catalogue.files import write_catalogue
from abasto.catalogue.load import run_load
from abasto.feed.keys import PositionKeys
from abasto.feed.lines import record_of
from abasto.feed.publish import send
from abasto.feed.records import Record
from schemas.alerts import Alert
from schemas.catalogue import Facility, Item
from schemas.channels import ALERTS, DEAD_LETTERS, POSITIONS
from schemas.dead_letters import DeadLetter
from streams.settings import Settings
from streams.topic_check import ensure_topics
from supply.catalogue import Catalogue
from supply.clock import IDLE_MS
from tests.events import HOSPITAL, ITEM, ZONE, counted, dispensed
from tests.integration.engine.conftest import settings_for
from tests.integration.engine.topics import fresh_topics, read_topic
from tests.integration.whole.network import END, Network
from tests.servers.kafka import KafkaServer
from tests.servers.reaper import Reaper
from tests.servers.worker import REAL, running_workers

pytestmark = pytest.mark.integration

PARTITIONS = 2
WITHIN_SECONDS = 240.0
"""Half a minute after a history has ended positions are told; a machine that does much else takes its time."""


def test_history_beside_a_running_worker_loses_nothing_to_lateness(
    kafka: KafkaServer, tmp_path: Path, reaper: Reaper
) -> None:
    network = Network(tmp_path / "network", 3, PARTITIONS)
    settings = settings_for(kafka, group="history", partitions=PARTITIONS)
    asyncio.run(fresh_topics(settings))
    asyncio.run(ensure_topics(settings, create=False))
    run_load(tmp_path / "network" / "catalogue", broker=settings.brokers, replace=False, as_json=True)
    replay = network.replayed()
    expected = {_identity(value) for value in replay.positions}
    with running_workers(tmp_path, reaper) as workers:
        worker = workers.start(settings, REAL)
        worker.wait_until_ready()
        asyncio.run(send(network.records(), settings, 2_000))
        differing = _differing_in_the_end(expected, settings)
        assert not differing, _told_apart(differing, expected)
        assert worker.stop() == 0
    assert _refused_as_late(settings) == []
    # Each of its days was judged in its turn.
    told = _transitions(value for _, _, value in asyncio.run(read_topic(settings, ALERTS)))
    assert _transitions(replay.alerts) - told == set()
    assert len(_transitions(replay.alerts)) > 200


def test_what_came_to_pass_today_is_told_when_the_history_before_it_has_ended(
    kafka: KafkaServer, tmp_path: Path, reaper: Reaper
) -> None:
    """A hospital that sends its past and, last, the count of this morning must not hear of it at midnight."""
    settings = settings_for(kafka, group="today", partitions=PARTITIONS)
    asyncio.run(fresh_topics(settings))
    write_catalogue(
        tmp_path / "catalogue",
        [Item(item=ITEM, name="Rituximab", oncology=True, ven="V")],
        [Facility(facility=HOSPITAL, name="Hospital", kind="hospital", timezone=ZONE)],
    )
    run_load(tmp_path / "catalogue", broker=settings.brokers, replace=False, as_json=True)
    past = [dispensed(10, _ago(days=days)) for days in range(100, 1, -1)]
    told = [counted(2500, _ago(days=101)), *past, counted(0, _ago(minutes=1))]
    keys, now = PositionKeys(Catalogue()), dt.datetime.now(dt.UTC)
    records = [record_of(msgspec.json.encode(event), now, keys) for event in told]
    with running_workers(tmp_path, reaper) as workers:
        worker = workers.start(settings, REAL)
        worker.wait_until_ready()
        asyncio.run(send(records[:-1], settings))
        asyncio.run(send(records[-1:], settings))
        deadline = time.monotonic() + WITHIN_SECONDS
        while ("stock_out", "firing") not in (alerts := _alerts(settings)) and time.monotonic() < deadline:
            time.sleep(1)
        assert worker.stop() == 0
    assert ("stock_out", "firing") in alerts


def test_a_hospital_that_joins_others_is_counted_as_if_it_had_always_been_there(
    kafka: KafkaServer, tmp_path: Path, reaper: Reaper
) -> None:
    """The others live in the present by then: the shards' clocks stand far beyond its history."""
    network = Network(tmp_path / "network", 3, PARTITIONS)
    settings = settings_for(kafka, group="joins", partitions=PARTITIONS)
    asyncio.run(fresh_topics(settings))
    asyncio.run(ensure_topics(settings, create=False))
    run_load(tmp_path / "network" / "catalogue", broker=settings.brokers, replace=False, as_json=True)
    # As of now, like the worker: what has expired since is no stock.
    expected = {_identity(value) for value in network.replayed(dt.datetime.now(dt.UTC)).positions}
    records = network.records()
    hospitals = {entry.facility for entry in network.catalogue if isinstance(entry, Facility) and entry.supplier}
    joins = max(hospitals, key=lambda code: sum(_is_of(record, code) for record in records)).encode()
    own = [record for record in records if _is_of(record, joins.decode())]
    assert len(own) > 500
    with running_workers(tmp_path, reaper) as workers:
        worker = workers.start(settings, REAL)
        worker.wait_until_ready()
        asyncio.run(send([record for record in records if not _is_of(record, joins.decode())], settings))
        time.sleep(IDLE_MS / 1000 + 10)
        before = {value for key, value in _latest(settings).items() if key.startswith(joins)}
        assert not before
        asyncio.run(send(own, settings))
        differing = _differing_in_the_end(expected, settings)
        assert not differing, _told_apart(differing, expected)
        assert worker.stop() == 0
    assert _refused_as_late(settings) == []


def test_a_hospital_that_joins_others_who_go_on_is_counted_as_if_it_had_always_been_there(
    kafka: KafkaServer, tmp_path: Path, reaper: Reaper
) -> None:
    """Events of now come before its history and in the middle of it, on every topic: the worker is behind for a moment,
    and has read everything in the next."""
    network = Network(tmp_path / "network", 24, PARTITIONS)
    settings = settings_for(kafka, group="joins-live", partitions=PARTITIONS)
    asyncio.run(fresh_topics(settings))
    asyncio.run(ensure_topics(settings, create=False))
    run_load(tmp_path / "network" / "catalogue", broker=settings.brokers, replace=False, as_json=True)
    hospitals = [entry.facility for entry in network.catalogue if isinstance(entry, Facility) and entry.supplier]
    past = network.as_records(network.lines)
    joins = max(hospitals, key=lambda code: sum(_is_of(record, code) for record in past))
    own = [record for record in past if _is_of(record, joins)]
    now = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    live = [list(network.everywhere(now, f"live {number}", but_not=joins)) for number in range(4)]
    for lines in live:
        network.lines += lines
    expected = {each for each in map(_identity, network.replayed(now).positions) if each[0] == joins}
    assert len(own) > 2_000
    with running_workers(tmp_path, reaper) as workers:
        worker = workers.start(settings, REAL)
        worker.wait_until_ready()
        part = -(-len(own) // len(live))
        for number, lines in enumerate(live):
            asyncio.run(send(network.as_records(lines), settings))
            asyncio.run(send(own[number * part : (number + 1) * part], settings))
        differing = _differing_in_the_end(expected, settings, joins)
        assert not differing, _told_apart(differing, expected)
        assert worker.stop() == 0
    assert _refused_as_late(settings) == []


def _differing_in_the_end(
    expected: set[tuple[object, ...]], settings: Settings, facility: str = ""
) -> set[tuple[object, ...]]:
    """What positions (of a facility) are, or should be, and not both, once they agree or time is up."""
    deadline = time.monotonic() + WITHIN_SECONDS
    of_it = facility.encode()
    while differing := expected ^ {
        _identity(value) for key, value in _latest(settings).items() if key.startswith(of_it)
    }:
        if time.monotonic() > deadline:
            break
        time.sleep(1)
    return differing


def _told_apart(differing: set[tuple[object, ...]], expected: set[tuple[object, ...]]) -> str:
    """Each of them on a line of its own, with all of it: what such a failure was about cannot be asked again."""
    lines = [(*map(str, each[:2]), "expected" if each in expected else "found   ", str(each[2:])) for each in differing]
    return "\n".join(" ".join(line) for line in sorted(lines))


def _refused_as_late(settings: Settings) -> list[str]:
    read = asyncio.run(read_topic(settings, DEAD_LETTERS))
    letters = [msgspec.json.decode(value, type=DeadLetter) for _, _, value in read]
    return [letter.reason for letter in letters if letter.fault == "too_late"]


def _is_of(record: Record, facility: str) -> bool:
    return record.key is not None and record.key.startswith(f"{facility}|".encode())


def _ago(**span: float) -> str:
    """An instant on the wall clock of the hospital."""
    return f"{dt.datetime.now(ZoneInfo(ZONE)) - dt.timedelta(**span):%Y-%m-%d %H:%M:%S}"


def _transitions(alerts: Iterable[bytes]) -> set[tuple[str, int, str, str, dt.datetime]]:
    """Of alerts up to the end of the history."""
    decoded = (msgspec.json.decode(value, type=Alert) for value in alerts)
    return {(each.alert, each.sequence, each.state, each.severity, each.at) for each in decoded if each.at <= END}


def _alerts(settings: Any) -> list[tuple[str, str]]:
    read = asyncio.run(read_topic(settings, ALERTS))
    alerts = [msgspec.json.decode(value, type=Alert) for _, _, value in read]
    return [(alert.condition, alert.state) for alert in alerts]


def _latest(settings: Any) -> dict[bytes, bytes]:
    return {key: value for _, key, value in asyncio.run(read_topic(settings, POSITIONS))}


def _identity(document: bytes) -> tuple[object, ...]:
    """What the events alone decide; the worker judges at the wall clock once the history has ended."""
    position = msgspec.json.decode(document)
    used = ("dispensed", "issued", "returned")
    # The end of a month without use is told only once it is over: when that is depends on when it is judged.
    months = [(month["month"], *map(month.get, used)) for month in position["months"] if any(map(month.get, used))]
    return position["facility"], position["item"], position["on_hand"], position["last_count_gap"], tuple(months)
