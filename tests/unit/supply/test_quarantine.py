"""What goes into quarantine, comes back from it or is destroyed there is told once, however it is told."""

import pytest

from schemas.events import Event, Lot
from tests.events import adjusted, counted, dispensed, lot, received
from tests.unit.supply.shelf import Shelf, as_of, position

BOOK = counted(174, "2026-01-05", lot(54, "2026-12-31", "A"), lot(120, "2027-01-31", "B"))


def aside(pieces: int, name: str = "A", day: str = "2026-12-31") -> Lot:
    """A lot in quarantine."""
    return lot(pieces, day, name, state="quarantined")


def gap(*events: Event, at: str = "2026-02-01") -> float | None:
    return position(*events, at=at).last_count_gap


GOOD = lot(74, "2027-01-31", "B")
RECALL = counted(174, "2026-01-10", GOOD, aside(100))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([RECALL], 0),
        ([counted(164, "2026-01-10", GOOD, aside(90))], -10),
        ([counted(180, "2026-01-10", GOOD, aside(106))], 6),
        ([adjusted(-100, "2026-01-09", "quarantined"), RECALL], 0),
        ([adjusted(-100, "2026-01-09", "quarantined"), counted(170, "2026-01-10", GOOD, aside(96))], 0),
        ([adjusted(-100, "2026-01-09", "quarantined"), counted(74, "2026-01-10", GOOD)], 0),
        ([adjusted(-100, "2026-01-09", "quarantined"), counted(74, "2026-01-10")], 0),
        ([adjusted(-60, "2026-01-09", "quarantined"), RECALL], 0),
        ([received(30, "2026-01-09", aside(30, "C")), counted(204, "2026-01-10", GOOD, aside(100), aside(30, "C"))], 0),
        ([received(30, "2026-01-09", aside(30, "C")), counted(174, "2026-01-10", GOOD, aside(100))], -30),
        ([RECALL, counted(74, "2026-01-20", GOOD)], 0),
        ([RECALL, counted(70, "2026-01-20", lot(70, "2027-01-31", "B"))], -4),
        ([RECALL, counted(174, "2026-01-20", GOOD, lot(100, "2026-12-31", "A"))], 0),
        ([RECALL, counted(174, "2026-01-20", GOOD, lot(60, "2026-12-31", "A"), aside(40))], 0),
        ([RECALL, counted(184, "2026-01-20", GOOD, lot(110, "2026-12-31", "A"))], 10),
    ],
)
def test_a_count_and_a_book_of_the_same_pieces_agree_wherever_these_stand(told: list[Event], expected: float) -> None:
    assert gap(BOOK, *told) == expected


def test_pieces_without_a_lot_are_known_in_quarantine_as_well() -> None:
    away = counted(174, "2026-01-05"), adjusted(-100, "2026-01-09", "quarantined")
    assert gap(*away, counted(174, "2026-01-10", GOOD, aside(100))) == 0
    assert gap(*away, counted(160, "2026-01-10", lot(60, "2027-01-31", "B"), aside(100))) == -14
    came, released = received(20, "2026-01-10", lot(20, "2026-01-20", "C")), adjusted(100, "2026-01-12", "released")
    assert as_of("2026-02-01", *away, came, released) == (174, 174)
    assert as_of("2026-02-01", *away, came, released, counted(50, "2026-01-15")) == (30, 30)


def test_what_left_the_quarantine_and_what_expired_there_is_not_missed() -> None:
    """Nobody has to tell that it was destroyed: it had left the usable stock."""
    both = counted(174, "2026-01-05", GOOD, aside(60), aside(40, "Q", "2026-01-20"))
    assert gap(both, counted(80, "2026-01-10", GOOD, aside(6))) == 0
    later = counted(94, "2026-01-25", lot(54, "2027-01-31", "B"), aside(40, "Q", "2026-01-20"))
    assert gap(both, later) == -20
    moved = counted(134, "2026-01-25", lot(54, "2027-01-31", "B"), aside(60), aside(20, "C"))
    assert gap(both, moved) == 0


def test_what_a_count_says_came_back_from_quarantine_cannot_come_back_again() -> None:
    back = counted(174, "2026-01-20", GOOD, lot(100, "2026-12-31", "A"))
    assert as_of("2026-02-01", BOOK, RECALL, back) == (174, 174)
    # No lot of these is known any more: they stay where the others have expired.
    assert as_of("2027-01-01", BOOK, RECALL, back, adjusted(5, "2026-01-21", "released")) == (79, 79)
    other_shelf = counted(74, "2026-01-20", lot(34, "2027-01-31", "B"), lot(40, "2026-12-31", "A"))
    released = adjusted(100, "2026-01-21", "released")
    assert as_of("2027-01-01", BOOK, RECALL, other_shelf, released) == (34, 34)


