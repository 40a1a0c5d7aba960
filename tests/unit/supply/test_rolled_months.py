"""Months that leave a position are published once more, so that whoever keeps all of them misses none."""

import pytest

from schemas.dead_letters import BadRecord
from tests.events import counted, dispensed, reported
from tests.unit.supply.shelf import Shelf

YEARS = [f"{year}-{month:02d}" for year in (2023, 2024, 2025) for month in range(1, 13)]


def three_years() -> Shelf:
    """Ten pieces dispensed in the middle of each month, nothing published yet."""
    return Shelf(counted(1000, at="2023-01-01 08:00"), *(dispensed(10, at=f"{month}-15 09:00") for month in YEARS))


def test_a_long_backlog_shows_every_month_in_its_first_publication() -> None:
    shown = three_years().until("2026-01-02").position
    months = [*shown.rolled_months, *shown.months]
    assert [month.month for month in months] == YEARS
    assert {month.dispensed for month in months} == {10}
    assert len(shown.months) <= 15


def test_a_month_that_left_is_shown_once() -> None:
    shelf = three_years().until("2026-01-02")
    shelf.tell(dispensed(1, at="2026-01-03 09:00"))
    assert shelf.until("2026-01-04").position.rolled_months == ()


def test_a_straggler_of_a_month_long_gone_does_not_stand_for_the_month() -> None:
    shelf = three_years().until("2026-01-02")
    with pytest.raises(BadRecord, match="has left the position, which keeps 15 months") as caught:
        shelf.tell(dispensed(3, at="2023-02-10 09:00"))
    assert (caught.value.fault, caught.value.field) == ("too_late", "time")
    with pytest.raises(BadRecord, match="the month 2023-02 has left the position") as caught:
        shelf.tell(reported("2023-02", 70, "2023-03-01"))
    assert (caught.value.fault, caught.value.field) == ("too_late", "period")
    shown = shelf.until("2026-02-02").position
    assert "2023-02" not in {month.month for month in (*shown.rolled_months, *shown.months)}


def test_a_recovered_position_knows_which_months_left() -> None:
    shelf = three_years().until("2026-01-02")
    again = Shelf(changelog=shelf.changelog)
    with pytest.raises(BadRecord):
        again.tell(dispensed(3, at="2023-02-10 09:00"))
    again.tell(dispensed(1, at="2026-01-03 09:00"))
    shown = again.until("2026-02-02").position
    assert [month.month for month in shown.rolled_months] == ["2024-10"]
