"""Shards with the real rules inside: the books, the intakes and the clocks of `supply`."""

import time
from collections.abc import Callable

from streams.settings import Settings
from streams.shard import Shard
from streams.stage import POSITIONS_STAGE, WIDE_STAGE
from supply.book import Book
from supply.catalogue import Catalogue
from supply.clock import ShardClock
from supply.intake import Intake
from supply.rules import Rules
from supply.wide.book import WideBook
from supply.wide.clock import WideClock
from supply.wide.intake import WideIntake

OpenShard = Callable[[int], Shard]
Furnish = Callable[[Settings, Rules, Catalogue], OpenShard]
"""Gives what opens an empty shard of a partition number."""


def supply_shards(settings: Settings, rules: Rules, catalogue: Catalogue) -> OpenShard:
    """Shards that keep stock positions by the rules, all looking things up in one catalogue."""
    intake = Intake(catalogue)

    def open_shard(partition: int) -> Shard:
        return Shard(
            partition,
            POSITIONS_STAGE.inputs,
            settings.partitions,
            intake=intake,
            book=lambda owns: Book(
                catalogue,
                rules,
                owns=owns,
                awake_limit=settings.awake_positions,
                at_once=settings.checkpoint_keys,
            ),
            clock=ShardClock(POSITIONS_STAGE.inputs, rules.lateness_ms),
            wall_ms=wall_ms,
            changelog=POSITIONS_STAGE.changelog,
            tells=True,
        )

    return open_shard


def wide_shards(settings: Settings, rules: Rules, catalogue: Catalogue) -> OpenShard:
    """Shards that judge whole facilities, and items everywhere."""

    def open_shard(partition: int) -> Shard:
        clock = WideClock(settings.partitions)
        return Shard(
            partition,
            WIDE_STAGE.inputs,
            settings.partitions,
            intake=WideIntake(),
            book=lambda _owns: WideBook(catalogue, rules, clock),
            clock=clock,
            wall_ms=wall_ms,
            changelog=WIDE_STAGE.changelog,
        )

    return open_shard


def wall_ms() -> int:
    """The wall clock in milliseconds."""
    return time.time_ns() // 1_000_000
