"""A gap at a count that monthly sheets explain is none; what goes beyond them is."""

import pytest

from schemas.events import Event
from supply.position import Outcome
from tests.events import adjusted, counted, dispensed, issued, received, reported
from tests.unit.supply.shelf import Shelf, medicine, position

MONTHS = ("2025-10", "2025-11", "2025-12", "2026-01")
AFTER = {"2025-10": "2025-11", "2025-11": "2025-12", "2025-12": "2026-01", "2026-01": "2026-02"}


def sheets_of(*months: str, stock: int = 200, day: str = "02") -> list[Event]:
    """Months of a place that tells of 90 pieces by sheets, gets as many, and counts the day after each month."""
    told: list[Event] = [counted(stock, "2025-10-01 18:00")]
    for month in months:
        told += [
            received(90, f"{month}-10 09:00"),
            reported(month, 90, f"{AFTER[month]}-{day} 10:00"),
            counted(stock, f"{AFTER[month]}-01 18:00"),
        ]
    return told


def gap(*events: Event, at: str = "2026-02-20") -> float | None:
    return position(*events, at=at).last_count_gap


@pytest.mark.parametrize("day", ["01", "02", "20"])
def test_a_place_that_tells_by_sheets_is_not_doubted(day: str) -> None:
    """Whether the sheet comes before the count, after it, or weeks later."""
    told = Shelf(*sheets_of(*MONTHS, day=day), only=["data_quality"]).until("2026-02-25")
    assert not [alert for alert in told.alerts if alert.state == "firing" and str(alert.at.date()) > "2025-12"]
    assert told.publish().position.last_count_gap == 0


def test_and_its_surplus_is_offered() -> None:
    told = Shelf(*sheets_of(*MONTHS, stock=600), only=["surplus"]).until("2026-02-25")
    assert [alert.state for alert in told.alerts if not alert.repeat] == ["pending", "firing"]
    # 240 above the maximum when counted, and 69.75 used in the 23 days and a quarter since
    assert told.publish().position.surplus == 170


def test_what_goes_beyond_the_sheet_is_told_with_its_figure() -> None:
    two_hundred_fewer = [
        *sheets_of(*MONTHS[:3]),
        received(90, "2026-01-10"),
        reported("2026-01", 90, "2026-02-02"),
        counted(90, "2026-02-01 18:00"),
    ]
    told = Shelf(*two_hundred_fewer, only=["data_quality"]).until("2026-02-05")
    assert told.alerts[-1].state == "firing"
    assert told.alerts[-1].reason_en.startswith(
        "The count of 2026-02-01 found 110 pieces fewer than the book and the monthly sheets leave; stock of 90 pieces"
    )
    assert told.alerts[-1].reason.startswith(
        "El conteo del 2026-02-01 halló 110 piezas menos de lo que dejan el libro y los informes mensuales; existencia"
    )


def test_what_a_sheet_says_was_used_and_the_count_finds_is_too_much() -> None:
    assert gap(*sheets_of(*MONTHS[:3]), reported("2026-01", 90, "2026-02-02"), counted(200, "2026-02-01")) == 90


def test_a_count_in_the_last_days_of_a_month_ends_it_too() -> None:
    before = sheets_of(*MONTHS[:3])
    for day in ("2026-01-27", "2026-01-31", "2026-02-05"):
        assert gap(*before, counted(110, day), reported("2026-01", 90, "2026-02-06")) == 0


def test_sheets_of_several_months_between_two_counts_are_added() -> None:
    first, sheets = counted(500, "2025-10-01 18:00"), [reported(month, 90, f"{AFTER[month]}-02") for month in MONTHS]
    assert gap(first, *sheets, counted(140, "2026-02-01 18:00")) == 0
    assert gap(first, *sheets, counted(100, "2026-02-01 18:00")) == -40


def test_a_sheet_says_what_single_movements_do_not() -> None:
    before = sheets_of(*MONTHS[:3])
    single = [dispensed(30, "2026-01-15"), issued(20, "2026-01-20")]
    assert gap(*before, *single, counted(90, "2026-02-01 18:00"), reported("2026-01", 90, "2026-02-02")) == 0


def test_single_movements_that_say_more_than_the_sheet_are_believed_as_well() -> None:
    before, single = sheets_of(*MONTHS[:3]), dispensed(100, "2026-01-15")
    sheet = reported("2026-01", 90, "2026-02-02")
    assert gap(*before, single, counted(100, "2026-02-01 18:00"), sheet) == 0
    assert gap(*before, single, counted(110, "2026-02-01 18:00"), sheet) == 0
    assert gap(*before, single, counted(140, "2026-02-01 18:00"), sheet) == 30


