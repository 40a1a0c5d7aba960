"""A hospital that joins, or was away, tells its history to a service whose other hospitals live in the present."""

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.channels import INPUTS, TOPIC_OF
from schemas.dead_letters import BadRecord
from schemas.events import Event
from schemas.positions import MonthTotals
from supply.clock import IDLE_MS, Reach
from supply.position import HELD_BACK_LIMIT
from tests.events import counted, dispensed, ms, received
from tests.thoroughness import cases
from tests.unit.supply.shelf import RULES, Shelf

NOW = ms("2026-03-01 12:00")
SECOND_MS = 1_000


def history(days: int, until: str = "2026-02-28") -> list[Event]:
    """Two pieces dispensed each day, and now and then a count and a delivery, in the order of their time."""
    last = dt.datetime.fromisoformat(until)
    told: list[Event] = []
    for ago in range(days, -1, -1):
        day = f"{last - dt.timedelta(ago):%Y-%m-%d}"
        told.append(dispensed(2, f"{day} 09:00"))
        if ago % 20 == 7:
            told.append(received(40, f"{day} 10:00"))
        if ago % 30 == 11:
            told.append(counted(500 + ago, f"{day} 12:00"))
    return told


class Live:
    """A book in service, a checkpoint each second."""

    def __init__(self, *known: Event) -> None:
        self.shelf = Shelf(*known)
        self.now = NOW
        self.months: dict[str, MonthTotals] = {}
        """What was said of each month, the last word on each."""
        self.checkpoint()

    def checkpoint(self, after_ms: int = SECOND_MS) -> None:
        self.now += after_ms
        self.shelf.book.advance(Reach(self.now, self.now - RULES.lateness_ms, live=True))
        self.shelf.keep(self.shelf.book.publish(self.now))

    def tell(self, *events: Event) -> None:
        self.shelf.tell(*events)
        self.checkpoint()

    def tell_all(self, events: list[Event], at_once: int) -> "Live":
        """Tell events in order, so many to a checkpoint."""
        for first in range(0, len(events), at_once):
            self.tell(*events[first : first + at_once])
            shown = self.shelf.position
            self.months |= {month.month: month for month in (*shown.rolled_months, *shown.months)}
        return self


def straight(events: list[Event]) -> Live:
    """All of it at once, in the order of its time."""
    return Live().tell_all(events, len(events))


def by_topic(events: list[Event]) -> list[Event]:
    """One topic after the other: no input waits for another."""
    return [event for topic in INPUTS[::-1] for event in events if TOPIC_OF[type(event)] == topic]


@pytest.mark.parametrize("at_once", [7, 40, 1000])
@pytest.mark.parametrize("order", [list, by_topic])
def test_whoever_joins_is_counted_as_if_its_history_had_always_been_here(order: object, at_once: int) -> None:
    told = history(900)
    assert callable(order)
    found, expected = Live().tell_all(order(told), at_once), straight(told)
    assert found.shelf.position.on_hand == expected.shelf.position.on_hand
    assert found.shelf.position.last_count_on == expected.shelf.position.last_count_on
    assert used(found) == used(expected)
    assert (len(used(found)), sum(used(found).values())) == (30, 2 * 901)
    assert found.shelf.position.on_hand == 511 + 40 - 2 * 11


def used(live: Live) -> dict[str, float]:
    """What each month's figure says was dispensed."""
    return {name: month.dispensed for name, month in sorted(live.months.items())}


@given(st.permutations(history(60)), st.integers(1, 30))
@cases(30)
def test_in_any_order_as_long_as_it_goes_on(shuffled: list[Event], at_once: int) -> None:
    found, expected = Live().tell_all(shuffled, at_once), straight(history(60))
    assert found.shelf.position.on_hand == expected.shelf.position.on_hand
    assert used(found) == used(expected)


def test_so_is_one_that_was_away_for_three_weeks() -> None:
    before, after = history(60, until="2026-02-05"), history(22)
    live = Live(*before)
    live.tell_all(by_topic(after), 5)
    assert live.shelf.position.on_hand == straight([*before, *after]).shelf.position.on_hand


@pytest.mark.parametrize("order", [list, by_topic])
@pytest.mark.parametrize("at_once", [6, 40])
def test_also_when_its_shard_changes_hands_meanwhile(order: Callable[[list[Event]], list[Event]], at_once: int) -> None:
    """A new owner knows what is stored, and takes the first events before it knows how far the others are."""
    told, live = order(history(60)), Live()
    for first in range(0, len(told), at_once):
        if first // at_once % 3 == 1:
            live.shelf = Shelf(changelog=live.shelf.changelog)
        live.tell(*told[first : first + at_once])
    expected = straight(history(60)).shelf.position
    found = live.shelf.position
    assert (found.on_hand, found.last_count_on) == (expected.on_hand, expected.last_count_on)
    assert sum(month.dispensed for month in found.months) == 2 * 61


def test_what_comes_after_a_pause_is_late_as_ever() -> None:
    live = Live().tell_all(history(60), 20)
    live.checkpoint(after_ms=IDLE_MS)
    live.tell(dispensed(1, "2026-03-01 11:00"))
    with pytest.raises(BadRecord, match="more than 7 days"):
        live.tell(counted(1, "2026-01-20 09:00"))


def test_more_than_can_be_held_back_goes_by_its_own_time() -> None:
    many = [
        dispensed(1, f"{dt.datetime(2023, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=4 * number):%Y-%m-%d %H:%M}")
        for number in range(HELD_BACK_LIMIT + 900)
    ]
    live = Live().tell_all([counted(20_000, "2022-12-31"), *many], 300)
    assert live.shelf.position.on_hand == 20_000 - len(many)
    assert sum(used(live).values()) == len(many)
    stored = max(len(value) for value in live.shelf.changelog.values())
    assert stored < 900_000


def test_months_that_are_settled_and_have_left_are_kept_no_longer() -> None:
    live = Live().tell_all(history(900), 1000)
    live.checkpoint(after_ms=IDLE_MS)
    live.tell(dispensed(1, "2026-03-01 11:00"))
    live.tell(dispensed(1, "2026-03-01 11:30"))
    again = Shelf(changelog=live.shelf.changelog)
    again.tell(dispensed(1, "2026-03-01 11:45"))
    shown = again.publish("2026-03-01 12:10").position
    assert shown.rolled_months == ()
    assert len(shown.months) == 16
