"""What a position's published months say: the CPM that was, what was used, and whether the item was needed."""

from typing import Any

import pytest

from schemas.positions import MonthTotals
from supply.calendar import month_named
from supply.indicators.published import PublishedMonths
from tests.builders import cpm_inputs, month
from tests.events import counted, dispensed, lot, received
from tests.unit.supply.shelf import Shelf, position

MARCH = month_named("2026-03")
USED = (month("2025-11"), month("2025-12", 90), month("2026-01", 120), month("2026-02", 60))


def published(*months: MonthTotals, **inputs: Any) -> PublishedMonths:
    return PublishedMonths(months, cpm_inputs(months_used=(), **inputs))


def test_a_forecast_is_the_mean_of_the_three_months_before() -> None:
    assert published(*USED).forecast(MARCH) == 90


def test_what_comes_later_is_not_in_a_forecast() -> None:
    assert published(*USED, month("2026-03", 999), month("2026-04", 999)).forecast(MARCH) == 90


def test_a_forecast_makes_up_for_days_out_as_the_policy_of_the_position_does() -> None:
    months = (month("2025-11"), month("2025-12"), month("2026-01"), month("2026-02", 50, days_out=15))
    assert published(*months).forecast(MARCH) == 100
    assert published(*months, method="none").forecast(MARCH) == pytest.approx(250 / 3)


def test_the_figure_is_the_one_that_the_position_published() -> None:
    months = [f"2026-{number:02d}-{day:02d}" for number in (1, 2, 3) for day in (5, 17)]
    shown = position(counted(500, "2025-12-20"), *(dispensed(7, day) for day in months), at="2026-04-01")
    assert shown.cpm == 14
    assert PublishedMonths(shown.months, shown.cpm_inputs).forecast(month_named("2026-04")) == shown.cpm


def test_use_a_day_foretells_more_for_a_longer_month() -> None:
    by_the_day = published(*USED, window_days="calendar")
    assert by_the_day.forecast(MARCH) == pytest.approx(270 / 90 * 31)


def test_a_rolling_window_ends_before_the_month_that_it_foretells() -> None:
    rolling = published(*USED, month("2026-03", 999), window="rolling", window_months=1)
    assert rolling.forecast(MARCH) == pytest.approx((60 + 120 * 2 / 31) / 30 * 31)


def test_too_little_is_no_forecast() -> None:
    assert published().forecast(MARCH) is None
    assert published(month("2026-02")).forecast(MARCH) is None  # it may have been a part of a month
    assert published(*USED[2:], least_months=3).forecast(MARCH) is None


def test_a_month_tells_what_was_used_and_how_long_it_was_out() -> None:
    use = published(*USED, month("2026-03", 70.5, days_out=4, unmet=9)).use(MARCH)
    assert use == (31, 4, 70.5, 90, True)


def test_unmet_demand_is_used_where_the_policy_counts_it() -> None:
    use = published(*USED, month("2026-03", 70, unmet=9), unmet=0).use(MARCH)
    assert use is not None
    assert use.used == 79


def test_a_month_that_goes_on_has_as_many_days_as_have_been() -> None:
    use = published(*USED, month("2026-03", 70)).use(MARCH, 9)
    assert use is not None
    assert use.days == 9


def test_a_month_on_the_shelf_without_a_record_used_nothing() -> None:
    use = published(*USED).use(MARCH)
    assert use is not None
    assert (use.used, use.days_out, use.needed) == (0, 0, True)


def test_of_the_first_month_and_those_before_nothing_is_told() -> None:
    seen = published(*USED)
    assert [seen.use(month_named(name)) is None for name in ("2025-10", "2025-11", "2025-12")] == [True, True, False]


def test_the_first_month_was_whole_when_the_cpm_used_it() -> None:
    seen = PublishedMonths(USED[1:], cpm_inputs(months_used=("2025-12", "2026-01", "2026-02")))
    assert seen.use(month_named("2025-12")) is not None
    assert seen.forecast(MARCH) == 90


def test_where_consumption_comes_as_sheets_a_month_without_one_is_not_known() -> None:
    sheets = published(*(month(name, 50, reported=True) for name in ("2025-12", "2026-01", "2026-02")))
    first = sheets.use(month_named("2025-12"))
    assert first is not None
    assert first.used == 50
    assert sheets.use(MARCH) is None


def test_a_few_single_movements_are_not_what_was_used_where_a_sheet_tells_the_rest() -> None:
    names = ("2025-12", "2026-01", "2026-02")
    some = [month(name, 90, reported=True, dispensed=15) for name in names]
    running = month("2026-03", 15, dispensed=15)
    assert published(*some, running).use(MARCH) is None
    both = published(*(month(name, 90, reported=True, dispensed=90) for name in names), running).use(MARCH)
    assert both is not None
    assert both.used == 15


