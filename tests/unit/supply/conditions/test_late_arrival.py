"""When an arrival is late, how bad that is, and what it says."""

from typing import Any

import pytest

from supply.assessment import Assessment
from supply.conditions import late_arrival
from supply.language import ENGLISH, SPANISH
from supply.orders import OrderLine
from tests.unit.supply.assessed import BETWEEN, NO, TIMINGS, TODAY, YES, assessed, judged, place, says, severity


def due(deadline: int, usable: float | None = 300, days: int | None = None, **more: Any) -> Assessment:
    """A position that waits for 50 pieces until some days from today."""
    return assessed(
        usable, days=days, due=(OrderLine("P-1", None, 50, TODAY + deadline - 2, TODAY + deadline),), **more
    )


@pytest.mark.parametrize(("deadline", "expected"), [(1, NO), (0, NO), (-1, YES), (-40, YES)])
def test_an_arrival_is_late_the_day_after_its_deadline(deadline: int, expected: tuple[bool, bool]) -> None:
    assert judged(late_arrival.RULE, due(deadline)) == expected
    assert judged(late_arrival.RULE, due(deadline, usable=None)) == expected


def test_a_line_without_a_deadline_is_late_after_its_day() -> None:
    lines = [OrderLine("P-1", None, 50, TODAY + expected) for expected in (0, -1)]
    assert [judged(late_arrival.RULE, assessed(300, due=(line,))) for line in lines] == [NO, YES]


def test_who_allows_more_days_is_told_later() -> None:
    patient = TIMINGS["late_arrival"].__class__(enter_days=5)
    found = [late_arrival.judge(due(-late), place(), patient) for late in (4, 5)]
    assert [says(each) for each in found] == [BETWEEN, YES]


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, "critical"), (7, "critical"), (8, "high"), (15, "high"), (16, "medium"), (None, "medium")],
)
def test_a_late_arrival_is_as_bad_as_the_stock_is_short_without_it(days: int | None, expected: str) -> None:
    assert severity(late_arrival.RULE, due(-1, days=days)) == expected


def test_late_pieces_that_nobody_needs_are_not_urgent() -> None:
    assert severity(late_arrival.RULE, due(-1, 0, 0, needed=False)) == "medium"


def test_what_a_late_arrival_says() -> None:
    position = due(-3, 45, 15)
    assert late_arrival.explain(position, place(), SPANISH) == (
        "El pedido P-1 debió llegar el 2026-03-07, hace 3 días; faltan 50 piezas; existencia de 45 piezas; "
        "sin ello se agota el 2026-03-25."
    )
    assert late_arrival.explain(position, place(), ENGLISH) == (
        "Order P-1 should have come by 2026-03-07, 3 days ago; 50 pieces missing; stock of 45 pieces; "
        "without it the stock runs out on 2026-03-25."
    )
    assert late_arrival.explain(assessed(45), place(), SPANISH).startswith("Ningún arribo vencido")
