"""Random draws built on `random()` alone: the one method whose numbers Python promises to keep for a seed."""

import math
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draws:
    """A stream of its own for each concern, so that a change in one leaves the others as they were."""

    __slots__ = ("random",)

    def __init__(self, *name: object) -> None:
        # Seeding with text goes through SHA-512, the same in every process.
        self.random = random.Random("/".join(map(str, name))).random

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.random() < probability

    def between(self, low: float, high: float) -> float:
        """A number in a range, all alike."""
        return low + self.random() * (high - low)

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.random() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of them."""
        return choices[int(self.random() * len(choices))]

    def wait(self, rate: float) -> float:
        """The time until the next of events that come at a rate."""
        return -math.log(1.0 - self.random()) / rate

    def bell(self) -> float:
        """About a standard normal number: twelve uniform ones."""
        return sum(self.random() for _ in range(12)) - 6.0

    def skewed(self, median: float, spread: float) -> float:
        """A positive number, log-normal around its median."""
        return median * math.exp(spread * self.bell())

    def some(self, choices: Sequence[T], weights: Sequence[float], count: int) -> list[T]:
        """`count` different ones, the heavier the likelier (Efraimidis and Spirakis 2006), in their own order."""
        keys = [(math.log(1.0 - self.random()) / weight, index) for index, weight in enumerate(weights)]
        chosen = sorted(index for _, index in sorted(keys, reverse=True)[:count])
        return [choices[index] for index in chosen]
