"""On hand = latest count + movements after it."""

import pytest

from schemas.events import Event
from tests.events import adjusted, counted, day, dispensed, issued, received, reported, returned, unmet
from tests.unit.supply.shelf import as_of, position


@pytest.mark.parametrize(
    ("what", "events", "on_hand"),
    [
        ("a count", [counted(100, "2026-01-05 09:00")], 100),
        ("dispensed after it", [counted(100, "2026-01-05 09:00"), dispensed(30, "2026-01-05 09:01")], 70),
        ("dispensed before it", [counted(100, "2026-01-05 09:00"), dispensed(30, "2026-01-05 08:59")], 100),
        ("dispensed at its instant", [counted(100, "2026-01-05 09:00"), dispensed(30, "2026-01-05 09:00")], 100),
        ("received at its instant", [counted(100, "2026-01-05 09:00"), received(30, "2026-01-05 09:00")], 100),
        ("issued", [counted(100, "2026-01-05"), issued(30, "2026-01-06")], 70),
        ("received", [counted(100, "2026-01-05"), received(30, "2026-01-06")], 130),
        ("returned", [counted(100, "2026-01-05"), returned(30, "2026-01-06")], 130),
        ("asked for and not filled", [counted(100, "2026-01-05"), unmet(30, "2026-01-06")], 100),
        ("reported by sheet", [counted(100, "2026-01-05"), reported("2026-01", 30, "2026-01-31")], 100),
        ("lost", [counted(100, "2026-01-05"), adjusted(-30, "2026-01-06", "lost")], 70),
        ("put in quarantine", [counted(100, "2026-01-05"), adjusted(-30, "2026-01-06", "quarantined")], 70),
        ("released from it", [counted(100, "2026-01-05"), adjusted(30, "2026-01-06", "released")], 130),
        ("counted again", [counted(100, "2026-01-05"), dispensed(9, "2026-01-06"), counted(80, "2026-01-07")], 80),
        ("below zero", [counted(10, "2026-01-05"), dispensed(30, "2026-01-06")], -20),
        ("never counted", [received(100, "2026-01-05"), dispensed(30, "2026-01-06")], None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_on_hand(what: str, events: list[Event], on_hand: float | None) -> None:
    usable = None if on_hand is None else max(0, on_hand)
    assert as_of("2026-02-01", *events) == (on_hand, usable)
    assert as_of("2026-02-01", *reversed(events)) == (on_hand, usable)
    assert as_of("2026-02-01", *events, *events) == (on_hand, usable)


def test_of_two_counts_at_one_instant_the_same_one_holds_in_any_order() -> None:
    one, other = counted(100, "2026-01-05 09:00"), counted(90, "2026-01-05 09:00")
    held = as_of("2026-02-01", one, other)
    assert held in {(100, 100), (90, 90)}
    assert as_of("2026-02-01", other, one) == held


def test_the_gap_between_book_and_count_is_kept() -> None:
    events = [counted(100, "2026-01-05"), dispensed(30, "2026-01-06"), counted(65, "2026-01-07 10:00")]
    found = position(*events, at="2026-02-01")
    assert (found.last_count_gap, found.last_count_on) == (-5, day("2026-01-07"))
    assert position(events[0], at="2026-02-01").last_count_gap is None
    assert position(*events, dispensed(10, "2026-01-08"), at="2026-02-01").last_count_gap == -5


def test_the_day_of_a_count_is_the_facilitys() -> None:
    """20:00 in Mexico City is the next day in UTC."""
    assert position(counted(1, "2026-01-05 20:00"), at="2026-02-01").last_count_on == day("2026-01-05")
