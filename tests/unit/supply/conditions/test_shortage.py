"""Where a shortage begins and ends, what it says, and what is due or about to expire in it."""

import datetime as dt

import pytest
from msgspec.structs import replace as changed

from schemas.alerts import Condition
from schemas.catalogue import OfficialCpm
from schemas.events import Event
from supply.assessment import Assessment
from supply.bounds import Bounds
from supply.conditions import shortage
from supply.cpm_presets import ABASTO
from supply.language import ENGLISH, SPANISH
from supply.lead_times import LeadTime
from supply.observed import Observed
from supply.policy_choice import PolicyChoices
from supply.rules import Rules
from tests.events import HOSPITAL, ITEM, adjusted, counted, day, dispensed, lot, received, reported, scheduled
from tests.unit.supply.assessed import BETWEEN, NO, TIMINGS, TODAY, YES, assessed, place, says
from tests.unit.supply.shelf import Shelf
from tests.unit.supply.stories import SUPPLIED, stock_of, story

SHORTAGE: tuple[Condition, ...] = ("shortage",)


@pytest.mark.parametrize(
    ("assessment", "expected"),
    [
        (assessed(45, days=15), YES),
        (assessed(45, days=16), BETWEEN),
        (assessed(45, days=20), BETWEEN),
        (assessed(45, days=21), NO),
        (assessed(45, days=None), NO),
        (assessed(0, days=0), BETWEEN),
        (assessed(45, cpm=None), NO),
        (assessed(45, cpm=0, days=3), NO),
        (assessed(0, cpm=0, days=0), NO),
        (assessed(None), NO),
    ],
)
def test_shortage_enters_within_the_lead_time_and_leaves_five_days_beyond(
    assessment: Assessment, expected: tuple[bool, bool]
) -> None:
    assert says(shortage.judge(assessment, place(), TIMINGS["shortage"])) == expected


@pytest.mark.parametrize(("ven", "expected"), [("V", "critical"), ("E", "high"), (None, "high"), ("N", "medium")])
def test_one_that_leaves_treatments_without_is_as_bad_as_one_within_a_week(ven: str | None, expected: str) -> None:
    for urgent in (assessed(21, days=7), assessed(45, days=15, treatments_at_risk=1)):
        assert shortage.judge(urgent, place(ven), TIMINGS["shortage"]).severity == expected


def test_what_a_shortage_says() -> None:
    assert shortage.explain(assessed(45, days=15), place(), SPANISH) == (
        "Existencia de 45 piezas, se agota el 2026-03-25, en 15 días; surtir tarda 15 días; CPM 90.0 piezas al mes; "
        "nada por llegar."
    )
    assert shortage.explain(assessed(45, days=15), place(), ENGLISH) == (
        "Stock of 45 pieces, runs out on 2026-03-25, in 15 days; supply takes 15 days; CPM 90.0 pieces a month; "
        "nothing due."
    )
    assert "se agota el 2026-03-10, hoy;" in shortage.explain(assessed(1, days=0), place(), SPANISH)
    assert "en 1 día; surtir tarda 1 día;" in shortage.explain(
        assessed(4, days=1, lead_time=LeadTime(1, "catalogue")), place(), SPANISH
    )
    assert "alcanza más allá del horizonte;" in shortage.explain(assessed(900), place(), SPANISH)


def test_a_shortage_is_as_urgent_where_the_running_month_counts() -> None:
    """Three pieces a day and nothing to come: early in a month its few days must not look like little use."""
    days = [day("2025-12-31") + dt.timedelta(days=number) for number in range(75)]
    told = [counted(240, "2025-12-31 08:00"), *(dispensed(3, f"{each} 12:00") for each in days)]
    policies = PolicyChoices(changed(ABASTO, window="running_month"))
    rules = Rules(policies=policies)
    stories = [Shelf(*told, rules=each, only=SHORTAGE).until("2026-03-15").story for each in (Rules(), rules)]
    assert stories[0] == stories[1] == ["2026-03-06 shortage firing high", "2026-03-14 shortage firing critical"]


def test_a_shortage_gets_urgent_within_a_week_of_the_stockout() -> None:
    assert story(counted(40, "2026-03-05 10:00"), counted(20, "2026-03-08 10:00"), until="2026-03-10") == [
        "2026-03-06 shortage firing high",
        "2026-03-09 shortage firing critical",
    ]


def test_and_calms_down_a_day_after_the_stock_lies_a_week_from_it() -> None:
    events = [counted(20, "2026-03-05 10:00"), counted(42, "2026-03-08 10:00")]
    assert story(*events, until="2026-03-12") == [
        "2026-03-06 shortage firing critical",
        "2026-03-10 shortage firing high",
    ]


def test_a_shortage_is_over_a_day_after_the_stock_lies_beyond_the_lead_time() -> None:
    events = [counted(40, "2026-03-05 10:00"), counted(140, "2026-03-08 10:00")]
    assert story(*events) == ["2026-03-06 shortage firing high", "2026-03-10 shortage resolved high"]


