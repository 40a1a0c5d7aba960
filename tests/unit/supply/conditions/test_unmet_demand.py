"""When demand that was not filled is told, and how bad it is."""

import datetime as dt
from collections.abc import Callable
from functools import partial

import pytest

from schemas.catalogue import OfficialCpm
from supply.assessment import Assessment
from supply.conditions import unmet_demand
from supply.language import ENGLISH, SPANISH
from supply.untold import Untold
from tests.events import HOSPITAL, ITEM, adjusted, counted, day, dispensed, issued, received, unmet
from tests.unit.supply.assessed import NO, TODAY, YES, judged, out_throughout, place, seen, severity
from tests.unit.supply.shelf import Shelf
from tests.unit.supply.stories import SUPPLIED


def dates(first: str, last: str) -> list[dt.date]:
    """The days from one to another."""
    return [dt.date.fromordinal(number) for number in range(day(first).toordinal(), day(last).toordinal() + 1)]


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
        (2, 0, "high"),
        (3, 0, "critical"),
        (2, None, "high"),
        (3, None, "critical"),
    ],
)
def test_unmet_demand_is_as_bad_as_its_share_of_a_months_use(unmet: float, cpm: float | None, expected: str) -> None:
    """Where no use is known it is all that was asked for: bad as soon as it is not few."""
    assert severity(unmet_demand.RULE, seen(0, cpm=cpm, unmet=unmet)) == expected


@pytest.mark.parametrize(("unmet", "expected"), [(4.4, "medium"), (4.5, "high"), (22.5, "critical")])
@pytest.mark.parametrize("position", [partial(seen, 0, 0), partial(seen, 0, None), out_throughout])
def test_where_nothing_is_used_the_registered_cpm_tells_what_is_much(
    position: Callable[..., Assessment], unmet: float, expected: str
) -> None:
    registered = ((0, 90.0), (TODAY + 1, 1e6))
    assert severity(unmet_demand.RULE, position(unmet=unmet), official=registered) == expected


def test_without_stock_in_any_month_of_the_window_each_piece_is_one_of_all_that_were_asked_for() -> None:
    assert severity(unmet_demand.RULE, out_throughout(unmet=1)) == "critical"


@pytest.mark.parametrize(("usable", "expected"), [(None, "critical"), (0, "critical"), (29, "critical"), (30, "high")])
def test_what_the_stock_would_fill_today_is_critical_no_more(usable: float | None, expected: str) -> None:
    assert severity(unmet_demand.RULE, seen(usable, unmet=30)) == expected


def test_what_must_have_been_used_since_the_count_fills_nothing() -> None:
    assert severity(unmet_demand.RULE, seen(100, unmet=30)._replace(untold=Untold(90.0))) == "critical"
    assert severity(unmet_demand.RULE, seen(100, unmet=30)._replace(untold=Untold(70.0))) == "high"


def test_unmet_demand_gets_no_milder_the_longer_the_item_is_out() -> None:
    """Three a day go without from April on; from July on the CPM is 0, for nothing could be handed out."""
    out = [
        dispensed(90, "2026-03-15"),
        counted(0, "2026-03-31 20:00"),
        *(unmet(3, f"{on} 12:00") for on in dates("2026-04-01", "2026-09-20")),
    ]
    for registered in ((), (OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=90, valid_from=day("2026-01-01")),)):
        shelf = Shelf(*SUPPLIED, *out, entries=registered, only=["unmet_demand", "cpm_drift"]).until("2026-09-21")
        assert shelf.position.cpm == 0
        assert shelf.story == [
            "2026-04-02 unmet_demand firing medium",
            "2026-04-03 unmet_demand firing high",
            "2026-04-09 unmet_demand firing critical",
        ]


def test_it_is_critical_again_on_the_day_after_the_stock_has_gone_to_others() -> None:
    """Well above the minimum all the time, so that no other condition asks for a look."""
    told = [counted(150, "2026-03-10 08:00"), unmet(100, "2026-03-10 12:00"), issued(55, "2026-03-13 09:00")]
    assert Shelf(*SUPPLIED, *told, only=["unmet_demand"]).until("2026-03-20").story == [
        "2026-03-11 unmet_demand firing high",
        "2026-03-14 unmet_demand firing critical",
    ]


def test_a_cpm_registered_in_the_middle_of_a_month_says_from_its_day_on_what_is_much() -> None:
    """Out since April, so that nothing is used any more; five of the 90 before are no quarter, of 10 they are half."""
    told = [adjusted(-730, "2026-03-31 20:00", "lost"), unmet(5, "2026-07-02 12:00")]
    registered = OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=10, valid_from=day("2026-07-10"))
    assert Shelf(*SUPPLIED, *told, entries=[registered], only=["unmet_demand"]).until("2026-07-20").story == [
        "2026-07-03 unmet_demand firing high",
        "2026-07-10 unmet_demand firing critical",
    ]


def test_one_day_without_is_no_longer_critical_when_stock_has_come() -> None:
    told = [
        counted(0, "2026-03-10 08:00"),
        unmet(30, "2026-03-10 12:00"),
        received(300, "2026-03-12 09:00"),
        issued(290, "2026-03-20 09:00"),
    ]
    assert Shelf(*SUPPLIED, *told, only=["unmet_demand"]).until("2026-05-02").story == [
        "2026-03-11 unmet_demand firing critical",
        "2026-03-14 unmet_demand firing high",
        "2026-03-21 unmet_demand firing critical",
        "2026-05-01 unmet_demand resolved critical",
    ]


def test_what_unmet_demand_says() -> None:
    assert unmet_demand.explain(seen(0, unmet=7), place(), SPANISH) == (
        "Sin surtir 7 piezas este mes y el anterior; sin existencia; CPM 90.0 piezas al mes; nada por llegar."
    )
    assert unmet_demand.explain(seen(0, unmet=7), place(), ENGLISH) == (
        "7 pieces not filled this month and last; no stock; CPM 90.0 pieces a month; nothing due."
    )


def test_that_nothing_was_recorded_is_not_that_all_was_filled() -> None:
    """Unmet demand of March is over in May; the item was last heard of on the 12th of March, or of April."""
    told = [unmet(30, "2026-03-06 08:00"), dispensed(3, "2026-03-12")]
    silent = Shelf(*SUPPLIED, *told, only=["unmet_demand"]).until("2026-05-02").alerts[-1]
    assert silent.reason_en.startswith(
        "The condition is over: Nothing recorded of the item since 2026-03-12: whether all is filled is not known; "
    )
    assert "Sin registros de la clave desde el 2026-03-12: no se sabe si todo se surte; " in silent.reason
    heard = Shelf(*SUPPLIED, *told, dispensed(3, "2026-04-12"), only=["unmet_demand"]).until("2026-05-02").alerts[-1]
    assert "over: No unfilled piece recorded this month and last; " in heard.reason_en
