"""Totals over the positions of a shard, kept up as positions are published."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from schemas.alerts import Condition, Severity
from supply.stored import Summary


class ItemStock(msgspec.Struct):
    """One item over the counted positions of a shard: usable pieces, CPM in pieces a month, how many, how many out."""

    usable: float = 0.0
    cpm: float = 0.0
    counted: int = 0
    out: int = 0


class Totals:
    """Firing alerts by condition and severity, and stock by item."""

    def __init__(self) -> None:
        self._firing: Counter[tuple[Condition, Severity]] = Counter()
        self._items: dict[str, ItemStock] = {}

    def replace(self, item: str, before: Summary | None, after: Summary | None) -> None:
        """Take a position's old share out and put its new one in."""
        stock = self._items.setdefault(item, ItemStock())
        if before is not None:
            self._add(stock, before, -1)
        if after is not None:
            self._add(stock, after, 1)

    def _add(self, stock: ItemStock, summary: Summary, sign: int) -> None:
        if summary.usable >= 0:
            stock.usable += sign * summary.usable
            stock.counted += sign
            stock.out += sign * (summary.usable == 0)
            # Use without stock to set it against would make the cover of the others look short.
            stock.cpm += sign * max(0.0, summary.cpm)
        if summary.firing:
            for alert in summary.firing_alerts():
                self._firing[alert] += sign

    def firing(self) -> Mapping[tuple[Condition, Severity], int]:
        """Firing alerts by condition and severity."""
        return self._firing

    def items(self) -> Mapping[str, ItemStock]:
        """Stock by item."""
        return self._items
