"""A worker comes back, or takes over a shard: what came to pass meanwhile is judged day by day."""

import pytest

from supply.clock import IDLE_MS, Reach
from tests.events import counted, dispensed, ms, received
from tests.unit.supply.shelf import RULES, Shelf

DAY_MS = 24 * 3_600_000
USED = [dispensed(10, f"2026-{month:02}-{day:02} 12:00") for month in (1, 2, 3) for day in range(1, 29)]


def in_service(shelf: Shelf, now_ms: int) -> None:
    """A look and a checkpoint with all inputs read."""
    shelf.book.advance(Reach(now_ms, now_ms - RULES.lateness_ms, True, True, now_ms))
    shelf.keep(shelf.book.publish(now_ms))


def watched_until(day: str) -> Shelf:
    """A shelf that a service has watched each day up to one, and its story so far."""
    shelf = Shelf(counted(2000, "2026-01-01 08:00"))
    now = ms("2026-01-01 18:00")
    for event in USED:
        shelf.tell(event)
        while now < ms(day) and now < ms(f"{event.time:%Y-%m-%d} 18:00"):
            now += DAY_MS
            in_service(shelf, now)
    return shelf


@pytest.mark.parametrize("away_days", [2, 3, 5, 12])
def test_an_alert_that_came_and_went_while_no_worker_was_there_is_told_with_its_days(away_days: int) -> None:
    before = watched_until("2026-03-28 18:00")
    back = ms("2026-03-28 18:00") + away_days * DAY_MS
    again = Shelf(changelog=before.changelog, only=["stock_out"])
    again.tell(counted(0, "2026-03-29 09:00"))
    again.tell(received(900, "2026-03-30 14:00"))
    for second in range(0, 2 * IDLE_MS, 1_000):
        in_service(again, back + second)
    assert again.story == ["2026-03-30 stock_out firing critical", "2026-03-31 stock_out resolved critical"]
