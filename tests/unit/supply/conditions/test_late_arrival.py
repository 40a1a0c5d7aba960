"""When an arrival is late, how bad that is, and what it says."""

from typing import Any

import pytest

from supply.assessment import Assessment
from supply.bounds import Bounds
from supply.conditions import late_arrival
from supply.language import ENGLISH, SPANISH
from supply.lead_times import LeadTime
from supply.observed import Observed
from supply.orders import OrderLine
from supply.rules import Rules, StockLevels
from tests.events import adjusted, counted, dispensed, lot, received, scheduled
from tests.unit.supply.assessed import BETWEEN, NO, TIMINGS, TODAY, YES, assessed, judged, place, says, severity
from tests.unit.supply.shelf import Shelf
from tests.unit.supply.stories import SUPPLIED


def due(
    deadline: int, usable: float | None = 300, days: int | None = None, pieces: int = 50, **more: Any
) -> Assessment:
    """A position that waits for 50 pieces until some days from today."""
    line = OrderLine("P-1", None, pieces, TODAY + deadline - 2, TODAY + deadline)
    return assessed(usable, days=days, due=(line,), **more)


@pytest.mark.parametrize(("deadline", "expected"), [(1, NO), (0, NO), (-1, YES), (-40, YES)])
def test_an_arrival_is_late_the_day_after_its_deadline(deadline: int, expected: tuple[bool, bool]) -> None:
    assert judged(late_arrival.RULE, due(deadline)) == expected
    assert judged(late_arrival.RULE, due(deadline, usable=None)) == expected


def test_a_line_without_a_deadline_is_late_after_its_day() -> None:
    lines = [OrderLine("P-1", None, 50, TODAY + expected) for expected in (0, -1)]
    assert [judged(late_arrival.RULE, assessed(300, due=(line,))) for line in lines] == [NO, YES]


def test_who_allows_more_days_is_told_later() -> None:
    patient = TIMINGS["late_arrival"].__class__(enter_days=5)
    found = [late_arrival.judge(due(-late), place(), patient) for late in (4, 5)]
    assert [says(each) for each in found] == [BETWEEN, YES]


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, "critical"), (7, "critical"), (8, "high"), (15, "high"), (16, "medium"), (None, "medium")],
)
def test_a_late_arrival_is_as_bad_as_the_stock_is_short_without_it(days: int | None, expected: str) -> None:
    assert severity(late_arrival.RULE, due(-1, days=days)) == expected


def test_late_pieces_that_nobody_needs_are_not_urgent() -> None:
    assert severity(late_arrival.RULE, due(-1, 0, 0, needed=False)) == "medium"


