"""A mended dead letter through a real worker: it counts once, and whoever sends it again is told what that does."""

import asyncio
import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from typer.testing import CliRunner, Result

import store
from abasto.cli import app
from schemas.catalogue import CatalogueEntry, Facility, Item, entry_key
from schemas.channels import CATALOGUE, CONSUMPTION, DEAD_LETTERS, POSITIONS, position_key
from schemas.dead_letters import DeadLetter
from schemas.positions import Position
from store.rebuild import rebuild
from store.settings import StoreSettings
from streams.clients import connection
from streams.partitioning import partition_of
from streams.settings import Settings
from streams.topic_check import ensure_topics
from tests.integration.engine.conftest import settings_for
from tests.integration.engine.topics import read_topic
from tests.servers.kafka import KafkaServer
from tests.servers.reaper import Reaper
from tests.servers.worker import FAULTY, running_workers

pytestmark = pytest.mark.integration

HOSPITAL = Facility(facility="DFIMS000001", name="Hospital Siglo XXI", kind="hospital")
ITEM = Item(item="010.000.0001.00", name="Cisplatino", oncology=True)
KEY = position_key(HOSPITAL.facility, ITEM.item)
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)

PIECES = 7
HISTORY_PAUSE_SECONDS = 10


class Service:
    """A worker, its Kafka and a read model that is brought up to date when asked."""

    def __init__(self, settings: Settings, database: str, folder: Path) -> None:
        self.settings = settings
        self._environment = {"ABASTO_DATABASE": database, "ABASTO_BROKERS": settings.brokers}
        self._store = StoreSettings(brokers=settings.brokers, database=database)
        self._mended = folder / "mended.json"

    def publish(self, topic: str, value: bytes, key: str = KEY) -> None:
        partition = 0 if topic == CATALOGUE else partition_of(key, self.settings.partitions)

        async def send() -> None:
            async with AIOKafkaProducer(**connection(self.settings)) as producer:
                await producer.send_and_wait(topic, key=key.encode(), value=value, partition=partition)

        asyncio.run(send())

    def dead_letters(self, count: int) -> list[str]:
        """The numbers of the dead letters, once there are so many and the read model has them."""

        def all_there() -> list[bytes]:
            letters = [value for _, _, value in asyncio.run(read_topic(self.settings, DEAD_LETTERS))]
            return letters if len(letters) >= count else []

        letters = until(all_there)
        rebuild(self._store)
        return [msgspec.json.decode(letter, type=DeadLetter).number for letter in letters]

    def resend(self, number: str, mended: bytes, *more: str) -> Result:
        self._mended.write_bytes(mended)
        return self._run("dead-letters", "resend", number, "--with", str(self._mended), *more)

    def resend_all(self, fault: str) -> Result:
        rebuild(self._store)
        return self._run("dead-letters", "resend", "--fault", fault)

    def _run(self, *command: str) -> Result:
        return CliRunner().invoke(app, command, env=self._environment)

    def consumption_after(self, at: dt.datetime) -> float:
        """Dispenses a piece at a time after all others; the consumption of all months once that counted."""
        self.publish(CONSUMPTION, event("stock.dispensed", f"at {at}", at, 1))

        def counted() -> list[bytes]:
            found = self.positions(KEY)
            return [value for value in found if msgspec.json.decode(value, type=Position).last_event_at == at]

        return consumption(until(counted)[-1])

    def positions(self, key: str) -> list[bytes]:
        """All that was published of a position."""
        records = asyncio.run(read_topic(self.settings, POSITIONS))
        return [value for _, of, value in records if of == key.encode()]


def consumption(position: bytes) -> float:
    return sum(month.consumption for month in msgspec.json.decode(position, type=Position).months)


def until(look: Callable[[], list[bytes]]) -> list[bytes]:
    """Looks until there is something."""
    deadline = time.monotonic() + 60
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.3)
    return found


def event(kind: str, name: str, at: dt.datetime, quantity: float, item: str = ITEM.item) -> bytes:
    place = {"facility": HOSPITAL.facility, "item": item}
    return json.dumps(
        {"type": kind, "id": name, "source": "hospital", "time": at.isoformat(), **place, "quantity": quantity}
    ).encode()


@pytest.fixture
def service(own_kafka: Callable[[], KafkaServer], reaper: Reaper, tmp_path: Path) -> Iterator[Service]:
    settings = settings_for(own_kafka(), group="resend")
    asyncio.run(ensure_topics(settings, create=True))
    database = f"sqlite:///{tmp_path}/abasto.db"
    store.migrate(database)
    service = Service(settings, database, tmp_path)
    entries: tuple[CatalogueEntry, ...] = (HOSPITAL, ITEM)
    for entry in entries:
        service.publish(CATALOGUE, msgspec.json.encode(entry), entry_key(entry))
    with running_workers(tmp_path, reaper) as workers:
        workers.start(settings, FAULTY, HISTORY_PAUSE=str(HISTORY_PAUSE_SECONDS)).wait_until_ready()
        yield service


@pytest.mark.parametrize(
    ("age", "consequence", "times"),
    [
        (dt.timedelta(days=2), "it counts once", 1),
        (dt.timedelta(days=30), "then it would count a second time", 2),
    ],
    ids=["recent", "old"],
)
def test_a_mended_letter_counts_once_and_a_second_sending_does_what_the_refusal_says(
    service: Service, age: dt.timedelta, consequence: str, times: int
) -> None:
    at, later = NOW - age, NOW - dt.timedelta(hours=1)
    assert service.consumption_after(later) == 1
    service.publish(CONSUMPTION, event("stock.dispensed", "faulty", at, -PIECES))
    (number,) = service.dead_letters(1)
    mended = event("stock.dispensed", "faulty", at, PIECES)
    assert service.resend(number, mended).exit_code == 0
    assert service.consumption_after(later + dt.timedelta(minutes=1)) == PIECES + 2

    refused = service.resend(number, mended)
    assert refused.exit_code == 1
    assert "It was sent again before, at " in refused.stderr
    assert consequence in " ".join(refused.stderr.split())
    if times > 1:
        # As long as more of the same history may come, its events are known again.
        time.sleep(HISTORY_PAUSE_SECONDS)
    assert service.consumption_after(later + dt.timedelta(minutes=2)) == PIECES + 3

    assert service.resend(number, mended, "--again").exit_code == 0
    assert service.consumption_after(later + dt.timedelta(minutes=3)) == times * PIECES + 4


def test_the_events_of_an_item_that_was_missing_all_count_once_it_is_there(service: Service) -> None:
    item = Item(item="010.000.0002.00", name="Vincristina", oncology=True)
    key = position_key(HOSPITAL.facility, item.item)
    for number in range(30):
        at = NOW - dt.timedelta(hours=40 - number)
        service.publish(CONSUMPTION, event("stock.dispensed", f"early {number}", at, PIECES, item.item), key)
    service.dead_letters(30)
    service.publish(CATALOGUE, msgspec.json.encode(item), entry_key(item))
    sent = service.resend_all("unknown_item")
    assert (sent.exit_code, sent.stdout.strip()) == (0, "30 sent again as they were.")
    until(lambda: [value for value in service.positions(key) if consumption(value) == 30 * PIECES])
    assert service.resend_all("unknown_item").stdout.strip() == "0 sent again as they were."
