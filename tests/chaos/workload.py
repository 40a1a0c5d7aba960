"""What is published meanwhile: a simulated network's events, with more disorder, repeats and poison than it has."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tests.integration.whole.network import Network

SHUFFLED_LINES: Final = 200
"""Lines that change places with each other: some hours of a national network, far within the lateness window."""
REPEATED_LINES, REPEATED_SHARE = 50, 0.05
POISON_EVERY_LINES: Final = 250
"""More often than one record in every hundredth chunk: chunks have tens of records when a worker keeps up."""


class Workload(Network):
    """The records to publish, and what a replay makes of them."""

    def __init__(self, folder: Path, months: int, partitions: int, seed: int, *, small: bool) -> None:
        super().__init__(folder, months, partitions, small=small)
        self.lines = list(_disturbed(self.lines, random.Random(seed)))


def _disturbed(lines: Sequence[bytes], chance: random.Random) -> Iterator[bytes]:
    for first in range(0, len(lines), SHUFFLED_LINES):
        block = list(lines[first : first + SHUFFLED_LINES])
        chance.shuffle(block)
        yield from block
        if chance.random() < REPEATED_SHARE * SHUFFLED_LINES / REPEATED_LINES:
            yield from chance.sample(block, min(REPEATED_LINES, len(block)))
        if chance.random() < SHUFFLED_LINES / POISON_EVERY_LINES:
            yield _poison(first, chance)


def _poison(number: int, chance: random.Random) -> bytes:
    """No event, and unlike any other line."""
    noise = chance.randbytes(8).hex()
    return chance.choice(
        (
            f'{{"type": "stock.dispensed", "id": "{number}-{noise}"',
            f'{{"type": "stock.dispensed", "id": "{number}-{noise}", "quantity": "many"}}',
            f"\x00{number}{noise}",
            f'[{number}, "{noise}"]',
            f'{{"type": "stock.teleported", "id": "{number}-{noise}"}}',
        )
    ).encode()
