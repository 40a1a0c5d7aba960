"""The stages of the engine: what each reads, where its state lies, and under which name it commits.

Each stage has shards of its own, one a partition number, with its own consumer group, changelog and transactional
ids; shards, checkpoints, recovery and assignment are the same code for all. A stage may write to any topic: its inputs'
offsets are in the same transaction.
"""

from dataclasses import dataclass

import msgspec

from schemas.channels import CHANGELOG, INPUTS, REKEYED, WIDE_CHANGELOG
from streams.settings import Settings


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. `suffix` is added to the group of the settings: to its consumer group and its transactional ids."""

    name: str
    inputs: tuple[str, ...]
    changelog: str
    suffix: str

    def settings(self, settings: Settings) -> Settings:
        """The settings as the stage's shards use them."""
        return msgspec.structs.replace(settings, group=settings.group + self.suffix)


POSITIONS_STAGE = Stage("positions", INPUTS, CHANGELOG, "")
"""Counts events into stock positions. Its group is the one of the settings: it was there first."""

WIDE_STAGE = Stage("wide", (REKEYED,), WIDE_CHANGELOG, "-wide")
"""Judges whole facilities, and items everywhere, by what the shards of positions tell of them."""
