"""The alerts about the stock one after the other: they worsen, give way, come back and are repeated."""

from supply.rules import AlertTiming, Rules
from tests.events import counted, instant, received
from tests.unit.supply.shelf import medicine
from tests.unit.supply.stories import SUPPLIED, stock_of, story


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
    assert reasons["shortage"].startswith(
        "La sustituye la alerta «Desabasto» de la misma clave y unidad, que dice qué hacer. Sin existencia, se agota"
    )
    assert reasons["stock_out"].startswith("La condición dejó de cumplirse: Existencia de 500 piezas")


def test_a_worse_condition_that_is_pending_silences_nothing_yet() -> None:
    held = Rules(timings={"stock_out": AlertTiming(hold_days=2)})
    events = [counted(40, "2026-03-05 10:00"), counted(0, "2026-03-08 10:00")]
    assert story(*events, rules=held) == [
        "2026-03-06 shortage firing high",
        "2026-03-09 stock_out pending critical",
        "2026-03-11 stock_out firing critical",
        "2026-03-11 shortage resolved high",
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
