"""A hospital that joins, or was away, tells its history to a service whose other hospitals live in the present."""

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.channels import INPUTS, TOPIC_OF
from schemas.dead_letters import BadRecord
from schemas.events import Event
from supply.clock import Reach
from supply.position import HELD_BACK_LIMIT
from supply.telling import PAUSE_MS
from tests.events import counted, dispensed, ms
from tests.thoroughness import cases
from tests.unit.supply.live import NOW, OTHER, SECOND_MS, Live, history
from tests.unit.supply.shelf import KEY, Shelf, medicine


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


def test_also_when_it_was_looked_at_again_and_again_while_it_was_away() -> None:
    before, after = history(60, until="2026-02-05"), [counted(90, "2026-02-05 20:00"), *history(22)]
    live = Live(*before, now=ms("2026-02-05 10:00"))
    while live.now < NOW:
        live.shelf.catalogue.put(medicine())
        live.checkpoint(after_ms=24 * 3_600_000)
    live.tell_all(after, 5)
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


@pytest.mark.parametrize("order", [list, by_topic])
def test_also_when_the_service_falls_behind_and_catches_up_meanwhile(
    order: Callable[[list[Event]], list[Event]],
) -> None:
    told, live = order(history(200)), Live()
    for first in range(0, len(told), 20):
        live.behind()
        live.shelf.tell(*told[first : first + 10])
        live.behind()
        live.tell(*told[first + 10 : first + 20])
    assert_counted(live, history(200))


def test_also_beside_what_the_same_facility_tells_of_now() -> None:
    told, live = by_topic(history(200)), Live()
    today = [dispensed(1, f"2026-03-01 12:{minute:02}") for minute in range(1, 50)]
    for number, first in enumerate(range(0, len(told), 10)):
        live.tell(*told[first : first + 10], today[number])
        live.behind()
        live.shelf.tell(today[20 + number])
        live.checkpoint()
    assert live.shelf.alerts == []
    sent = (len(told) + 9) // 10
    assert_counted(live, [*history(200), *today[:sent], *today[20 : 20 + sent]])


@pytest.mark.parametrize(("gap_ms", "order"), [(40_000, by_topic), (400_000, list)])
def test_also_what_comes_so_seldom_that_the_item_alone_would_seem_to_pause(
    gap_ms: int, order: Callable[[list[Event]], list[Event]]
) -> None:
    """Other items of the facility are told meanwhile."""
    told, live = order(history(60)), Live()
    live.shelf.catalogue.put(medicine(item=OTHER))
    others = [dispensed(1, f"{event.time:%Y-%m-%d %H:%M}", item=OTHER) for event in history(60)]
    for event, other in zip(told, others, strict=True):
        live.tell(event)
        live.tell(other)
        live.checkpoint(after_ms=gap_ms)
    assert_counted(live, history(60))


def test_also_across_a_midnight_at_which_it_is_looked_at() -> None:
    told, live = history(200), Live()
    live.now = ms("2026-03-01 23:58")
    for first in range(0, len(told), 4):
        live.tell(*told[first : first + 4])
        live.checkpoint(after_ms=4 * SECOND_MS)
    assert live.now > ms("2026-03-02 00:02")
    assert_counted(live, history(200))


def test_also_where_the_present_began_with_it() -> None:
    """Nobody told of now before: the shard was as far as this history, and jumps."""
    told = by_topic(history(200))
    live = Live()
    live.shelf = Shelf()
    for first in range(0, 60, 10):
        settle_ms = ms("2025-08-01")
        live.now += SECOND_MS
        live.shelf.tell(*told[first : first + 10])
        live.shelf.book.advance(Reach(settle_ms, settle_ms, caught_up=True, wall_ms=live.now))
        live.shelf.keep(live.shelf.book.publish(None))
    now = dispensed(1, "2026-03-01 12:00")
    live.tell(now)
    live.tell_all(told[60:], 10)
    assert_counted(live, [*history(200), now])


def assert_counted(live: Live, events: list[Event]) -> None:
    """The position is that of the same events told at once."""
    expected, found = straight(events).shelf.position, live.shelf.positions[KEY]
    assert (found.on_hand, found.last_count_on) == (expected.on_hand, expected.last_count_on)
    assert sum(month.dispensed for month in found.months) == sum(month.dispensed for month in expected.months)


def test_the_topics_of_a_busy_joiner_need_not_keep_together() -> None:
    """Ten pieces a day for two years, one by one, and all counts after them."""
    begins = dt.datetime.fromisoformat("2024-03-01T08:00")
    days = [begins + dt.timedelta(days=number) for number in range(730)]
    used = [dispensed(1, f"{day + dt.timedelta(hours=hour):%Y-%m-%d %H:%M}") for day in days for hour in range(10)]
    counts = [counted(400, f"{day - dt.timedelta(hours=1):%Y-%m-%d %H:%M}") for day in days[::30]]
    found = Live().tell_all([*used, *counts], 1000)
    assert_counted(found, [*counts, *used])
    assert found.shelf.position.on_hand == 400 - 10 * (730 - 720)


def test_what_comes_after_a_pause_is_late_as_ever() -> None:
    live = Live().tell_all(history(60), 20)
    live.checkpoint(after_ms=PAUSE_MS)
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
    live.checkpoint(after_ms=PAUSE_MS)
    live.tell(dispensed(1, "2026-03-01 11:00"))
    live.tell(dispensed(1, "2026-03-01 11:30"))
    again = Shelf(changelog=live.shelf.changelog)
    again.tell(dispensed(1, "2026-03-01 11:45"))
    shown = again.publish("2026-03-01 12:10").position
    assert shown.rolled_months == ()
    assert len(shown.months) == 16