def test_stock_at_the_edge_does_not_flap() -> None:
    edge = [counted(50 - 6 * (number % 2), f"2026-03-{number:02d} 10:00") for number in range(3, 18)]
    assert story(*edge) == ["2026-03-04 shortage firing high"]


def test_what_is_due_in_time_keeps_a_shortage_away() -> None:
    low = counted(40, "2026-03-05 10:00")
    order = scheduled(200, "2026-02-20", "2026-03-15")
    assert "shortage" not in " ".join(story(low, order, until="2026-03-15"))


def test_and_brings_it_when_it_does_not_come() -> None:
    low = counted(40, "2026-03-05 10:00")
    order = scheduled(200, "2026-02-20", "2026-03-15")
    assert "2026-03-16 shortage firing high" in story(low, order, until="2026-03-17")


@pytest.mark.parametrize(
    ("order", "spanish", "english"),
    [
        (
            [],
            "Pida un traspaso que llegue antes de esa fecha, o haga una compra urgente.",
            "Ask for a transfer that comes before that date, or buy urgently.",
        ),
        (
            [scheduled(200, "2026-02-20", "2026-04-15")],
            "Adelante la entrega o pida un traspaso que llegue antes de esa fecha.",
            "Bring the delivery forward, or ask for a transfer that comes before that date.",
        ),
    ],
    ids=["nothing due", "due too late"],
)
def test_only_a_delivery_that_is_due_can_be_brought_forward(order: list[Event], spanish: str, english: str) -> None:
    alerts = stock_of(*SUPPLIED, counted(40, "2026-03-05 10:00"), *order).until("2026-03-07").alerts
    (told,) = [alert for alert in alerts if alert.condition == "shortage"]
    assert told.reason.endswith(f". {spanish}")
    assert (told.reason_en or "").endswith(f". {english}")


def test_what_stays_open_for_want_of_news_asks_for_news() -> None:
    """Nothing was recorded for three weeks, and an order covers what is known: there is no date to be before."""
    shelf = Shelf(
        counted(220, "2025-11-20 09:00"),
        dispensed(90, "2025-12-15 12:00"),
        dispensed(90, "2026-01-15 12:00"),
        scheduled(900, "2026-02-01 09:00", "2026-02-09"),
        only=["shortage"],
    )
    told = shelf.until("2026-02-10").alerts[-1]
    assert told.state == "firing"
    assert "alcanza más allá del horizonte" in told.reason
    assert told.reason.endswith(
        ". Confirme con la unidad la existencia y el consumo: sin registros recientes no se da por terminado."
    )
    assert (told.reason_en or "").endswith(
        ". Confirm stock and use with the facility: without recent records it is not taken for over."
    )


@pytest.mark.parametrize(("last_day", "wasted"), [(20 + 15, 60), (20 + 16, 0)])
def test_a_calm_looks_at_the_lots_that_may_cut_the_lead_time_short(last_day: int, wasted: int) -> None:
    """Twenty days of calm, and the lead time from the last of them on: what expires later is there until then."""
    bounds = Bounds(1, TODAY, 180, TODAY + 20)
    position = assessed(300, observed=Observed(lots=((last_day, 60.0),)))
    shortage.keep(position, place(), TIMINGS["shortage"], False, bounds)
    assert bounds.above == 3 * 16 + wasted + 1


def test_lots_about_to_expire_are_no_stock_for_later() -> None:
    expiring = counted(700, "2026-03-05 10:00", lot(690, "2026-03-18"))
    assert story(expiring, until="2026-03-08") == ["2026-03-07 shortage firing high"]


def test_also_when_they_are_received_in_the_middle_of_a_calm_month() -> None:
    swap = [adjusted(-720, "2026-03-05 10:00", "damaged"), received(720, "2026-03-05 10:00", lot(720, "2026-03-18"))]
    assert story(*swap, until="2026-03-09") == ["2026-03-07 shortage firing high"]


def test_a_sheet_in_the_middle_of_a_calm_month_raises_what_is_needed() -> None:
    sheet = reported("2026-02", 2400, "2026-03-05 10:00")
    assert story(counted(730, "2026-03-01 09:00"), sheet, until="2026-03-09") == [
        "2026-03-06 low_stock pending medium",
        "2026-03-07 low_stock firing medium",
    ]


def test_a_first_count_that_finds_little_is_judged_the_day_after() -> None:
    """As long as nothing was counted nobody could tell what is needed, and which stock would be too little."""
    registered = OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=10, valid_from=day("2026-02-20"))
    told = scheduled(1, "2026-01-03 06:00", "2026-01-03"), counted(3, "2026-02-20 06:00")
    assert Shelf(*told, entries=[registered], only=SHORTAGE).until("2026-02-25").story == [
        "2026-02-21 shortage firing high"
    ]
