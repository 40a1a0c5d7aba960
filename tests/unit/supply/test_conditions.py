"""What makes alerts and ends them, told as stories: events in, transitions out."""

from typing import Any

import msgspec
import pytest

from schemas.alerts import Condition
from schemas.events import Event
from schemas.positions import CpmInputs
from supply.assessment import Assessment, Place, place_of
from supply.clock import Reach
from supply.conditions import IN_TURN, RULES, low_stock, shortage, stock_out
from supply.cpm import Cpm
from supply.finding import Finding, severity_for
from supply.language import ENGLISH, SPANISH
from supply.lead_times import LeadTime
from supply.orders import OrderLine
from supply.projection import Projection
from supply.rules import AlertTiming, Rules
from tests.events import (
    adjusted,
    counted,
    day,
    dispensed,
    instant,
    lot,
    ms,
    received,
    reported,
    returned,
    scheduled,
    unmet,
)
from tests.unit.supply.shelf import Shelf, hospital, medicine

TODAY = day("2026-03-10").toordinal()
TIMINGS = Rules().timings
INPUTS = CpmInputs("ok", "abasto", "normalised", 3, 30.0, (), (), 0, 0)


def place(ven: Any = "V", **levels: Any) -> Place:
    """A hospital with the default levels: half a month, one, four, and 15 days of lead time."""
    found = place_of(hospital(), medicine(ven=ven), Rules())
    return found._replace(levels=msgspec.structs.replace(found.levels, **levels))


def assessed(usable: float | None, cpm: float | None = 90, days: int | None = None, **more: Any) -> Assessment:
    """A position that uses 3 a day unless said otherwise."""
    use = (cpm or 0) / 30
    return Assessment(
        **{
            "at_ms": 0,
            "day": TODAY,
            "month": 2026 * 12 + 2,
            "scale": 1,
            "on_hand": None if usable is None else int(usable),
            "usable": usable,
            "needed": True,
            "cpm": Cpm(cpm, INPUTS),
            "daily_use": use,
            "cover_days": usable / use if usable is not None and use else None,
            "due": (),
            "projection": Projection(days, days, 0),
            "status": "adequate",
            "lead_time": LeadTime(15, "rules"),
            **more,
        }
    )


YES, BETWEEN, NO = (True, False), (False, False), (False, True)


def says(finding: Finding) -> tuple[bool, bool]:
    return finding.holds, finding.over


@pytest.mark.parametrize(
    ("assessment", "expected"),
    [
        (assessed(0), YES),
        (assessed(1), BETWEEN),
        (assessed(8), BETWEEN),
        (assessed(9), NO),
        (assessed(None), NO),
        (assessed(0, cpm=None), YES),
        (assessed(1, cpm=None), NO),
        (assessed(0, needed=False), NO),
    ],
)
def test_stock_out_enters_at_nothing_and_leaves_at_three_days(
    assessment: Assessment, expected: tuple[bool, bool]
) -> None:
    assert says(stock_out.judge(assessment, place(), TIMINGS["stock_out"])) == expected


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


@pytest.mark.parametrize(
    ("ven", "severities"),
    [
        ("V", ["critical", "critical", "high", "medium"]),
        ("E", ["high", "high", "medium", "low"]),
        (None, ["high", "high", "medium", "low"]),
        ("N", ["medium", "medium", "low", "low"]),
    ],
)
def test_severity_comes_from_condition_ven_class_and_days_left(ven: Any, severities: list[str]) -> None:
    found = [
        stock_out.judge(assessed(0), place(ven), AlertTiming()),
        shortage.judge(assessed(21, days=7), place(ven), AlertTiming()),
        shortage.judge(assessed(24, days=8), place(ven), AlertTiming()),
        low_stock.judge(assessed(80), place(ven), AlertTiming()),
    ]
    assert [finding.severity for finding in found] == severities


def test_severity_never_falls_below_the_mildest() -> None:
    assert severity_for("low", "N") == "low"


def test_the_worst_condition_comes_first() -> None:
    assert [rule.condition for rule in RULES][:3] == ["stock_out", "shortage", "low_stock"]
    assert {rule.condition for rule in RULES} <= set(TIMINGS)


def test_who_silences_others_is_judged_before_them() -> None:
    judged = [rule.condition for rule in IN_TURN]
    assert set(judged) == {rule.condition for rule in RULES}
    for rule in RULES:
        assert all(judged.index(silenced) > judged.index(rule.condition) for silenced in rule.silences)


