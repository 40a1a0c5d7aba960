"""A midnight of many positions is gone through a part at a time, with publications in between: nobody sees it."""

import sys

import msgspec
import pytest

from supply.book import Book
from supply.clock import Reach
from tests.events import counted, dispensed, ms
from tests.unit.supply.shelf import Shelf, hospital

FACILITIES = [f"DFIMS{number:06d}" for number in range(23)]
AT_ONCE = 5


def shelf_of(at_once: int = sys.maxsize) -> Shelf:
    """Places that use ten a day of stocks between 60 and 280: one after the other runs short, and out."""
    return Shelf(
        *(counted(60 + 10 * number, "2025-12-01", facility=code) for number, code in enumerate(FACILITIES)),
        *(
            dispensed(10, f"2025-12-{day:02d} 10:00", facility=code)
            for day in range(2, 9)
            for number, code in enumerate(FACILITIES)
            if number or day < 8
        ),
        entries=[hospital(facility=code) for code in FACILITIES],
        at_once=at_once,
    )


def look_until(shelf: Shelf, at: str) -> list[int]:
    """Go through all midnights up to an instant, publishing in between; how much each publication holds."""
    end, sizes = ms(at), []
    while True:
        shelf.book.advance(Reach(end, end))
        sizes.append(shelf.book.touched)
        shelf.publish()
        if not shelf.book.behind:
            return sizes


def stories(shelf: Shelf) -> dict[str, list[tuple[str, str, str, str]]]:
    """The transitions of each place, in the order they were published."""
    found: dict[str, list[tuple[str, str, str, str]]] = {code: [] for code in FACILITIES}
    for alert in shelf.alerts:
        found[alert.facility or ""].append((alert.at.isoformat(), alert.condition, alert.state, alert.severity))
    return found


def test_no_publication_holds_more_than_was_asked_for_and_the_end_is_the_same() -> None:
    whole, parts = shelf_of(), shelf_of(AT_ONCE)
    for shelf in (whole, parts):
        shelf.publish()
    look_until(whole, "2025-12-20")
    sizes = look_until(parts, "2025-12-20")
    assert max(sizes) == AT_ONCE
    assert len(sizes) > len(FACILITIES) // AT_ONCE
    assert any(stories(whole).values())
    assert stories(parts) == stories(whole)
    assert {key: view | {"version": 0} for key, view in parts.raw.items()} == {
        key: view | {"version": 0} for key, view in whole.raw.items()
    }


@pytest.mark.parametrize("restarted", [False, True])
def test_who_is_published_in_service_before_its_turn_has_its_midnights_first(restarted: bool) -> None:
    whole, parts = shelf_of(), shelf_of(AT_ONCE)
    for shelf in (whole, parts):
        look_until(shelf, "2025-12-09")
        shelf.publish("2025-12-09 12:00")
        if restarted:
            # Days have gone by when another worker takes over.
            shelf.book = Book(shelf.catalogue, shelf.rules, at_once=AT_ONCE if shelf is parts else sys.maxsize)
            for key, value in shelf.changelog.items():
                shelf.book.load(key, value)
        for minute in range(60):
            now = ms(f"2025-12-13 08:{minute:02d}")
            if minute < len(FACILITIES):
                # Of the places whose turn comes last, too.
                shelf.tell(dispensed(10, f"2025-12-13 08:{minute:02d}", facility=FACILITIES[-1 - minute]))
            shelf.book.advance(Reach(now, now - shelf.rules.lateness_ms, True, True, now))
            shelf.keep(shelf.book.publish(now + 1))
        assert not shelf.book.behind
    assert any(stories(whole).values())
    assert stories(parts) == stories(whole)
    assert {key: each.on_hand for key, each in parts.positions.items()} == {
        key: each.on_hand for key, each in whole.positions.items()
    }


def test_positions_looked_at_with_nothing_to_publish_go_back_to_sleep() -> None:
    shelf = shelf_of()
    shelf.until("2025-12-09")
    book = Book(shelf.catalogue, shelf.rules, awake_limit=2, at_once=AT_ONCE)
    for key, value in shelf.changelog.items():
        book.load(key, value)
    end = ms("2025-12-20")
    for _ in range(100):
        book.advance(Reach(end, end))
        assert book.awake <= 2 + book.touched
        if book.touched:
            book.publish(None)
    assert not book.behind


@pytest.mark.parametrize("at_once", [1, AT_ONCE, 50])
def test_events_that_touch_more_than_a_publication_should_hold_keep_nobody_from_being_looked_at(at_once: int) -> None:
    shelf = shelf_of(at_once)
    shelf.publish()
    for minute in range(60):
        now = ms(f"2025-12-13 08:{minute:02d}")
        shelf.tell(*(dispensed(1, f"2025-12-13 08:{minute:02d}", facility=code) for code in FACILITIES[:AT_ONCE]))
        shelf.book.advance(Reach(now, now - shelf.rules.lateness_ms, True, True, now))
        shelf.keep(shelf.book.publish(now + 1))
    assert not shelf.book.behind
    assert stories(shelf)[FACILITIES[-1]] == stories(look_at_all())[FACILITIES[-1]]


def look_at_all() -> Shelf:
    """What those find who are looked at in one go."""
    shelf = shelf_of()
    look_until(shelf, "2025-12-13 08:59")
    return shelf


@pytest.mark.parametrize("awake_limit", [0, 10_000])
def test_who_sleeps_in_the_middle_of_a_history_hears_nothing_of_days_long_gone(awake_limit: int) -> None:
    joiner = FACILITIES[1]
    shelf = Shelf(
        counted(500, "2026-02-27 10:00"), entries=[hospital(facility=joiner)], awake_limit=awake_limit, at_once=1
    )
    now = ms("2026-03-01 12:00")

    def tick() -> None:
        shelf.book.advance(Reach(now, now - shelf.rules.lateness_ms, True, True, now))
        shelf.keep(shelf.book.publish(now))

    tick()
    past = [
        counted(pieces, f"2025-{month:02d}-{day:02d} 10:00", facility=joiner)
        for month in range(6, 13)
        for day, pieces in ((1, 500), (15, 0), (20, 600))
    ]
    for event in past:
        now += 2_000
        shelf.tell(event, dispensed(1, "2026-03-01 12:00", id=f"now {now}"), read_at_ms=now)
        tick()
    for _ in range(120):
        now += 1_000
        tick()
    assert shelf.positions[f"{joiner}|010.000.5432.00"].on_hand == 600
    assert [alert.at for alert in shelf.alerts if alert.facility == joiner and alert.at.year < 2026] == []
    assert not shelf.book.behind


def test_a_facility_that_moves_to_another_zone_is_not_looked_at_in_years_long_gone() -> None:
    shelf = Shelf(*(counted(100, "2026-03-01 10:00", facility=code) for code in FACILITIES[:1]), awake_limit=0)
    shelf.publish()
    shelf.catalogue.put(hospital(facility=FACILITIES[0], timezone="Pacific/Auckland"))
    shelf.tell(dispensed(1, "2026-03-02 10:00", facility=FACILITIES[0]))
    end = ms("2026-03-04")
    shelf.book.advance(Reach(end, end))
    told = [msgspec.json.decode(value)["at_ms"] for _, value in shelf.book.publish(None).rekeyed]
    instants = [at_ms for each in told for at_ms in (each if isinstance(each, list) else [each])]
    assert instants
    assert min(instants) >= ms("2026-03-01")
