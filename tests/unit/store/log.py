"""Output topics in memory: a `Source` with the offsets, gaps and retention of a broker, and no broker."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from kafka import TopicPartition

from schemas import channels
from schemas.alerts import Alert
from schemas.catalogue import CatalogueEntry, DemandProfile, Facility, Item, OfficialCpm, entry_key
from schemas.dead_letters import DeadLetter
from schemas.positions import Position
from store.source import Topic
from tests.builders import NOON


class Record(NamedTuple):
    """A record as a client hands it over."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


Message = Position | Alert | DeadLetter | CatalogueEntry


class Log:
    """The topics themselves: what several sources read."""

    def __init__(self, partitions: int = 2) -> None:
        self.topics = {
            channels.CATALOGUE: Topic("catalogue-1", 1),
            channels.POSITIONS: Topic("positions-1", partitions),
            channels.ALERTS: Topic("alerts-1", partitions),
            channels.DEAD_LETTERS: Topic("dead-letters-1", partitions),
        }
        self.records: dict[TopicPartition, list[Record]] = {}
        self.begin: dict[TopicPartition, int] = {}
        self.end: dict[TopicPartition, int] = {}
        self.answers = True

    def publish(self, *messages: Message, partition: int | None = None) -> None:
        """One transaction: the messages, and a commit marker that takes an offset in each partition touched."""
        touched = set()
        for message in messages:
            topic, key = address_of(message)
            number = _partition(key, self.topics[topic].partitions) if partition is None else partition
            touched.add(self.append(topic, number, key.encode(), msgspec.json.encode(message)))
        for place in touched:
            self.end[place] += 1

    def append(self, topic: str, partition: int, key: bytes | None, value: bytes | None) -> TopicPartition:
        place = TopicPartition(topic, partition)
        offset = self.end.setdefault(place, 0)
        at = int(NOON.timestamp() * 1000) + offset
        self.records.setdefault(place, []).append(Record(topic, partition, offset, at, key, value))
        self.end[place] = offset + 1
        return place

    def compact(self, topic: str) -> None:
        """Only the newest record of each key stays; offsets do not move."""
        for place, records in self.records.items():
            if place.topic == topic:
                newest = {record.key: record for record in records}
                self.records[place] = [record for record in records if newest[record.key] is record]

    def expire(self, topic: str, partition: int, before: int) -> None:
        """Retention: nothing before this offset is held."""
        place = TopicPartition(topic, partition)
        self.begin[place] = before
        self.records[place] = [record for record in self.records[place] if record.offset >= before]

    def make_anew(self, topic: str) -> None:
        """Deleted and created again, empty."""
        self.topics[topic] = Topic(self.topics[topic].topic_id + "x", self.topics[topic].partitions)
        for place in [each for each in self.end if each.topic == topic]:
            del self.end[place], self.records[place]


def address_of(message: Message) -> tuple[str, str]:
    """The topic and key of a message."""
    match message:
        case Position():
            return channels.POSITIONS, channels.position_key(message.facility, message.item)
        case Alert():
            return channels.ALERTS, channels.position_key(message.facility or "", message.item or "")
        case DeadLetter():
            return channels.DEAD_LETTERS, message.number
        case Item() | Facility() | OfficialCpm() | DemandProfile():
            return channels.CATALOGUE, entry_key(message)


def _partition(key: str, partitions: int) -> int:
    return sum(key.encode()) % partitions


class LogSource:
    """Reads a `Log` in pieces of at most `at_once` records of one partition; `on_idle` is called when all was read.

    As a client does, a full piece stops right after its last record: a marker behind it is stepped over by the next.
    """

    def __init__(self, log: Log, on_idle: Callable[[], object], at_once: int = 1000) -> None:
        self.log = log
        self.on_idle = on_idle
        self.at_once = at_once
        self.positions: dict[TopicPartition, int] = {}

    def topics(self) -> dict[str, Topic]:
        return dict(self.log.topics)

    def beginnings(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {each: self.log.begin.get(each, 0) for each in partitions}

    def ends(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int] | None:
        return {each: self.log.end.get(each, 0) for each in partitions} if self.log.answers else None

    def follow(self, positions: Mapping[TopicPartition, int]) -> None:
        self.positions = dict(positions)

    def poll(self) -> Mapping[TopicPartition, Sequence[Record]]:
        for place, position in self.positions.items():
            waiting = [record for record in self.log.records.get(place, ()) if record.offset >= position]
            if listed := waiting[: self.at_once]:
                after = listed[-1].offset + 1
                self.positions[place] = after if len(listed) == self.at_once else self.log.end[place]
                return {place: listed}
            self.positions[place] = max(position, self.log.end.get(place, 0))
        self.on_idle()
        return {}

    def position(self, partition: TopicPartition) -> int:
        return self.positions[partition]

    def close(self) -> None:
        return
