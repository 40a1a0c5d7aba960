"""How much to read at once of each input: the topics of a shard side by side, so that they reach their ends together.

A backlog mostly holds the same weeks in every topic, and of some topics far fewer records than of others. Read as they
come, a few fetches would bring all counts and orders of these weeks at once: they would be kept for long beside each
position before their time comes, and evaluations would wait for the slowest topic all the same.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

CHUNK_RECORDS = 10_000
"""At most in one chunk: counted in about 50 ms, then others have their turn."""

LEAST_RECORDS = 100
"""A topic with hardly any backlog is read this fast at least: what is new in it must not wait for another's history."""

BACKLOG_RECORDS = 1_000
"""Left in the longest topic of a shard: with fewer its topics are read as they come."""


class Backlog(NamedTuple):
    """An input of a shard and the records left in it; `None` where that is not known yet."""

    topic: str
    left: int | None


def longest_first(behind: Mapping[tuple[str, int], int | None]) -> Mapping[int, list[Backlog]]:
    """The inputs of each shard by partition number, the one with most left first."""
    shards: dict[int, list[Backlog]] = defaultdict(list)
    for (topic, partition), left in behind.items():
        shards[partition].append(Backlog(topic, left))
    for inputs in shards.values():
        inputs.sort(key=lambda backlog: -(backlog.left or 0))
    return shards


def share(other: Backlog, longest: Backlog, read: int) -> int:
    """The most records to read of another input of a shard when so many of its longest were read; 0: wait for it."""
    if other.left is None or longest.left is None or longest.left < BACKLOG_RECORDS:
        return CHUNK_RECORDS
    return max(LEAST_RECORDS, other.left * read // longest.left) if read else 0