DAILY = [dispensed(3, f"2025-{month}-{day:02d} 12:00") for month in (10, 11, 12) for day in range(1, 31)]
RECALLED = [counted(444, "2025-09-30"), *DAILY, RECALL]


def test_a_recall_that_a_count_tells_is_no_doubtful_data_and_no_use() -> None:
    told = Shelf(*RECALLED, only=["data_quality"]).until("2026-01-20")
    assert told.story == []
    assert told.publish().position.last_count_gap == 0
    assert told.position.usable == 74
    assert told.position.cpm == 90


@pytest.mark.parametrize(
    ("usable", "held", "gone", "left", "stays"),
    [
        (50, 100, 40, 10, 100),
        (50, 100, 50, 0, 100),
        (50, 100, 51, 50, 49),
        (50, 100, 100, 50, 0),
        (50, 100, 120, 0, 30),
        (50, 100, 160, -10, 0),
        (50, 0, 60, -10, 0),
        (0, 100, 60, 0, 40),
    ],
)
@pytest.mark.parametrize("reason", ["damaged", "lost"])
def test_what_is_destroyed_leaves_the_shelf_as_long_as_that_holds_so_many_else_the_quarantine(
    usable: int, held: int, gone: int, left: int, stays: int, reason: str
) -> None:
    start = counted(usable + held, "2026-01-05", *([aside(held)] if held else []))
    events = [start, adjusted(-gone, "2026-01-10", reason)]
    assert position(*events, at="2026-01-20").on_hand == left
    # What stays has its date: of what is released, so much expires.
    back = adjusted(200, "2026-01-12", "released")
    assert position(*events, back, at="2027-01-01").on_hand == left + 200 - stays


def test_a_correction_is_one_of_the_usable_stock() -> None:
    start = counted(150, "2026-01-05", aside(100))
    assert position(start, adjusted(-60, "2026-01-10", "correction"), at="2026-01-20").on_hand == -10


def test_destroying_a_recalled_lot_is_no_stock_out_where_the_shelf_never_held_so_many() -> None:
    destroyed = adjusted(-100, "2026-01-12 09:00", "damaged")
    told = Shelf(*RECALLED, destroyed, only=["stock_out", "data_quality"]).until("2026-01-20")
    assert told.story == []
    assert told.position.usable == 74


def test_who_releases_and_then_destroys_takes_nothing_usable_away() -> None:
    told = adjusted(60, "2026-01-12 09:00", "released"), adjusted(-60, "2026-01-12 09:01", "damaged")
    found = position(BOOK, RECALL, *told, counted(114, "2026-01-20", GOOD, aside(40)), at="2026-02-01")
    assert found.on_hand == 74
    assert found.last_count_gap == 0


def test_a_late_destruction_leaves_the_quarantine_as_well() -> None:
    shelf = Shelf(BOOK, RECALL, dispensed(4, "2026-01-25")).until("2026-01-28")
    shelf.tell(adjusted(-100, "2026-01-12", "damaged"))
    assert shelf.publish("2026-01-28").position.on_hand == 70


def test_who_is_out_or_short_is_told_what_stands_in_quarantine() -> None:
    short = Shelf(*RECALLED, dispensed(50, "2026-01-11 12:00"), only=["shortage"]).until("2026-01-14").alerts[-1]
    assert "; 100 pieces in quarantine; supply takes 15 days;" in short.reason_en
    assert "; 100 piezas en cuarentena; surtir tarda 15 días;" in short.reason
    out = Shelf(*RECALLED, dispensed(74, "2026-01-11 12:00"), only=["stock_out"]).until("2026-01-14").alerts[-1]
    assert out.reason_en.startswith("No stock; 100 pieces in quarantine; CPM")
    assert out.reason.startswith("Sin existencia; 100 piezas en cuarentena; CPM")
    past = counted(174, "2026-01-10", GOOD, aside(100, day="2026-01-10"))
    late = Shelf(*RECALLED[:-1], past, dispensed(74, "2026-01-11 12:00"), only=["stock_out"]).until("2026-01-14")
    assert "quarantine" not in late.alerts[-1].reason_en