def test_who_silences_whom_is_said_and_the_others_stand_beside_each_other() -> None:
    assert {rule.condition: rule.silences for rule in RULES if rule.silences} == {
        "stock_out": {"shortage", "low_stock"},
        "shortage": {"low_stock", "surplus"},
        "data_quality": {"surplus"},
        "unmet_demand": {"surplus"},
        "demand_surge": {"surplus"},
        "surplus": {"late_arrival"},
    }


# ---------------------------------------------------------------- what people read


def test_what_a_stock_out_says() -> None:
    line = OrderLine("P-1", None, 90, TODAY + 5)
    late = OrderLine("P-2", None, 1, TODAY - 5)
    position = assessed(0, due=(line, late))
    text = stock_out.explain(position, place(), SPANISH)
    assert text == (
        "Sin existencia; CPM 90.0 piezas al mes; por llegar 90 piezas, lo próximo el 2026-03-15; "
        "1 pieza con arribo vencido."
    )
    assert stock_out.explain(position, place(), ENGLISH) == (
        "No stock; CPM 90.0 pieces a month; 90 pieces due, the next on 2026-03-15; 1 piece past the deadline."
    )
    assert stock_out.explain(assessed(7), place(), SPANISH) == (
        "Existencia de 7 piezas, para 2 días; CPM 90.0 piezas al mes; nada por llegar."
    )
    assert stock_out.explain(assessed(2), place(), ENGLISH) == (
        "Stock of 2 pieces, for less than 1 day; CPM 90.0 pieces a month; nothing due."
    )
    assert stock_out.explain(assessed(1250, cpm=None), place(), SPANISH) == (
        "Existencia de 1,250 piezas; sin CPM por falta de datos; nada por llegar."
    )


@pytest.mark.parametrize(
    ("today", "said", "said_in_english"),
    [
        (5, "por llegar 50 piezas, lo próximo el 2026-03-15", "50 pieces due, the next on 2026-03-15"),
        (
            6,
            "sin llegar aún 50 piezas con fecha del 2026-03-15 y plazo hasta el 2026-03-18",
            "50 pieces, due on 2026-03-15, not come yet, deadline 2026-03-18",
        ),
        (9, "50 piezas con arribo vencido", "50 pieces past the deadline"),
    ],
)
def test_what_was_due_and_has_not_come_is_not_called_the_next_arrival(
    today: int, said: str, said_in_english: str
) -> None:
    position = assessed(45, day=TODAY + today, due=(OrderLine("P-1", None, 50, TODAY + 5, deadline=TODAY + 8),))
    assert SPANISH.due(position) == said
    assert ENGLISH.due(position) == said_in_english


def test_what_comes_after_what_has_not_come_is_the_next_arrival() -> None:
    lines = (
        OrderLine("P-1", None, 50, TODAY - 2, deadline=TODAY + 8),
        OrderLine("P-2", None, 1, TODAY - 1, deadline=TODAY + 4),
        OrderLine("P-3", None, 30, TODAY + 5),
    )
    assert SPANISH.due(assessed(45, due=lines)) == (
        "por llegar 30 piezas, lo próximo el 2026-03-15; "
        "sin llegar aún 51 piezas con fecha del 2026-03-08 y plazo hasta el 2026-03-14"
    )


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


def test_what_low_stock_says() -> None:
    assert low_stock.explain(assessed(45), place(), SPANISH) == (
        "Existencia de 45 piezas, 0.5 meses; el mínimo es 1; CPM 90.0 piezas al mes; nada por llegar."
    )
    assert low_stock.explain(assessed(45), place(), ENGLISH) == (
        "Stock of 45 pieces, 0.5 months; the minimum is 1; CPM 90.0 pieces a month; nothing due."
    )


# ----------------------------------------------------------------------- stories

SUPPLIED = [counted(1000, "2025-11-20"), *(dispensed(90, f"{month}-15") for month in ("2025-12", "2026-01", "2026-02"))]
"""A CPM of 90, 3 a day, 730 on hand on 1 March."""


STOCK: tuple[Condition, ...] = ("stock_out", "shortage", "low_stock")


def stock_of(*events: Event, **more: Any) -> Shelf:
    """A shelf of which the alerts about its stock are told."""
    return Shelf(*events, only=STOCK, **more)


