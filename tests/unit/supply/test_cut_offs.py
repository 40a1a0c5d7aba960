"""The cut-offs of an item in a kind of facility: the item's own stand, and never is one stock low and a surplus."""

import itertools

import pytest

from supply.places import place_of
from supply.rules import Rules
from tests.events import counted, dispensed
from tests.unit.supply.shelf import Shelf, hospital, medicine

NONE, LITTLE, MUCH = None, 0.25, 6.0


def cut_offs(**own: float | None) -> tuple[float, float, float]:
    """Critical, minimum and maximum months of an item in a hospital: by default 0.5, 1 and 4."""
    levels = place_of(hospital(), medicine(**own), Rules()).levels
    return levels.critical_months, levels.min_months, levels.max_months


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({}, (0.5, 1, 4)),
        ({"min_months": 2}, (0.5, 2, 4)),
        # What the kind says moves to what the item says.
        ({"min_months": 5}, (0.5, 5, 5)),
        ({"max_months": 0.75}, (0.5, 0.75, 0.75)),
        ({"max_months": 0.25}, (0.25, 0.25, 0.25)),
        ({"critical_months": 2}, (2, 2, 4)),
        ({"critical_months": 5}, (5, 5, 5)),
        ({"min_months": 0.25}, (0.25, 0.25, 4)),
        ({"critical_months": 0.75, "max_months": 0.9}, (0.75, 0.9, 0.9)),
        # An item against itself: its minimum stands.
        ({"min_months": 3, "max_months": 2}, (0.5, 3, 3)),
        ({"critical_months": 3, "min_months": 2}, (2, 2, 4)),
    ],
)
def test_the_items_own_stand(own: dict[str, float], expected: tuple[float, float, float]) -> None:
    assert cut_offs(**own) == expected


@pytest.mark.parametrize("own", list(itertools.product((NONE, LITTLE, MUCH), repeat=3)))
def test_whatever_an_item_says_its_cut_offs_are_in_order(own: tuple[float | None, ...]) -> None:
    critical, minimum, maximum = cut_offs(
        **dict(zip(("critical_months", "min_months", "max_months"), own, strict=True))
    )
    assert critical <= minimum <= maximum


@pytest.mark.parametrize(
    ("own", "target"), [({}, 3), ({"max_months": 2}, 2), ({"min_months": 3.5}, 3.5), ({"min_months": 5}, 5)]
)
def test_what_should_be_there_is_neither_low_nor_a_surplus(own: dict[str, float], target: float) -> None:
    levels = place_of(hospital(), medicine(**own), Rules()).levels
    assert levels.target_months == target
    assert levels.min_months <= target <= levels.max_months


def test_a_position_that_lends_has_more_than_its_target() -> None:
    """90 a month and 207 pieces, where two months are the most there should be."""
    used = [dispensed(90, f"2026-{month}-10") for month in ("01", "02", "03")]
    shelf = Shelf(counted(477, "2026-01-01 08:00"), *used)
    shelf.catalogue.put(medicine(max_months=2))
    shelf.until("2026-04-02")
    position = shelf.publish().position
    assert (position.status, position.on_hand, position.target, position.surplus) == ("surplus", 207, 180, 27)


@pytest.mark.parametrize(("counted_first", "fires"), [(750, "low_stock"), (1000, "surplus")])
def test_a_stock_between_the_kinds_maximum_and_the_items_minimum_is_low_only(counted_first: int, fires: str) -> None:
    """100 a month: 450 pieces, or 700, are left. The minimum of the item is 5 months, the maximum of its kind 4."""
    used = [dispensed(100, f"2026-{month}-10") for month in ("01", "02", "03")]
    shelf = Shelf(counted(counted_first, "2026-01-01 08:00"), *used)
    shelf.catalogue.put(medicine(min_months=5))
    shelf.until("2026-04-20")
    state = {alert.condition: alert.state for alert in shelf.alerts}
    assert {name for name, each in state.items() if each == "firing"} == {fires}
