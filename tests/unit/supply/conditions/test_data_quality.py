"""When data are doubtful, how bad that is, and what it says."""

import pytest

from schemas.events import Event
from supply.conditions import data_quality
from supply.language import ENGLISH, SPANISH
from supply.ledger_state import Ledger
from tests.events import counted, dispensed, received, reported
from tests.unit.supply.assessed import BETWEEN, NO, TIMINGS, TODAY, YES, assessed, judged, place, seen, severity
from tests.unit.supply.shelf import Shelf
from tests.unit.supply.stories import SUPPLIED


@pytest.mark.parametrize(("on_hand", "expected"), [(-1, YES), (0, NO), (5, NO), (None, NO)])
def test_a_book_below_zero_is_doubtful(on_hand: int | None, expected: tuple[bool, bool]) -> None:
    assert judged(data_quality.RULE, assessed(on_hand, on_hand=on_hand)) == expected


@pytest.mark.parametrize(
    ("gap", "expected"), [(22, NO), (23, BETWEEN), (44, BETWEEN), (45, YES), (-45, YES), (-23, BETWEEN), (None, NO)]
)
def test_half_a_months_use_between_count_and_book_until_it_is_a_quarter(
    gap: float | None, expected: tuple[bool, bool]
) -> None:
    assert judged(data_quality.RULE, seen(count_gap=gap, counted_on=TODAY)) == expected


@pytest.mark.parametrize(("gap", "expected"), [(4, NO), (5, YES)])
def test_five_pieces_at_least(gap: float, expected: tuple[bool, bool]) -> None:
    assert judged(data_quality.RULE, seen(cpm=1, count_gap=gap, counted_on=TODAY)) == expected


@pytest.mark.parametrize(("days_ago", "expected"), [(30, YES), (31, NO)])
def test_a_gap_of_long_ago_is_history(days_ago: int, expected: tuple[bool, bool]) -> None:
    assert judged(data_quality.RULE, seen(count_gap=100, counted_on=TODAY - days_ago)) == expected


@pytest.mark.parametrize(("days_ago", "opens"), [(0, True), (7, True), (8, False), (30, False)])
def test_a_gap_of_over_a_week_ago_keeps_an_alert_and_begins_none(days_ago: int, opens: bool) -> None:
    old = seen(count_gap=100, counted_on=TODAY - days_ago)
    finding = data_quality.judge(old, place(), TIMINGS["data_quality"])
    assert (finding.holds, finding.over, finding.opens) == (True, False, opens)
    assert data_quality.judge(old._replace(on_hand=-1), place(), TIMINGS["data_quality"]).opens
    by_a_sheet = seen(count_gap=100, counted_on=TODAY - 30, sheet_on=TODAY - days_ago)
    assert data_quality.judge(by_a_sheet, place(), TIMINGS["data_quality"]).opens == opens


ROLLS = (counted(690, "2026-03-04 10:00"), dispensed(10, "2026-03-20"))
"""40 pieces fewer than the book, of a CPM of 90; in April it is 63."""


def test_a_month_that_rolls_makes_no_news_of_an_old_gap() -> None:
    told = Shelf(*SUPPLIED, *ROLLS, only=["data_quality"]).until("2026-04-10")
    assert told.story == []
    assert told.publish().position.cpm == pytest.approx(190 / 3)


def test_nor_does_it_end_the_alert_of_one_that_was_news() -> None:
    found, rolled = counted(680, "2026-03-04 10:00"), dispensed(200, "2026-03-20")
    told = Shelf(*SUPPLIED, found, rolled, only=["data_quality"]).until("2026-04-10")
    assert told.story == [
        "2026-03-05 data_quality pending medium",
        "2026-03-06 data_quality firing medium",
        "2026-04-04 data_quality resolved medium",
    ]
    assert told.publish().position.cpm == pytest.approx(380 / 3)


def test_a_gap_that_is_history_says_that_it_ended_for_its_age() -> None:
    rule, timing = data_quality.RULE, TIMINGS["data_quality"]
    assert rule.ended is not None
    old = seen(40, count_gap=-50, counted_on=TODAY - 31)
    assert rule.ended(old, Ledger(), place(), timing, SPANISH) == (
        "La diferencia ya no se sigue: el conteo que la halló (2026-02-07, 50 piezas menos que el libro) tiene 31 días "
        "y el plazo es de 30; existencia de 40 piezas; CPM 90.0 piezas al mes."
    )
    assert rule.ended(old, Ledger(), place(), timing, ENGLISH) == (
        "The gap is not followed any longer: the count that found it (2026-02-07, 50 pieces fewer than the book) is "
        "31 days old and the limit is 30; stock of 40 pieces; CPM 90.0 pieces a month."
    )


def test_a_gap_that_is_small_says_beside_what() -> None:
    rule, timing = data_quality.RULE, TIMINGS["data_quality"]
    assert rule.ended is not None
    small = seen(40, cpm=300, count_gap=-50, counted_on=TODAY - 2)
    assert rule.ended(small, Ledger(), place(), timing, SPANISH) == (
        "El conteo del 2026-03-08 halló 50 piezas menos que el libro, menos del 25 % del consumo de un mes; existencia "
        "de 40 piezas; CPM 300.0 piezas al mes."
    )
    assert rule.ended(small, Ledger(), place(), timing, ENGLISH) == (
        "The count of 2026-03-08 found 50 pieces fewer than the book, less than 25 % of a month's use; stock of 40 "
        "pieces; CPM 300.0 pieces a month."
    )