def story(*events: Event, until: str = "2026-03-20", **more: Any) -> list[str]:
    """The alerts' transitions of daily evaluations."""
    return stock_of(*SUPPLIED, *events, **more).until(until).story


def test_ample_stock_makes_no_alert() -> None:
    assert story() == []


def test_stock_falls_from_low_to_short_to_out_and_is_refilled() -> None:
    events = [
        counted(80, "2026-03-02 10:00"),
        counted(40, "2026-03-05 10:00"),
        counted(0, "2026-03-08 10:00"),
        received(500, "2026-03-10 10:00"),
    ]
    assert story(*events) == [
        "2026-03-03 low_stock pending medium",
        "2026-03-04 low_stock firing medium",
        "2026-03-06 shortage firing high",
        "2026-03-06 low_stock resolved medium",
        "2026-03-09 stock_out firing critical",
        "2026-03-09 shortage resolved high",
        "2026-03-11 stock_out resolved critical",
    ]


def test_a_superseded_alert_says_so_and_a_cleared_one_why() -> None:
    events = [counted(0, "2026-03-08 10:00"), received(500, "2026-03-10 10:00")]
    shelf = stock_of(*SUPPLIED, counted(40, "2026-03-05 10:00"), *events).until("2026-03-20")
    reasons = {alert.condition: alert.reason for alert in shelf.alerts if alert.state == "resolved"}
    assert reasons["shortage"].startswith("La sustituye otra alerta")
    assert reasons["stock_out"].startswith("La condición dejó de cumplirse: Existencia de 500 piezas")


def test_a_worse_condition_that_is_pending_silences_nothing_yet() -> None:
    held = Rules(timings={**TIMINGS, "stock_out": AlertTiming(hold_days=2)})
    events = [counted(40, "2026-03-05 10:00"), counted(0, "2026-03-08 10:00")]
    assert story(*events, rules=held) == [
        "2026-03-06 shortage firing high",
        "2026-03-09 stock_out pending critical",
        "2026-03-11 stock_out firing critical",
        "2026-03-11 shortage resolved high",
    ]


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


def test_a_shortage_that_comes_back_within_a_week_is_the_same_alert() -> None:
    events = [counted(40, "2026-03-02 10:00"), counted(140, "2026-03-04 10:00"), counted(40, "2026-03-09 10:00")]
    shelf = stock_of(*SUPPLIED, *events).until("2026-03-11")
    assert shelf.story == [
        "2026-03-03 shortage firing high",
        "2026-03-06 shortage resolved high",
        "2026-03-10 shortage firing high",
    ]
    assert len({alert.alert for alert in shelf.alerts}) == 1
    assert [alert.sequence for alert in shelf.alerts] == [1, 2, 3]
    assert {alert.since for alert in shelf.alerts} == {instant("2026-03-03")}


def test_also_when_the_book_was_stored_and_read_again_meanwhile() -> None:
    early = stock_of(*SUPPLIED, counted(40, "2026-03-02 10:00"), counted(140, "2026-03-04 10:00")).until("2026-03-08")
    late = stock_of(counted(40, "2026-03-09 10:00"), changelog=early.changelog).until("2026-03-11")
    assert [(alert.alert, alert.sequence) for alert in late.alerts] == [(early.alerts[0].alert, 3)]


def test_and_later_it_is_a_new_one() -> None:
    events = [counted(40, "2026-03-02 10:00"), counted(140, "2026-03-04 10:00"), counted(40, "2026-03-13 10:00")]
    first, second, third = stock_of(*SUPPLIED, *events).until("2026-03-15").alerts
    assert first.alert == second.alert != third.alert
    assert (third.sequence, third.since) == (1, instant("2026-03-14"))


def test_people_are_reminded_of_what_is_not_mended() -> None:
    """A critical alert every three days, a milder one less often."""
    shelf = stock_of(*SUPPLIED, counted(0, "2026-03-05 10:00")).until("2026-03-13")
    assert [(alert.at.day, alert.state, alert.sequence, alert.repeat) for alert in shelf.alerts] == [
        (6, "firing", 1, False),
        (9, "firing", 2, True),
        (12, "firing", 3, True),
    ]
    mild = stock_of(*SUPPLIED, counted(0, "2026-03-05 10:00"), entries=[medicine(ven="E")]).until("2026-03-14")
    assert [alert.at.day for alert in mild.alerts] == [6, 13]


