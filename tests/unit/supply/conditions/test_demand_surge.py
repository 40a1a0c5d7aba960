"""When use surges, how bad that is, and what it says."""

import pytest

from supply.conditions import demand_surge
from supply.language import ENGLISH, SPANISH
from tests.unit.supply.assessed import BETWEEN, NO, YES, judged, place, seen, severity


@pytest.mark.parametrize(
    ("share", "used", "expected"),
    [
        (0.24, 500, BETWEEN),
        (0.25, 112.4, BETWEEN),
        (0.25, 112.5, YES),
        (0.25, 33.75, BETWEEN),
        (0.25, 33.7, NO),
        (0.5, 112.4, BETWEEN),
        (0.5, 112.5, YES),
        (0.8, 143, BETWEEN),
        (0.8, 144, YES),
        (0.8, 108, BETWEEN),
        (0.8, 107, NO),
    ],
)
def test_a_surge_is_twice_the_use_until_it_is_half_as_much_again(
    share: float, used: float, expected: tuple[bool, bool]
) -> None:
    assert judged(demand_surge.RULE, seen(used=used, share_gone=share)) == expected


@pytest.mark.parametrize(("used", "expected"), [(3.4, BETWEEN), (3.5, YES)])
def test_and_three_pieces_at_least(used: float, expected: tuple[bool, bool]) -> None:
    assert judged(demand_surge.RULE, seen(cpm=1, used=used, share_gone=0.5)) == expected


@pytest.mark.parametrize("cpm", [0, None])
def test_nothing_surges_without_a_cpm(cpm: float | None) -> None:
    assert judged(demand_surge.RULE, seen(cpm=cpm, used=500, share_gone=0.5)) == NO


@pytest.mark.parametrize(("usable", "expected"), [(90, "high"), (91, "medium"), (None, "medium")])
def test_a_surge_is_worse_where_the_stock_does_not_last_the_lead_time(usable: float | None, expected: str) -> None:
    """93 pieces in half of a March of 31 days: 6 a day, 90 in 15 days."""
    assert severity(demand_surge.RULE, seen(usable, used=93, share_gone=0.5)) == expected


def test_what_a_surge_says() -> None:
    position = seen(60, used=93, share_gone=0.5)
    assert demand_surge.explain(position, place(), SPANISH) == (
        "Van 93 piezas este mes, ritmo de 186.0 piezas al mes; a ese ritmo se agota el 2026-03-20; "
        "existencia de 60 piezas; CPM 90.0 piezas al mes; nada por llegar."
    )
    assert demand_surge.explain(position, place(), ENGLISH) == (
        "93 pieces used this month, a pace of 186.0 pieces a month; at that pace it runs out on 2026-03-20; "
        "stock of 60 pieces; CPM 90.0 pieces a month; nothing due."
    )


@pytest.mark.parametrize(("usable", "told"), [(0, False), (1, True), (2201, True), (2202, False), (999_999_999, False)])
def test_an_end_that_has_come_or_is_more_than_a_year_away_is_not_told(usable: float, told: bool) -> None:
    """Six a day. Stock for millions of days has no date at all."""
    position = seen(usable, used=93, share_gone=0.5)
    assert ("se agota el" in demand_surge.explain(position, place(), SPANISH)) is told
    assert ("runs out on" in demand_surge.explain(position, place(), ENGLISH)) is told
