"""How order lines stand on a day, to the day."""

import pytest

from supply.due import Due, covering, delivery, next_planned, split_due
from supply.orders import OrderLine
from tests.unit.supply.assessed import TODAY, assessed


def line(expected_in: int, deadline_in: int | None = None, pieces: int = 50, order: str = "P-1") -> OrderLine:
    """A line of a day counted from today."""
    return OrderLine(order, None, pieces, TODAY + expected_in, None if deadline_in is None else TODAY + deadline_in)


@pytest.mark.parametrize(
    ("expected_in", "deadline_in", "stands", "asked"),
    [
        (1, None, "coming", "coming"),
        (0, None, "coming", "coming"),
        (-1, None, "late", "late"),
        (0, 3, "coming", "coming"),
        (-1, 1, "awaited", "coming"),
        (-1, 0, "awaited", "coming"),
        (-2, -1, "late", "late"),
    ],
)
def test_a_line_is_late_from_the_day_after_its_deadline(
    expected_in: int, deadline_in: int | None, stands: str, asked: str
) -> None:
    due = line(expected_in, deadline_in)
    position = assessed(45, due=(due,))
    assert split_due(position) == Due([], [], [])._replace(**{stands: [due]})
    assert delivery(position) == asked


def test_one_line_that_is_not_late_is_enough_to_be_asked_to_come_sooner() -> None:
    assert delivery(assessed(45, due=(line(-9), line(9)))) == "coming"
    assert delivery(assessed(45)) == "none"


@pytest.mark.parametrize(("ends_in", "expected"), [(3, (TODAY + 3, 8.0)), (2, None)])
def test_a_use_on_the_last_planned_day_is_planned(ends_in: int, expected: tuple[int, float] | None) -> None:
    assert next_planned(assessed(0, use=((0, 0.0), (3, 8.0)), planned_until=TODAY + ends_in)) == expected


@pytest.mark.parametrize(
    ("usable", "comes_in", "pieces", "covered"),
    [(0, 3, 8, True), (0, 4, 8, False), (0, 3, 7, False), (1, 3, 8, False), (None, 3, 8, False)],
)
def test_what_comes_by_the_day_of_the_next_planned_use_covers_it(
    usable: float | None, comes_in: int, pieces: int, covered: bool
) -> None:
    position = assessed(
        usable, use=((0, 0.0), (3, 8.0), (4, 0.0)), planned_until=TODAY + 3, due=(line(comes_in, pieces=pieces),)
    )
    found = covering(position)
    assert (found is not None) is covered
    if found is not None:
        assert (found.lines, found.there_on, found.used_on) == (list(position.due), TODAY + 3, TODAY + 3)
