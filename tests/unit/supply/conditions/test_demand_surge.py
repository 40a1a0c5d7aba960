"""When use surges, how bad that is, and what it says."""

import msgspec
import pytest

from supply.conditions import demand_surge
from supply.cpm import Cpm
from supply.language import ENGLISH, SPANISH
from tests.events import counted, dispensed
from tests.unit.supply.assessed import BETWEEN, INPUTS, NO, YES, judged, out_throughout, place, seen, severity
from tests.unit.supply.shelf import Shelf
from tests.unit.supply.stories import SUPPLIED


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


@pytest.mark.parametrize(("largest", "used", "expected"), [(150, 187, BETWEEN), (150, 187.5, YES), (80, 112.5, YES)])
def test_a_lump_as_large_as_one_of_the_last_months_is_no_surge(
    largest: float, used: float, expected: tuple[bool, bool]
) -> None:
    assert judged(demand_surge.RULE, seen(used=used, share_gone=0.5, largest=largest)) == expected


@pytest.mark.parametrize(("used", "expected"), [(224, BETWEEN), (225, YES)])
def test_two_orders_of_a_month_that_a_warehouse_issues_in_one_are_no_surge(
    used: float, expected: tuple[bool, bool]
) -> None:
    issuing = Cpm(90, msgspec.structs.replace(INPUTS, consumption="issued"))
    assert judged(demand_surge.RULE, seen(used=used, share_gone=0.5)._replace(cpm=issuing)) == expected
    assert judged(demand_surge.RULE, seen(used=used, share_gone=0.5)) == YES


def test_what_leaves_every_other_month_does_not_surge_when_it_leaves_again() -> None:
    """150 in March and in May, and none between: by 9 May it is seven times the pace of the CPM."""
    of_may = {}
    for pieces in (150, 187, 188):
        shelf = Shelf(*SUPPLIED, dispensed(150, "2026-03-03"), dispensed(pieces, "2026-05-03"), only=["demand_surge"])
        of_may[pieces] = [line for line in shelf.until("2026-05-11").story if line > "2026-05"]
    assert of_may == {
        150: [],
        187: [],
        188: ["2026-05-09 demand_surge pending medium", "2026-05-10 demand_surge firing medium"],
    }


@pytest.mark.parametrize(
    ("lump", "story"),
    [
        ("2025-11", ["2026-06-09 demand_surge pending medium", "2026-06-10 demand_surge firing medium"]),
        ("2025-12", []),
        ("2026-02", []),
    ],
)
def test_a_month_like_one_of_the_last_six_is_no_surge_and_one_of_the_seventh_is_forgotten(
    lump: str, story: list[str]
) -> None:
    """60 a month, but 150 in one of them, and 150 again in the first week of June."""
    months = ["2025-11", "2025-12", *(f"2026-0{number}" for number in range(1, 6))]
    used = [dispensed(150 if month == lump else 60, f"{month}-15") for month in months]
    shelf = Shelf(counted(2000, "2025-10-20"), *used, dispensed(150, "2026-06-05"), only=["demand_surge"])
    assert [line for line in shelf.until("2026-06-15").story if line > "2026-06"] == story


def test_after_months_without_stock_what_is_used_is_no_surge() -> None:
    assert judged(demand_surge.RULE, out_throughout(100, 20, used=90, share_gone=0.5)) == NO


def test_nobody_is_reminded_of_a_surge_by_a_month_that_has_just_begun() -> None:
    """200 in April against a CPM of 60, told on the 22nd; on 6 May it is time to remind, but nothing to say yet."""
    surge = Shelf(*SUPPLIED, dispensed(200, "2026-04-20"), dispensed(3, "2026-05-02"), only=["demand_surge"])
    told = [alert for alert in surge.until("2026-05-20").alerts if str(alert.at.date()) > "2026-04-26"]
    assert [(str(alert.at.date()), alert.state) for alert in told] == [("2026-05-10", "resolved")]


def test_what_a_surge_says_when_the_month_has_just_begun() -> None:
    position = seen(60, used=12, share_gone=0.1)
    assert demand_surge.explain(position, place(), SPANISH).startswith(
        "El mes acaba de empezar y van 12 piezas: aún no muestra un ritmo; existencia de 60 piezas;"
    )
    assert demand_surge.explain(position, place(), ENGLISH).startswith(
        "The month has just begun, 12 pieces used: it shows no pace yet; stock of 60 pieces;"
    )