@pytest.mark.parametrize("gap", [0, 2])
def test_a_gap_that_a_count_closed_says_what_the_count_found(gap: int) -> None:
    rule, timing = data_quality.RULE, TIMINGS["data_quality"]
    assert rule.ended is not None
    closed = seen(40, cpm=8, count_gap=gap, counted_on=TODAY)
    for language in (SPANISH, ENGLISH):
        assert rule.ended(closed, Ledger(), place(), timing, language) == data_quality.explain(
            closed, place(), language
        )


def test_without_a_cpm_nothing_says_what_gap_is_large() -> None:
    assert judged(data_quality.RULE, seen(cpm=None, count_gap=100, counted_on=TODAY)) == NO


def test_a_book_below_zero_is_worse_than_a_gap() -> None:
    assert severity(data_quality.RULE, assessed(0, on_hand=-3)) == "high"
    assert severity(data_quality.RULE, seen(count_gap=100, counted_on=TODAY)) == "medium"


def test_what_doubtful_data_say() -> None:
    assert data_quality.explain(assessed(0, on_hand=-3), place(), SPANISH) == (
        "El libro está 3 piezas por debajo de cero: salió más de lo registrado; CPM 90.0 piezas al mes."
    )
    assert data_quality.explain(assessed(0, on_hand=-3), place(), ENGLISH) == (
        "The book is 3 pieces below zero: more left than was recorded; CPM 90.0 pieces a month."
    )
    fewer = seen(40, count_gap=-50, counted_on=TODAY - 2)
    assert data_quality.explain(fewer, place(), SPANISH) == (
        "El conteo del 2026-03-08 halló 50 piezas menos que el libro; existencia de 40 piezas; CPM 90.0 piezas al mes."
    )
    assert " found 50 pieces fewer than the book;" in data_quality.explain(fewer, place(), ENGLISH)
    awaited = seen(40, count_gap=None, counted_on=TODAY - 2, sheet_on=TODAY - 30)
    assert data_quality.explain(awaited, place(), SPANISH) == (
        "Falta el informe mensual con el que se compara el conteo; existencia de 40 piezas."
    )
    assert data_quality.explain(awaited, place(), ENGLISH) == (
        "The monthly sheet that the count is compared with is missing; stock of 40 pieces."
    )


def out_all_february(*after: Event, count: float = 95, at: str = "2026-02-01 00:00", days: int = 28) -> list[Event]:
    """A sheet says that February was out whole, and a count in it found something."""
    used = 95 - count
    told = [
        *(reported(month, 90, f"{month}-28 09:00") for month in ("2025-10", "2025-11", "2025-12")),
        counted(95, "2026-01-01 00:00"),
        *([dispensed(used, "2026-01-15")] if used else []),
        reported("2026-01", used, "2026-01-30 09:00"),
        counted(count, at),
        reported("2026-02", 0, "2026-03-02 09:00", stockout_days=days),
        *after,
    ]
    return sorted(told, key=lambda each: each.time)


def told_in_march(*events: Event) -> list[str]:
    story = Shelf(*events, only=["data_quality"]).until("2026-04-10").story
    return [line for line in story if line > "2026-03"]


def test_a_sheet_without_a_day_of_stock_where_a_count_found_some_is_doubtful() -> None:
    assert told_in_march(*out_all_february()) == [
        "2026-03-03 data_quality pending medium",
        "2026-03-04 data_quality firing medium",
        "2026-04-01 data_quality resolved medium",
    ]
    told = Shelf(*out_all_february(), only=["data_quality"]).until("2026-03-05").alerts[-1]
    assert told.reason.startswith(
        "El informe de 2026-02 dice 28 días sin existencia, y por el conteo de ese mes y el libro al final quedaban "
        "95 piezas; existencia de 95 piezas"
    )
    assert told.reason_en.startswith(
        "The sheet of 2026-02 says 28 days out of stock, and by the count of that month and the book 95 pieces were "
        "left at its end; stock of 95 pieces"
    )
    assert told.reason_en.endswith(". Compare the sheet with the count, and send again the one that is not true.")


def test_a_sheet_that_is_mended_ends_the_doubt() -> None:
    mended = reported("2026-02", 90, "2026-03-10 09:00", stockout_days=3, id="mended")
    assert told_in_march(*out_all_february(mended))[-1] == "2026-03-11 data_quality resolved medium"


@pytest.mark.parametrize(
    "events",
    [
        out_all_february(days=27),
        out_all_february(count=0),
        out_all_february(received(90, "2026-02-28 09:00"), count=0),
        # What was counted before the month may have gone before it.
        out_all_february(at="2026-01-31 09:00"),
    ],
)
def test_days_out_that_can_be_are_believed(events: list[Event]) -> None:
    assert told_in_march(*events) == []