def test_a_count_within_a_month_may_find_any_part_of_its_sheet_and_the_next_the_rest() -> None:
    before, sheet = sheets_of(*MONTHS[:3]), reported("2026-01", 90, "2026-02-02")
    assert gap(*before, counted(130, "2026-01-15"), sheet) == 0
    assert gap(*before, counted(100, "2026-01-15"), sheet) == -10
    assert gap(*before, counted(210, "2026-01-15"), sheet) == 10
    assert gap(*before, counted(130, "2026-01-15"), sheet, counted(110, "2026-02-01")) == 0
    assert gap(*before, counted(130, "2026-01-15"), sheet, counted(70, "2026-02-01")) == -40
    weekly = (counted(200 - 3 * day, f"2026-01-{day:02d}") for day in (8, 15, 22, 30))
    assert gap(*before, *weekly, sheet) == 0


def test_counts_in_the_middle_of_each_month_take_their_part_of_two_sheets() -> None:
    middles = [counted(stock, f"{month}-15") for month, stock in zip(MONTHS, (500, 410, 320, 230), strict=True)]
    sheets = [reported(month, 90, f"{AFTER[month]}-02") for month in MONTHS]
    assert gap(*middles, *sheets) == 0
    assert gap(*middles, *sheets, counted(60, "2026-01-16")) == -121


def test_a_sheet_that_is_awaited_may_explain_as_much_as_the_largest_one() -> None:
    before = sheets_of(*MONTHS[:3])
    assert gap(*before, counted(110, "2026-02-01 18:00")) is None
    assert gap(*before, counted(60, "2026-02-01 18:00")) == -50
    assert gap(*before, counted(230, "2026-02-01 18:00")) == 30


def test_a_sheet_that_never_comes_is_awaited_and_does_not_hide_what_it_could_not_say() -> None:
    missing = [*sheets_of(*MONTHS[:2]), received(90, "2025-12-10"), counted(200, "2026-01-01 18:00")]
    assert gap(*missing, at="2026-01-20") is None
    assert gap(*missing[:-1], counted(100, "2026-01-01 18:00"), at="2026-01-20") == -100
    later = [reported("2026-01", 90, "2026-02-02"), counted(110, "2026-02-01 18:00")]
    assert gap(*missing, *later) == 0


def test_who_goes_over_to_single_movements_is_judged_by_them_after_a_month() -> None:
    single = [dispensed(90, "2026-01-15"), counted(110, "2026-02-01 18:00"), dispensed(60, "2026-02-15")]
    assert gap(*sheets_of(*MONTHS[:3]), *single, counted(20, "2026-03-01"), at="2026-03-02") == -30


def test_a_corrected_sheet_replaces_the_first_one() -> None:
    before, count = sheets_of(*MONTHS[:3]), counted(80, "2026-02-01 18:00")
    assert gap(*before, count, reported("2026-01", 90, "2026-02-02"), reported("2026-01", 120, "2026-02-04")) == 0


def test_what_a_sheet_adjusts_is_in_the_book() -> None:
    before = sheets_of(*MONTHS[:3])
    lost = adjusted(-30, "2026-01-31 23:59")
    assert gap(*before, lost, reported("2026-01", 90, "2026-02-02"), counted(80, "2026-02-01 18:00")) == 0


def test_a_late_sheet_that_shows_a_gap_begins_an_alert() -> None:
    """The count was of 17 days before: what it found is news only now."""
    late = [*sheets_of(*MONTHS[:3]), counted(190, "2026-02-01 18:00"), reported("2026-01", 90, "2026-02-18 10:00")]
    assert Shelf(*late, only=["data_quality"]).until("2026-02-21").story[-2:] == [
        "2026-02-19 data_quality pending medium",
        "2026-02-20 data_quality firing medium",
    ]


def test_a_sheet_that_comes_after_the_lateness_window_explains_as_well() -> None:
    told = [*sheets_of(*MONTHS[:3]), counted(110, "2026-02-01 18:00"), received(90, "2026-02-10")]
    shelf = Shelf(*told).until("2026-02-15")
    assert shelf.position.last_count_gap is None
    assert shelf.tell(reported("2026-01", 90, "2026-02-02")) == [Outcome.LATE]
    assert shelf.until("2026-02-16").position.last_count_gap == 0


def test_an_item_that_gets_decimals_keeps_what_counts_have_found() -> None:
    shelf = Shelf(*sheets_of(*MONTHS[:3]), counted(150, "2026-01-15"), counted(130, "2026-01-22")).publish()
    shelf.catalogue.put(medicine(decimals=1))
    shelf.tell(counted(110.5, "2026-02-01"), reported("2026-01", 90, "2026-02-02"))
    assert shelf.publish("2026-02-20").position.last_count_gap == 0.5
