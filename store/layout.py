"""The topics to read and where to begin in each of their partitions."""

import logging
import time
from collections.abc import Iterable, Mapping

from kafka import TopicPartition

from store.faults import TopicMadeAnew, TopicsMissing
from store.offsets import Place, Reached
from store.patience import Patience, Stopped
from store.source import Source, Topic

log = logging.getLogger(__name__)

ASK_AGAIN_S = 1.0
"""Pause between two questions to a broker that is not ready yet."""


def await_topics(source: Source, wanted: Iterable[str], seconds: float, patience: Patience) -> dict[str, Topic]:
    """The topics, once all of them are there; raises `TopicsMissing` when they do not come."""
    names = list(wanted)
    deadline = time.monotonic() + seconds
    told = False
    while True:
        topics = source.topics()
        missing = [name for name in names if name not in topics]
        if not missing:
            return topics
        if time.monotonic() >= deadline:
            raise TopicsMissing(
                f"Topics missing at the broker: {', '.join(missing)}. The worker makes them: start `abasto worker`"
            )
        if not told:
            log.warning("Waiting for topics that the worker makes: %s", ", ".join(missing))
            told = True
        if patience.stop.wait(ASK_AGAIN_S):
            raise Stopped


def await_ends(source: Source, partitions: Iterable[TopicPartition], patience: Patience) -> dict[TopicPartition, int]:
    """Where the partitions end, once the broker says so."""
    wanted = list(partitions)
    while (ends := source.ends(wanted)) is None:
        if patience.stop.wait(ASK_AGAIN_S):
            raise Stopped
    return ends


def places(topics: Mapping[str, Topic]) -> list[TopicPartition]:
    """Every partition of these topics."""
    return [TopicPartition(name, number) for name, topic in topics.items() for number in range(topic.partitions)]


def starting_positions(
    source: Source, topics: Mapping[str, Topic], reached: Mapping[Place, Reached]
) -> dict[TopicPartition, int]:
    """The next offset of every partition: what the database says, else the oldest record there is."""
    for place, at in reached.items():
        topic = topics.get(place.topic)
        if topic is not None and topic.topic_id != at.topic_id:
            raise TopicMadeAnew(
                f"{place.topic} is not the topic that was projected: it was deleted and made anew. "
                "Run: abasto projector rebuild"
            )
    partitions = places(topics)
    positions = {
        partition: reached[place].next_offset
        for partition in partitions
        if (place := Place(partition.topic, partition.partition)) in reached
    }
    return positions | source.beginnings(partition for partition in partitions if partition not in positions)
