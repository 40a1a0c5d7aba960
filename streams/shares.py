"""How much to read at once of each input: the topics of a shard side by side, so that they reach their ends together.

A backlog mostly holds the same weeks in every topic, and of some topics far fewer records than of others. Read as they
come, a few fetches would bring all counts and orders of these weeks at once: they would be kept for long beside each
position before their time comes, and evaluations would wait for the slowest topic all the same.
"""

from collections.abc import Mapping

CHUNK_RECORDS = 5_000
"""At most in one chunk: counted in about 50 ms, then others have their turn."""

LEAST_RECORDS = 100
"""A topic with hardly any backlog is read this fast at least: what is new in it must not wait for another's history."""


def shares(behind: Mapping[tuple[str, int], int | None]) -> dict[tuple[str, int], int]:
    """The most records to read next of each input partition.

    Args:
        behind: the records left in each topic and partition; `None` where that is not known yet.
    """
    longest: dict[int, int] = {}
    for (_, partition), left in behind.items():
        longest[partition] = max(longest.get(partition, 0), left or 0)
    return {
        (topic, partition): CHUNK_RECORDS
        if left is None or not longest[partition]
        else max(LEAST_RECORDS, CHUNK_RECORDS * left // longest[partition])
        for (topic, partition), left in behind.items()
    }
