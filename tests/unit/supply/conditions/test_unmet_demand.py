"""When demand that was not filled is told, and how bad it is."""

import pytest

from supply.conditions import unmet_demand
from supply.language import ENGLISH, SPANISH
from tests.unit.supply.assessed import NO, YES, judged, place, seen, severity


@pytest.mark.parametrize(("unmet", "expected"), [(0, NO), (0.5, NO), (1, YES), (40, YES)])
def test_one_piece_not_filled_is_told(unmet: float, expected: tuple[bool, bool]) -> None:
    assert judged(unmet_demand.RULE, seen(unmet=unmet)) == expected
    assert judged(unmet_demand.RULE, seen(usable=None, unmet=unmet)) == expected


@pytest.mark.parametrize(
    ("unmet", "cpm", "expected"),
    [
        (4.4, 90, "medium"),
        (4.5, 90, "high"),
        (22.4, 90, "high"),
        (22.5, 90, "critical"),
        (1, 0, "high"),
        (1, None, "high"),
    ],
)
def test_unmet_demand_is_as_bad_as_its_share_of_a_months_use(unmet: float, cpm: float | None, expected: str) -> None:
    assert severity(unmet_demand.RULE, seen(cpm=cpm, unmet=unmet)) == expected


def test_what_unmet_demand_says() -> None:
    assert unmet_demand.explain(seen(0, unmet=7), place(), SPANISH) == (
        "Sin surtir 7 piezas este mes y el anterior; sin existencia; CPM 90.0 piezas al mes; nada por llegar."
    )
    assert unmet_demand.explain(seen(0, unmet=7), place(), ENGLISH) == (
        "7 pieces not filled this month and last; no stock; CPM 90.0 pieces a month; nothing due."
    )
