"""When use surges, how bad that is, and what it says."""

import datetime as dt
from typing import Any

import msgspec
import pytest

from supply.assessment import Assessment
from supply.conditions import demand_surge
from supply.cpm import Cpm
from supply.language import ENGLISH, SPANISH
from supply.orders import OrderLine
from supply.planned_month import PlannedMonth
from supply.projection import Projection
from tests.events import counted, day, dispensed, received
from tests.unit.supply.assessed import (
    BETWEEN,
    INPUTS,
    NO,
    TIMINGS,
    TODAY,
    YES,
    judged,
    out_throughout,
    place,
    seen,
    severity,
)
from tests.unit.supply.plans import on, profile
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


@pytest.mark.parametrize(
    ("last_day", "pieces", "expected"),
    [(58, 900, "high"), (59, 900, "high"), (60, 900, "medium"), (59, 361, "high"), (59, 360.9, "medium")],
)
def test_and_where_a_piece_or_more_would_even_so_be_lost_within_sixty_days(
    last_day: int, pieces: float, expected: str
) -> None:
    """Six a day: 360 of a lot are used by the sixtieth day, the first on which it cannot be."""
    losing = seen(900, used=93, share_gone=0.5, lots=((last_day, pieces),))
    assert severity(demand_surge.RULE, losing._replace(projection=Projection(None, None, 1.0))) == expected


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


def test_more_that_came_back_than_was_handed_out_is_no_use() -> None:
    assert demand_surge.explain(seen(used=-3, share_gone=0.5), place(), SPANISH).startswith("Van 0 piezas este mes")


