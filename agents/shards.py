"""Shards with the real rules inside: the book, the intake and the clock of `supply`."""

import time
from collections.abc import Callable

from schemas.channels import INPUTS
from streams.settings import Settings
from streams.shard import Shard
from supply.book import Book
from supply.catalogue import Catalogue
from supply.clock import ShardClock
from supply.intake import Intake
from supply.rules import Rules

OpenShard = Callable[[int], Shard]
Furnish = Callable[[Settings, Rules, Catalogue], OpenShard]
"""Gives what opens an empty shard of a partition number."""


def supply_shards(settings: Settings, rules: Rules, catalogue: Catalogue) -> OpenShard:
    """Shards that keep stock positions by the rules, all looking things up in one catalogue."""
    intake = Intake(catalogue)

    def open_shard(partition: int) -> Shard:
        return Shard(
            partition,
            INPUTS,
            settings.partitions,
            intake=intake,
            book=lambda owns: Book(catalogue, rules, owns=owns),
            clock=ShardClock(INPUTS, rules.lateness_ms),
            wall_ms=wall_ms,
        )

    return open_shard


def wall_ms() -> int:
    """The wall clock in milliseconds."""
    return time.time_ns() // 1_000_000