def test_an_item_out_for_so_long_that_its_cpm_is_0_is_needed_still() -> None:
    out = [month(name, 0, days_out=31) for name in ("2025-11", "2025-12", "2026-01", "2026-02", "2026-03")]
    use = published(*out).use(MARCH)
    assert use is not None
    assert (use.forecast, use.needed) == (0, True)


def test_an_item_on_the_shelf_that_nobody_uses_is_not_needed() -> None:
    seen = published(month("2025-06", 5))
    use = seen.use(MARCH)
    assert use is not None
    assert (use.forecast, use.needed) == (0, False)
    assert (seen.needed(0, MARCH), seen.needed(1, MARCH), published().needed(0, MARCH)) == (False, True, False)
    assert (seen.needed(0, MARCH, 60), published().needed(None, MARCH, 60), seen.needed(0, MARCH, 0)) == (
        True,
        True,
        False,
    )


def test_an_item_used_again_in_the_month_was_needed_in_it_though_nobody_foresaw_that() -> None:
    use = published(month("2025-06", 5), month("2026-03", 7)).use(MARCH)
    assert use is not None
    assert (use.forecast, use.needed) == (0, True)


# ------------------------------------------------------------------- the stock at the end of a month


def at_end(*months: MonthTotals, of: int = MARCH, **inputs: Any) -> tuple[Any, ...]:
    """Usable, target, cover, needed and the reason where the stock is not known."""
    found = published(*months, **inputs).stock_at_end(of, 3, counted=True)
    return found.usable, found.target, found.cover_days, found.needed, found.unknown


def test_the_end_of_a_month_has_the_cpm_that_the_month_is_in() -> None:
    """(120 + 60 + 30) / 3 = 70: the month itself was over, what came after it was not known."""
    march, april = month("2026-03", 30, closing=35), month("2026-04", 999, closing=1)
    assert at_end(*USED, march, april) == (35, 210, pytest.approx(15), True, "never_counted")


def test_an_end_that_is_not_known_has_no_figures() -> None:
    assert at_end(*USED, month("2026-03", 30)) == (None, None, None, False, "end_not_known")
    assert at_end(*USED) == (None, None, None, False, "end_not_known")
    assert published(*USED).stock_at_end(MARCH, 3, counted=False).unknown == "never_counted"


def test_an_end_without_a_cpm_has_a_stock_but_no_target_and_no_cover() -> None:
    assert at_end(month("2026-03", 30, closing=35)) == (35, None, None, True, "never_counted")
    assert published(*USED, month("2026-03", closing=35)).stock_at_end(MARCH, None, counted=True).target is None


def test_cover_is_by_the_days_of_a_month_that_the_policy_has() -> None:
    march = month("2026-03", 30, closing=35)
    assert at_end(*USED, march, month_days=None)[2] == pytest.approx(35 / 70 * 30)  # April's
    assert at_end(*USED, march, month_days=30.5)[2] == pytest.approx(35 / 70 * 30.5)


def test_an_empty_shelf_at_the_end_is_needed_or_not_as_of_then() -> None:
    used_later = (month("2025-06", 5, closing=9), month("2026-03", 0, closing=0), month("2026-04", 7, closing=0))
    assert at_end(*used_later)[3] is False
    assert at_end(*used_later, of=MARCH + 1)[3] is True


def test_a_month_that_is_there_for_its_end_alone_tells_of_no_use() -> None:
    """Counted empty, never here: nothing is known of its months, as before ends were told."""
    empty = [month(name, 0, closing=0) for name in ("2025-12", "2026-01", "2026-02", "2026-03")]
    assert (published(*empty).use(MARCH), published(*empty).forecast(MARCH)) == (None, None)
    assert published(*empty).needed(None, MARCH) is False


def test_what_is_left_at_the_end_of_a_month_shows_that_the_item_was_here() -> None:
    here = published(month("2025-12", 0, closing=40), month("2026-02", 60, closing=5))
    assert here.forecast(MARCH) == 30
    assert here.use(month_named("2025-12")) is None


@pytest.mark.parametrize("at", ["2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01"])
def test_the_end_of_a_month_is_told_as_it_was_published_that_midnight(at: str) -> None:
    days = [f"2026-{number:02d}-{day:02d} 10:00" for number in (1, 2, 3, 4, 5) for day in (5, 17, 29) if number != 2]
    shelf = Shelf(
        counted(300, "2025-12-20", lot(40, "2026-03-31")),
        *(dispensed(30, day) for day in days),
        received(100, "2026-04-30 09:00"),
    )
    now = shelf.publish("2026-06-02").position
    then = Shelf(
        counted(300, "2025-12-20", lot(40, "2026-03-31")),
        *(dispensed(30, day) for day in days if day < at),
        *([received(100, "2026-04-30 09:00")] if at > "2026-04-30" else []),
    )
    seen = then.publish(at).position
    end = PublishedMonths(now.months, now.cpm_inputs).stock_at_end(
        month_named(at[:7]) - 1, now.target_months, counted=True
    )
    assert (end.usable, end.target, end.cover_days) == (seen.usable, seen.target, seen.cover_days)
