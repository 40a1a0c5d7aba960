"""What is above the maximum, and what may be lent of it."""

import pytest

from supply.conditions import surplus
from supply.language import ENGLISH, SPANISH
from tests.unit.supply.assessed import BETWEEN, NO, YES, assessed, judged, place


@pytest.mark.parametrize(
    ("usable", "expected"), [(0, NO), (324, NO), (325, BETWEEN), (360, BETWEEN), (361, YES), (None, NO)]
)
def test_a_surplus_is_above_four_months_until_it_is_a_tenth_below(
    usable: float | None, expected: tuple[bool, bool]
) -> None:
    assert judged(surplus.RULE, assessed(usable)) == expected


@pytest.mark.parametrize("cpm", [0, None])
def test_what_nobody_uses_has_no_maximum(cpm: float | None) -> None:
    assert judged(surplus.RULE, assessed(1000, cpm=cpm)) == NO


def test_a_surplus_says_how_many_may_be_lent() -> None:
    assert surplus.explain(assessed(500), place(), SPANISH) == (
        "Existencia de 500 piezas, 5.6 meses; el máximo es 4; para prestar: 140 piezas; CPM 90.0 piezas al mes; "
        "nada por llegar."
    )
    assert "; 140 pieces may be lent;" in surplus.explain(assessed(500), place(), ENGLISH)
    assert [surplus.may_be_lent(assessed(usable), place()) for usable in (360.9, 361.5)] == [0, 1]
    assert "; nada para prestar;" in surplus.explain(assessed(340), place(), SPANISH)
    assert "; nothing to lend;" in surplus.explain(assessed(340), place(), ENGLISH)


def test_what_is_above_the_maximum_by_less_than_a_piece_is_no_surplus() -> None:
    assert judged(surplus.RULE, assessed(360.9)) == BETWEEN
