"""Where low stock begins and ends, and what it says."""

import pytest

from supply.assessment import Assessment
from supply.conditions import low_stock
from supply.language import ENGLISH, SPANISH
from tests.events import counted, dispensed
from tests.unit.supply.assessed import BETWEEN, NO, TIMINGS, YES, assessed, place, says
from tests.unit.supply.shelf import medicine
from tests.unit.supply.stories import story


@pytest.mark.parametrize(
    ("assessment", "expected"),
    [
        (assessed(89), YES),
        (assessed(90), BETWEEN),
        (assessed(107), BETWEEN),
        (assessed(108), NO),
        (assessed(0), BETWEEN),
        (assessed(89, cpm=None), NO),
        (assessed(0, cpm=0), NO),
        (assessed(None), NO),
    ],
)
def test_low_stock_enters_below_the_minimum_and_leaves_a_fifth_above(
    assessment: Assessment, expected: tuple[bool, bool]
) -> None:
    assert says(low_stock.judge(assessment, place(), TIMINGS["low_stock"])) == expected


def test_what_low_stock_says() -> None:
    assert low_stock.explain(assessed(45), place(), SPANISH) == (
        "Existencia de 45 piezas, 0.5 meses; el mínimo es 1; CPM 90.0 piezas al mes; nada por llegar."
    )
    assert low_stock.explain(assessed(45), place(), ENGLISH) == (
        "Stock of 45 pieces, 0.5 months; the minimum is 1; CPM 90.0 pieces a month; nothing due."
    )


def test_a_long_lead_time_asks_for_more_than_the_minimum() -> None:
    """76 days' stock, then 73, where a new order takes 75."""
    events = [counted(230, "2026-03-02 10:00"), dispensed(10, "2026-03-10 10:00")]
    assert story(*events, entries=[medicine(lead_time_days=75)]) == ["2026-03-11 shortage firing high"]


@pytest.mark.parametrize(("usable", "told"), [(85, "0.9"), (89, "0.99"), (89.99, "0.9999"), (90, "1.0"), (107, "1.2")])
def test_low_stock_says_as_many_places_as_it_takes_to_see_on_which_side_of_the_minimum_it_is(
    usable: float, told: str
) -> None:
    assert f", {told} months; the minimum is 1;" in low_stock.explain(assessed(usable), place(), ENGLISH)
    assert f", {told} meses; el mínimo es 1;" in low_stock.explain(assessed(usable), place(), SPANISH)
