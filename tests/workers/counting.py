"""A worker with the counting book, for tests that kill it: `python -m tests.workers.counting`.

What tests do to it from inside is in `hooks`.
"""

import logging
import sys

import msgspec

from agents.shards import OpenShard, wall_ms
from agents.worker import run_worker
from schemas.channels import INPUTS
from streams.settings import Settings
from streams.shard import Shard
from supply.catalogue import Catalogue
from supply.clock import ShardClock
from supply.rules import Rules
from tests.fakes.counting import CountingBook, PlainIntake
from tests.workers.hooks import apply_hooks


def counting_shards(settings: Settings, rules: Rules, catalogue: Catalogue) -> OpenShard:
    """Shards that only count."""

    def open_shard(partition: int) -> Shard:
        return Shard(
            partition,
            INPUTS,
            settings.partitions,
            intake=PlainIntake(),
            book=CountingBook,
            clock=ShardClock(INPUTS, rules.lateness_ms),
            wall_ms=wall_ms,
        )

    return open_shard


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    apply_hooks()
    settings = msgspec.structs.replace(Settings.from_environment(), stages="positions")
    return run_worker(settings, furnish=counting_shards)


if __name__ == "__main__":
    sys.exit(main())
