"""What is above the maximum, and what may be lent of it."""

import pytest

from supply.assessment import Assessment
from supply.conditions import surplus
from supply.language import ENGLISH, SPANISH
from supply.observed import Observed
from supply.projection import Projection
from tests.unit.supply.assessed import BETWEEN, NO, TIMINGS, YES, assessed, judged, out_throughout, place


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


@pytest.mark.parametrize(("usable", "told"), [(359, "3.99"), (360, "4.0"), (361, "4.01"), (500, "5.6")])
def test_a_surplus_says_as_many_places_as_it_takes_to_see_on_which_side_of_the_maximum_it_is(
    usable: float, told: str
) -> None:
    assert f", {told} months; the maximum is 4;" in surplus.explain(assessed(usable), place(), ENGLISH)
    assert f", {told} meses; el máximo es 4;" in surplus.explain(assessed(usable), place(), SPANISH)


@pytest.mark.parametrize(
    ("position", "es", "en"),
    [
        (assessed(430, cpm=0), "ya no se usa ninguna", "none is used any more"),
        (assessed(430, cpm=None), "sin CPM no se sabe cuánto se usa", "without a CPM nobody knows what is used"),
        (
            out_throughout(430, 20),
            "sin existencia en todos los meses del cálculo, el CPM no dice cuánto se necesita",
            "out of stock in every month of the window, so the CPM does not tell what is needed",
        ),
    ],
    ids=["not used", "no CPM", "out all the time"],
)
def test_where_no_use_is_known_it_says_so_and_names_no_maximum(position: Assessment, es: str, en: str) -> None:
    said = surplus.explain(position, place(), SPANISH)
    assert said.startswith(f"Existencia de 430 piezas; {es}; sin consumo no hay máximo que rebasar; ")
    said = surplus.explain(position, place(), ENGLISH)
    assert said.startswith(f"Stock of 430 pieces; {en}; without use there is no maximum to be above; ")


def test_what_comes_after_months_without_stock_is_not_offered_to_others() -> None:
    assert judged(surplus.RULE, out_throughout(430, 20)) == NO


EXPIRING = assessed(400, observed=Observed(lots=((50, 100.0),)), projection=Projection(None, None, 30))


@pytest.mark.parametrize(
    ("usable", "said", "advice"),
    [
        (400, "40 pieces may be lent, first 30 that would expire", "order none until it has come down."),
        (385, "25 pieces may be lent, or up to 30 that would expire", "without it there is no surplus."),
        (350, "nothing to lend but 30 that would expire", "offer only what would expire."),
    ],
)
def test_what_would_expire_is_lent_first_and_makes_no_surplus(usable: int, said: str, advice: str) -> None:
    position = EXPIRING._replace(usable=usable, months=usable / 90)
    finding = surplus.judge(position, place(), TIMINGS["surplus"])
    assert f"; {said} unused from 2026-04-29 on; " in surplus.explain(position, place(), ENGLISH)
    assert surplus.advise(position, place(), finding).en.endswith(advice)
