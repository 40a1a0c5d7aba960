"""When to look at which position: an index of due instants, so that a clock need not scan all positions."""

import heapq
from collections.abc import Iterator


class Agenda:
    """Keys booked for instants. Most bookings share one: the midnight of a time zone."""

    def __init__(self) -> None:
        self._keys: dict[int, list[str]] = {}
        self._instants: list[int] = []

    def book(self, key: str, at_ms: int) -> None:
        """Book a key. An earlier booking stays: whoever is handed a key asks whether it is still meant."""
        keys = self._keys.get(at_ms)
        if keys is None:
            self._keys[at_ms] = [key]
            heapq.heappush(self._instants, at_ms)
        else:
            keys.append(key)

    def due(self, until_ms: int) -> Iterator[tuple[int, str]]:
        """Take out what is booked up to an instant, also what is booked meanwhile, in the order of time."""
        while self._instants and self._instants[0] <= until_ms:
            at_ms = heapq.heappop(self._instants)
            for key in self._keys.pop(at_ms):
                yield at_ms, key