def test_the_end_at_that_pace_counts_on_nothing_that_is_due() -> None:
    position = seen(60, used=93, share_gone=0.5)._replace(due=(OrderLine("P-1", None, 900, TODAY + 5),))
    assert "; a ese ritmo se agota el 2026-03-20 sin contar lo que falta por llegar; " in demand_surge.explain(
        position, place(), SPANISH
    )
    assert "; at that pace it runs out on 2026-03-20, not counting what is due; " in demand_surge.explain(
        position, place(), ENGLISH
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


def by_plan(so_far: float, at_most: float, **observed: Any) -> Assessment:
    """A position with a plan of so much by now and in the month, which used 500 in one of the last."""
    return seen(largest=500, **observed)._replace(planned=20.0, planned_month=PlannedMonth(so_far, at_most))


@pytest.mark.parametrize(
    ("share", "used", "so_far", "at_most", "expected"),
    [
        (0.24, 90, 0, 0, BETWEEN),
        (0.25, 60, 30, 40, YES),
        (0.25, 59, 30, 40, BETWEEN),
        (0.25, 45, 30, 40, BETWEEN),
        (0.25, 44, 30, 40, NO),
        (0.5, 60, 30, 48.1, BETWEEN),
        (0.5, 3, 0, 0, YES),
        (0.5, 2.9, 0, 0, NO),
        (0.5, 0, 0, 0, NO),
        (0.5, 3.9, 1, 1, NO),
        (0.5, 4, 1, 1, YES),
    ],
)
def test_while_a_plan_runs_what_was_planned_by_now_is_what_use_surges_beyond(
    share: float, used: float, so_far: float, at_most: float, expected: tuple[bool, bool]
) -> None:
    assert judged(demand_surge.RULE, by_plan(so_far, at_most, used=used, share_gone=share)) == expected


def test_a_plan_says_what_is_needed_also_where_no_cpm_does_but_not_after_months_without_stock() -> None:
    used = by_plan(10, 10, used=90, share_gone=0.5)
    assert judged(demand_surge.RULE, used._replace(cpm=Cpm(None, INPUTS))) == YES
    out = msgspec.structs.replace(INPUTS, state="uncorrected")
    assert judged(demand_surge.RULE, used._replace(cpm=Cpm(0, out))) == NO


@pytest.mark.parametrize(("usable", "expected"), [(134, "high"), (135, "medium")])
def test_a_stock_that_lasts_by_the_plan_does_not_by_the_pace_of_the_month(usable: float, expected: str) -> None:
    """93 pieces in half of a March of 31 days: 6 a day, but 50 on the one day of the plan: 134 in 15 days."""
    position = by_plan(10, 10, usable=usable, used=93, share_gone=0.5)
    position = position._replace(use=[(0, 0.0), (3, 50.0), (4, 0.0)])
    assert severity(demand_surge.RULE, position) == expected


def test_one_piece_by_the_plan_is_said_of_one() -> None:
    told = demand_surge.explain(by_plan(1, 1, used=90, share_gone=0.5), place(), SPANISH)
    assert "y según el plan iría 1 pieza," in told


def test_what_a_surge_beyond_the_plan_says() -> None:
    position = by_plan(64.516, 70, usable=60, used=186, share_gone=0.5)._replace(use=[(0, 0.0), (2, 40.0), (3, 0.0)])
    assert demand_surge.explain(position, place(), SPANISH).startswith(
        "Van 186 piezas este mes y según el plan irían 64.5 piezas, ritmo de 372.0 piezas al mes; "
        "a ese ritmo se agota el 2026-03-12; existencia de 60 piezas;"
    )
    assert demand_surge.explain(position, place(), ENGLISH).startswith(
        "186 pieces used this month where the plan has 64.5 pieces by now, a pace of 372.0 pieces a month; "
        "at that pace it runs out on 2026-03-12; stock of 60 pieces;"
    )
    finding = demand_surge.judge(position, place(), TIMINGS["demand_surge"])
    assert demand_surge.advise(position, place(), finding).en.endswith("raise the next order and mend the plan.")
    assert demand_surge.advise(position, place(), finding).es.endswith("aumente el próximo pedido y corrija el plan.")


THREE_A_DAY = [
    counted(560, "2025-11-30 08:00"),
    *(dispensed(3, f"{day('2025-12-01') + dt.timedelta(number)} 12:00") for number in range(182)),
]


def test_a_plan_that_tells_of_two_patients_alone_does_not_hide_what_all_others_use() -> None:
    """Two treatments are planned, on 10 March and 10 June; the others use three a day as before. By 23 March 66 are
    gone: 27 of the days before the plan and 6 of the plan were foreseen."""
    plan = profile(on("2026-03-10", 6), on("2026-06-10", 6))
    shelf = Shelf(*THREE_A_DAY, entries=[plan], only=["demand_surge", "surplus"]).until("2026-05-31")
    assert [line for line in shelf.story if line > "2026-03"] == [
        "2026-03-23 demand_surge pending medium",
        "2026-03-24 demand_surge firing medium",
        "2026-03-24 surplus resolved low",
        "2026-05-22 demand_surge firing high",
    ]
    assert all("runs out on 2026-06-05" in alert.reason_en for alert in shelf.alerts if "pace of" in alert.reason_en)


@pytest.mark.parametrize("date", ["2026-04-29", "2026-05-01", "2026-05-03"])
def test_a_treatment_that_is_given_some_days_before_or_after_its_date_is_no_surge(date: str) -> None:
    plan = profile(*(on(date, 10) for date in ("2026-03-06", "2026-04-03", "2026-05-01", "2026-05-29", "2026-06-26")))
    given = [dispensed(10, each) for each in ("2026-03-06", "2026-04-03", date, "2026-05-29")]
    shelf = Shelf(counted(100, "2026-03-01"), *given, entries=[plan], only=["demand_surge"])
    assert shelf.until("2026-06-20").story == []


def test_nor_is_what_waited_for_an_empty_shelf() -> None:
    """Three treatments of ten were missed since the middle of March, and are given when stock comes."""
    dates = ("2026-03-03", "2026-03-17", "2026-03-24", "2026-03-31", "2026-04-14", "2026-04-28", "2026-05-12")
    plan = profile(*(on(date, 10) for date in dates))
    given = [dispensed(10, "2026-03-03"), received(60, "2026-04-02"), dispensed(30, "2026-04-02 12:00")]
    last = [dispensed(10, "2026-04-14"), dispensed(10, "2026-04-28")]
    shelf = Shelf(counted(10, "2026-03-01"), *given, *last, entries=[plan], only=["demand_surge"])
    assert shelf.until("2026-05-10").story == []


def test_before_a_plan_begins_it_is_the_cpm_that_use_surges_beyond() -> None:
    plan = profile(on("2026-03-27", 10))
    surge = Shelf(*SUPPLIED, dispensed(200, "2026-03-05"), entries=[plan], only=["demand_surge"])
    assert surge.until("2026-03-11").story[:1] == ["2026-03-09 demand_surge pending medium"]
