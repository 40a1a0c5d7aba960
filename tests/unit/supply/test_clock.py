"""How far a shard's evaluations may go."""

import pytest

from supply.clock import Reach, ShardClock

INVENTORY, ARRIVALS, CONSUMPTION = TOPICS = ("inventory", "arrivals", "consumption")
LATENESS = 100


def clock(**newest: int) -> ShardClock:
    """A clock that has seen an event of each topic named."""
    made = ShardClock(TOPICS, LATENESS)
    for topic, at in newest.items():
        made.seen(topic, at)
    return made


BEHIND: tuple[str, ...] = ()


def live(wall_ms: int, settle_ms: int) -> Reach:
    return Reach(wall_ms, settle_ms, live=True, caught_up=True, wall_ms=wall_ms)


def held_back(settle_ms: int, wall_ms: int) -> Reach:
    """All is read, and what was told last is history."""
    return Reach(settle_ms, settle_ms, caught_up=True, wall_ms=wall_ms)


@pytest.mark.parametrize(
    ("what", "newest", "caught_up", "wall", "reach"),
    [
        ("nothing seen", {}, BEHIND, None, None),
        ("nothing seen, all read", {}, TOPICS, None, None),
        ("one topic not heard of yet", {INVENTORY: 900, ARRIVALS: 800}, BEHIND, None, None),
        ("the slowest topic", {INVENTORY: 900, ARRIVALS: 700, CONSUMPTION: 800}, BEHIND, None, Reach(600, 600)),
        ("a silent topic that is read", {INVENTORY: 900, CONSUMPTION: 800}, (ARRIVALS,), None, Reach(700, 700)),
        (
            "by events alone, a topic that is read counts for what it said",
            {INVENTORY: 900, ARRIVALS: 700, CONSUMPTION: 800},
            TOPICS,
            None,
            Reach(600, 600, caught_up=True),
        ),
        ("in service with a backlog", {INVENTORY: 900, ARRIVALS: 700}, BEHIND, 5000, None),
        (
            "a topic that is read does not hold the others up",
            {INVENTORY: 900, ARRIVALS: 10, CONSUMPTION: 800},
            (ARRIVALS,),
            5000,
            Reach(700, 700, wall_ms=5000),
        ),
        ("in service, all read", {INVENTORY: 900, ARRIVALS: 700}, TOPICS, 5000, live(5000, 800)),
        ("an event from ten minutes ahead", {INVENTORY: 5200}, TOPICS, 5000, live(5000, 5000)),
        ("in service, nothing ever seen", {}, TOPICS, 5000, None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_reach(
    what: str, newest: dict[str, int], caught_up: tuple[str, ...], wall: int | None, reach: Reach | None
) -> None:
    assert clock(**newest).limit(caught_up, wall) == reach


def test_an_older_event_does_not_turn_it_back() -> None:
    shard_clock = clock(inventory=900)
    shard_clock.seen(INVENTORY, 500)
    assert shard_clock.limit((ARRIVALS, CONSUMPTION), None) == Reach(800, 800)


def test_it_goes_on_from_what_was_stored() -> None:
    before = clock(inventory=900, arrivals=700)
    after = ShardClock(TOPICS, LATENESS)
    after.restore(before.snapshot())
    assert after.limit((CONSUMPTION,), None) == Reach(600, 600)
    after.restore({INVENTORY: 300})
    assert after.limit((ARRIVALS, CONSUMPTION), None) == Reach(200, 200)


def test_old_events_that_come_just_now_are_history_and_hold_the_wall_clock_back() -> None:
    day, now = 24 * 3_600_000, 100 * 24 * 3_600_000
    shard_clock = clock(arrivals=60 * day)
    shard_clock.seen(INVENTORY, 50 * day, now)
    assert shard_clock.limit(TOPICS, now + 1_000) == held_back(50 * day - LATENESS, now + 1_000)


def test_nobody_s_history_holds_back_those_who_tell_of_now() -> None:
    """Nor does a topic of which nothing new came for days, after a restart."""
    day, now = 24 * 3_600_000, 100 * 24 * 3_600_000
    shard_clock = clock(consumption=now)
    shard_clock.seen(ARRIVALS, 50 * day, now)
    assert shard_clock.limit(TOPICS, now + 1_000) == live(now + 1_000, now - LATENESS)
    again = ShardClock(TOPICS, LATENESS)
    again.restore(shard_clock.snapshot())
    assert again.limit(TOPICS, now + 1_000) == live(now + 1_000, now - LATENESS)


def test_history_that_has_come_to_its_end_lets_the_wall_clock_go_on() -> None:
    day, now = 24 * 3_600_000, 100 * 24 * 3_600_000
    shard_clock = clock(arrivals=60 * day)
    shard_clock.seen(INVENTORY, 50 * day, now)
    assert shard_clock.limit(TOPICS, now + 30_000) == live(now + 30_000, 60 * day - LATENESS)


def test_after_a_restart_a_publisher_of_history_is_given_time_to_go_on() -> None:
    day, now = 24 * 3_600_000, 100 * 24 * 3_600_000
    shard_clock = ShardClock(TOPICS, LATENESS)
    shard_clock.restore({INVENTORY: 50 * day})
    assert shard_clock.limit(TOPICS, now) == held_back(50 * day - LATENESS, now)
    assert shard_clock.limit(TOPICS, now + 30_000) == live(now + 30_000, 50 * day - LATENESS)


def test_todays_events_stand_at_the_wall_clock_at_once() -> None:
    day, now = 24 * 3_600_000, 100 * 24 * 3_600_000
    shard_clock = ShardClock(TOPICS, LATENESS)
    shard_clock.seen(INVENTORY, now - day + 1, now)
    assert shard_clock.limit(TOPICS, now) == live(now, now - day + 1 - LATENESS)


def test_what_always_comes_a_day_late_is_no_history_and_holds_nobody_back() -> None:
    """Read every ten seconds, as it happened 30 hours before."""
    hour, now = 3_600_000, 100 * 24 * 3_600_000
    shard_clock = clock(arrivals=now - 40 * hour)
    reached = []
    for seconds in range(0, 120, 10):
        wall = now + seconds * 1_000
        shard_clock.seen(INVENTORY, wall - 30 * hour, wall)
        reached.append(shard_clock.limit(TOPICS, wall))
    assert [reach is not None and reach.live for reach in reached] == [False] * 3 + [True] * 9


def test_history_that_strides_on_is_waited_for_however_slowly_it_comes() -> None:
    hour, now = 3_600_000, 100 * 24 * 3_600_000
    shard_clock = clock(arrivals=90 * 24 * hour)
    for number in range(30):
        wall = now + number * 20_000
        shard_clock.seen(INVENTORY, (50 * 24 + number) * hour, wall)
        assert shard_clock.limit(TOPICS, wall) == held_back((50 * 24 + number) * hour - LATENESS, wall)