def test_nobody_is_reminded_where_the_rules_say_never() -> None:
    never = Rules(repeat_days=dict.fromkeys(Rules().repeat_days, 0.0))
    assert len(stock_of(*SUPPLIED, counted(0, "2026-03-05 10:00"), rules=never).until("2026-09-01").alerts) == 1


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


def test_lots_about_to_expire_are_no_stock_for_later() -> None:
    expiring = counted(700, "2026-03-05 10:00", lot(690, "2026-03-18"))
    assert story(expiring, until="2026-03-08") == ["2026-03-07 shortage firing high"]


def test_also_when_they_are_received_in_the_middle_of_a_calm_month() -> None:
    swap = [adjusted(-720, "2026-03-05 10:00", "damaged"), received(720, "2026-03-05 10:00", lot(720, "2026-03-18"))]
    assert story(*swap, until="2026-03-09") == ["2026-03-07 shortage firing high"]


def test_a_sheet_in_the_middle_of_a_calm_month_raises_what_is_needed() -> None:
    sheet = reported("2026-02", 2400, "2026-03-05 10:00")
    assert story(sheet, until="2026-03-09") == [
        "2026-03-06 low_stock pending medium",
        "2026-03-07 low_stock firing medium",
    ]


def test_a_long_lead_time_asks_for_more_than_the_minimum() -> None:
    """76 days' stock, then 73, where a new order takes 75."""
    events = [counted(230, "2026-03-02 10:00"), dispensed(10, "2026-03-10 10:00")]
    assert story(*events, entries=[medicine(lead_time_days=75)]) == ["2026-03-11 shortage firing high"]


def test_expiry_alone_makes_a_stock_out() -> None:
    expiring = counted(700, "2026-02-25 10:00", lot(700, "2026-03-18"))
    assert story(expiring, until="2026-03-21")[-2:] == [
        "2026-03-19 stock_out firing critical",
        "2026-03-19 shortage resolved critical",
    ]


def test_a_stock_out_does_not_end_because_nothing_could_be_used_during_it() -> None:
    """Four months later the window holds nothing but months out."""
    out = counted(0, "2026-02-28 20:00")
    assert story(out, until="2026-09-20") == ["2026-03-01 stock_out firing critical"]
    partial = adjusted(-730, "2026-03-02 10:00", "lost")
    assert story(partial, until="2026-09-20") == ["2026-03-03 stock_out firing critical"]


def test_nor_because_it_is_needed_every_other_month_only() -> None:
    rare = [counted(100, "2025-09-15"), dispensed(9, "2025-10-20"), counted(0, "2025-12-01 10:00")]
    assert stock_of(*rare).until("2026-09-20").story == ["2025-12-02 stock_out firing critical"]


def test_nor_because_its_last_use_is_forgotten() -> None:
    assert story(counted(0, "2026-02-28 20:00"), until="2028-09-20") == ["2026-03-01 stock_out firing critical"]


def test_an_item_that_nobody_uses_any_more_is_not_missed() -> None:
    idle = [counted(100, "2025-09-15"), dispensed(9, "2025-10-20"), counted(0, "2026-03-05 10:00")]
    assert stock_of(*idle).until("2026-09-20").story == []


def test_unless_somebody_asks_for_it() -> None:
    idle = [counted(100, "2025-09-15"), dispensed(9, "2025-10-20"), counted(0, "2026-03-05 10:00")]
    assert stock_of(*idle, unmet(2, "2026-03-09 10:00")).until("2026-03-20").story == [
        "2026-03-10 stock_out firing critical"
    ]


def test_an_item_asked_for_and_never_in_stock_is_out() -> None:
    asked = [counted(0, "2025-09-15"), *(unmet(3, f"2025-{month}-10") for month in (10, 11, 12))]
    assert stock_of(*asked).until("2026-01-20").story == ["2025-10-11 stock_out firing critical"]


def test_an_item_never_counted_makes_no_alert() -> None:
    assert stock_of(dispensed(90, "2026-01-01"), reported("2026-01", 90, "2026-02-01")).until("2026-04-01").story == []


def test_a_shelf_counted_empty_of_what_was_never_here_makes_none_either() -> None:
    assert stock_of(counted(0, "2026-01-01"), scheduled(10, "2026-01-02", "2026-02-01")).until("2026-04-01").story == []