@pytest.mark.parametrize(("lead_days", "above"), [(2, 24), (7, 24), (8, 27), (40, 123)])
def test_one_that_fires_is_left_alone_while_the_stock_lasts_longer_than_it_would_be_urgent(
    lead_days: int, above: int
) -> None:
    """Three a day, reckoned with the lead time that was observed, not with the 15 days of the rules."""
    bounds, timing = Bounds(1, TODAY, 180, TODAY + 20), TIMINGS["late_arrival"]
    position = due(-1, lead_time=LeadTime(lead_days, "observed"))
    late_arrival.keep(position, place(), timing, True, bounds)
    assert bounds.above == above + 1
    for days in range(above // 3, 0, -1):
        worse = due(-1, 3 * days, days, lead_time=position.lead_time)
        if late_arrival.judge(worse, place(), timing).severity != "medium":
            assert bounds.above > 3 * days


@pytest.mark.parametrize(("last_day", "above"), [(5, 3 * 16 + 60), (35, 3 * 16 + 60), (36, 3 * 16)])
def test_also_every_lot_may_go_to_waste_that_expires_meanwhile(last_day: int, above: int) -> None:
    """Twenty days of calm, and fifteen from the last of them on."""
    bounds = Bounds(1, TODAY, 180, TODAY + 20)
    position = due(-1, observed=Observed(lots=((last_day, 60.0),)))
    late_arrival.keep(position, place(), TIMINGS["late_arrival"], True, bounds)
    assert bounds.above == above + 1


def test_a_late_arrival_gets_urgent_in_a_calm_month_also_where_supply_takes_two_days() -> None:
    """No other condition looks at a stock for five days: the minimum is three, and a shortage begins at two."""
    quick = StockLevels(critical_months=0.05, min_months=0.1, lead_time_days=2)
    events = [
        adjusted(-430, "2026-02-20 10:00", "damaged"),
        scheduled(200, "2026-02-20", "2026-03-05"),
        adjusted(-285, "2026-03-10 10:00", "damaged"),
    ]
    shelf = Shelf(*SUPPLIED, *events, rules=Rules(levels={"hospital": quick}), only=["late_arrival"])
    assert shelf.until("2026-03-12").story == [
        "2026-03-06 late_arrival pending medium",
        "2026-03-07 late_arrival firing medium",
        "2026-03-11 late_arrival firing critical",
    ]


def test_a_late_arrival_gets_milder_the_day_after_a_count_finds_more() -> None:
    """The count brings no calm to what was looked at with next to nothing: the next two days are news."""
    told = [
        dispensed(3, "2026-01-03 06:00"),
        counted(0, "2026-01-03 06:00"),
        scheduled(1, "2026-01-03 06:00", "2026-01-03"),
        counted(9, "2026-02-01 06:00", lot(4, "2026-02-01", "L0"), lot(5, "2026-02-03", "L1")),
        counted(11, "2026-02-02 06:00"),
    ]
    assert Shelf(*told, only=["late_arrival"]).until("2026-02-20").story == [
        "2026-01-04 late_arrival pending critical",
        "2026-01-05 late_arrival firing critical",
        "2026-02-04 late_arrival firing medium",
    ]


def test_what_a_late_arrival_says() -> None:
    position = due(-3, 45, 15)
    assert late_arrival.explain(position, place(), SPANISH) == (
        "El pedido P-1 debió llegar el 2026-03-07, hace 3 días; faltan 50 piezas; existencia de 45 piezas; "
        "sin ello se agota el 2026-03-25."
    )
    assert late_arrival.explain(position, place(), ENGLISH) == (
        "Order P-1 should have come by 2026-03-07, 3 days ago; 50 pieces missing; stock of 45 pieces; "
        "without it the stock runs out on 2026-03-25."
    )
    assert late_arrival.explain(assessed(45), place(), SPANISH).startswith("Ningún arribo vencido")


def test_what_is_due_beside_what_is_late_counts() -> None:
    """Five pieces are late, and nine hundred come the next day."""
    shelf = Shelf(
        counted(191, "2025-11-20 09:00"),
        dispensed(90, "2025-12-15 12:00"),
        dispensed(90, "2026-01-15 12:00"),
        received(7, "2026-01-28 09:00"),
        scheduled(5, "2026-02-01 09:00", "2026-02-05", order="LATE"),
        scheduled(900, "2026-02-01 09:00", "2026-02-08", order="BIG"),
    )
    (told,) = [each for each in shelf.until("2026-02-07 12:00").alerts if each.condition == "late_arrival"][-1:]
    assert (told.condition, told.severity) == ("late_arrival", "medium")
    assert told.reason.startswith(
        "El pedido LATE debió llegar el 2026-02-05, hace 2 días; faltan 5 piezas; existencia de 18 piezas según el "
        "último registro, del 2026-01-28; además por llegar 900 piezas, lo próximo el 2026-02-08; sin lo vencido no se "
        "prevé que se agote. "
    )
    assert (told.reason_en or "").startswith(
        "Order LATE should have come by 2026-02-05, 2 days ago; 5 pieces missing; stock of 18 pieces as last recorded "
        "on 2026-01-28; besides, 900 pieces due, the next on 2026-02-08; no stock-out is projected without "
        "what is late. "
    )


@pytest.mark.parametrize(("usable", "stock"), [(0, "sin existencia."), (None, "existencia nunca contada.")])
def test_what_is_out_already_or_was_never_counted_does_not_run_out_on_a_day(usable: float | None, stock: str) -> None:
    told = late_arrival.explain(due(-3, usable, 0), place(), SPANISH)
    assert told.endswith(f"; faltan 50 piezas; {stock}")
    assert "runs out" not in late_arrival.explain(due(-3, usable, 0), place(), ENGLISH)


@pytest.mark.parametrize(
    ("days", "spanish", "english"),
    [
        (0, "; sin ello se agota hoy.", "; without it the stock runs out today."),
        (None, "; sin ello no se prevé que se agote.", "; no stock-out is projected without it."),
    ],
)
def test_what_is_left_does(days: int | None, spanish: str, english: str) -> None:
    assert late_arrival.explain(due(-3, 1, days), place(), SPANISH).endswith(spanish)
    assert late_arrival.explain(due(-3, 1, days), place(), ENGLISH).endswith(english)


def test_one_piece_is_one() -> None:
    assert "; falta 1 pieza; " in late_arrival.explain(due(-3, pieces=1), place(), SPANISH)
    assert "; 1 piece missing; " in late_arrival.explain(due(-3, pieces=1), place(), ENGLISH)
    assert "; faltan 0.1 piezas; " in late_arrival.explain(due(-3, pieces=1, scale=10), place(), SPANISH)


def test_what_never_came_says_so_when_it_is_given_up() -> None:
    told = Shelf(*SUPPLIED, scheduled(200, "2026-02-20", "2026-03-05"), only=["late_arrival"]).until("2027-03-10")
    assert told.story[-1] == "2027-03-06 late_arrival resolved medium"
    assert "Lo que debió llegar en 2026-03 no llegó completo y después de 12 meses ya no se sigue. " in (
        told.alerts[-1].reason
    )
    assert "What should have come in 2026-03 never came whole, and is not followed any longer after 12 months. " in (
        told.alerts[-1].reason_en
    )
    line = adjusted(-430, "2026-02-20 10:00", "damaged"), scheduled(200, "2026-02-20 11:00", "2026-03-05")
    came = Shelf(*SUPPLIED, *line, only=["late_arrival"]).until("2026-03-08")
    came.tell(received(200, "2026-03-08 10:00", order="P-1"))
    ended = came.until("2026-03-12").alerts[-1]
    assert (ended.state, "never came" in ended.reason_en) == ("resolved", False)
