"""When to look at which position: an index of due instants, so that a clock need not scan all positions."""

import heapq


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

    def is_due(self, until_ms: int) -> bool:
        """Whether anything is booked up to an instant."""
        return bool(self._instants) and self._instants[0] <= until_ms

    def take(self, until_ms: int, most: int) -> tuple[int, list[str]]:
        """Take out keys that are booked for one instant, at most so many: for the first one, if it is not after
        `until_ms`; no keys otherwise. A key that was booked twice comes twice."""
        if not self.is_due(until_ms):
            return until_ms, []
        at_ms = self._instants[0]
        keys = self._keys[at_ms]
        if len(keys) > most:
            taken = keys[:most]
            del keys[:most]
            return at_ms, taken
        heapq.heappop(self._instants)
        return at_ms, self._keys.pop(at_ms)