def test_other_items_are_not_watched_unless_the_rules_say_so() -> None:
    other = [medicine(oncology=False)]
    out = counted(0, "2026-03-05 10:00")
    assert story(out, entries=other) == []
    assert story(out, entries=other, rules=Rules(watch="all")) == ["2026-03-06 stock_out firing critical"]


def test_alerts_end_when_the_catalogue_stops_watching_the_item() -> None:
    shelf = stock_of(*SUPPLIED, counted(0, "2026-03-05 10:00")).until("2026-03-10")
    shelf.catalogue.put(medicine(oncology=False))
    shelf.until("2026-03-12")
    assert shelf.story == ["2026-03-06 stock_out firing critical", "2026-03-11 stock_out resolved critical"]
    assert shelf.alerts[-1].reason == "La clave dejó de vigilarse en esta unidad."
    assert shelf.book.open_alerts()["stock_out", "critical"] == 0


@pytest.mark.parametrize("code", ["item|010.000.5432.00", "facility|DFIMS000604"])
def test_and_when_an_entry_leaves_the_catalogue(code: str) -> None:
    shelf = stock_of(*SUPPLIED, counted(0, "2026-03-05 10:00")).until("2026-03-10")
    shelf.catalogue.remove(code)
    assert shelf.until("2026-03-12").story == [
        "2026-03-06 stock_out firing critical",
        "2026-03-11 stock_out resolved critical",
    ]


def test_an_item_that_begins_to_be_watched_is_judged_at_once() -> None:
    """Nothing happens to an item that is out: without an event its alert must come all the same."""
    shelf = stock_of(*SUPPLIED, counted(0, "2026-03-05 10:00"), entries=[medicine(oncology=False)]).until("2026-03-10")
    shelf.catalogue.put(medicine())
    assert shelf.until("2026-03-12").story == ["2026-03-11 stock_out firing critical"]


def test_and_in_service_at_the_next_checkpoint() -> None:
    shelf = stock_of(*SUPPLIED, counted(0, "2026-03-05 10:00"), entries=[medicine(oncology=False)])
    shelf.publish("2026-03-10 15:00")
    shelf.catalogue.put(medicine())
    now = ms("2026-03-10 15:01")
    shelf.book.advance(Reach(now, now))
    shelf.publish("2026-03-10 15:01")
    assert [(alert.condition, alert.at) for alert in shelf.alerts] == [("stock_out", instant("2026-03-10 15:01"))]


def test_a_new_minimum_shows_at_once() -> None:
    shelf = stock_of(*SUPPLIED).until("2026-03-10")
    assert shelf.position.status == "surplus"
    shelf.catalogue.put(medicine(max_months=12))
    assert shelf.until("2026-03-10").position.status == "adequate"


def test_each_alert_carries_the_numbers_behind_it() -> None:
    order = scheduled(200, "2026-02-20", "2026-03-28")
    shelf = stock_of(*SUPPLIED, order, counted(30, "2026-03-05 10:00")).until("2026-03-07")
    alert = shelf.alerts[0]
    assert (alert.condition, alert.state, alert.sequence) == ("shortage", "firing", 1)
    assert alert.since == alert.at
    facts = alert.facts
    assert facts is not None
    assert (facts.usable, facts.cpm, facts.cover_days, facts.lead_time_days) == (30, 90, 10, 15)
    assert facts.cpm_inputs.pieces == 270
    assert [line.quantity for line in facts.due] == [200]
    assert facts.projected_stockout_on == day("2026-03-16")
    assert facts.last_count_on == day("2026-03-05")


def test_a_facility_elsewhere_has_its_own_midnights() -> None:
    shelf = stock_of(*SUPPLIED, counted(0, "2026-03-05 23:30"), entries=[hospital(timezone="America/Tijuana")])
    shelf.until("2026-03-07")
    assert shelf.alerts[0].at.isoformat() == "2026-03-06T08:00:00+00:00"


def test_returns_alone_can_end_a_stock_out() -> None:
    out = [counted(0, "2026-03-05 10:00"), returned(9, "2026-03-07 10:00")]
    assert story(*out, until="2026-03-09")[:2] == [
        "2026-03-06 stock_out firing critical",
        "2026-03-08 stock_out resolved critical",
    ]
