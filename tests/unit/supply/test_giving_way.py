"""Alerts of one position do not contradict each other, nor themselves while they end."""

from tests.events import adjusted, counted, dispensed, lot, received, scheduled
from tests.unit.supply.shelf import Shelf

SUPPLIED = [
    counted(360, "2025-11-20"),
    *(dispensed(90, f"{month}-15") for month in ("2025-12", "2026-01", "2026-02")),
    received(40, "2026-02-20"),
]
"""A CPM of 90, 3 a day, 130 on hand on 1 March."""


def test_a_reminder_of_a_stock_out_says_what_has_come() -> None:
    """Critical is told again after three days; five pieces are less than two days."""
    shelf = Shelf(*SUPPLIED, counted(0, "2026-03-09"), received(5, "2026-03-11"), only=["stock_out"]).until(
        "2026-03-13"
    )
    first, last = shelf.alerts
    assert (first.repeat, last.repeat, str(last.at.date())) == (False, True, "2026-03-13")
    assert last.reason == (
        "Existencia de 5 piezas, para 1 día; CPM 90.0 piezas al mes; nada por llegar. "
        "Llegó algo, pero no alcanza: surta primero lo más urgente y adelante el resto de la entrega."
    )
    assert last.reason_en == (
        "Stock of 5 pieces, for 1 day; CPM 90.0 pieces a month; nothing due. "
        "Something has come, but not enough: serve what is most urgent first, and bring the rest forward."
    )


def test_a_reminder_of_a_surplus_that_comes_down_offers_nothing() -> None:
    events = [received(400, "2026-03-03"), dispensed(90, "2026-03-15"), dispensed(90, "2026-04-05")]
    shelf = Shelf(*SUPPLIED, *events, only=["surplus"]).until("2026-04-11")
    last = shelf.alerts[-1]
    assert (str(last.at.date()), last.repeat) == ("2026-04-10", True)
    assert "nada para prestar" in last.reason
    assert last.reason.endswith("no ofrezca más piezas y siga sin pedir hasta que baje.")
    assert last.reason_en.endswith("offer no more pieces, and order none until it has come down.")


def test_nobody_is_told_to_claim_an_order_and_to_lend_what_there_is_at_once() -> None:
    late = scheduled(60, "2026-02-25", "2026-03-05")
    shelf = Shelf(*SUPPLIED, late, received(300, "2026-03-03"), only=["surplus", "late_arrival"]).until("2026-03-20")
    assert shelf.story == [
        "2026-03-04 surplus pending low",
        "2026-03-06 late_arrival pending medium",
        "2026-03-07 late_arrival firing medium",
        "2026-03-11 surplus firing low",
        "2026-03-11 late_arrival resolved medium",
    ]
    assert shelf.alerts[-1].reason.startswith("La sustituye otra alerta")
    assert "60 piezas con arribo vencido" in shelf.alerts[-2].reason


def test_what_is_about_to_expire_is_no_surplus_and_what_is_late_is_claimed() -> None:
    """430 pieces, for almost five months, all of which expire within a fortnight."""
    late = scheduled(60, "2026-02-25", "2026-03-05")
    came = received(430, "2026-03-03", lot(430, "2026-03-16"))
    used_up = adjusted(-130, "2026-03-02", "expired")
    shelf = Shelf(*SUPPLIED, used_up, late, came, only=["surplus", "late_arrival", "shortage"]).until("2026-03-13")
    assert not any("surplus firing" in line for line in shelf.story)
    assert [line for line in shelf.story if "late" in line] == [
        "2026-03-06 late_arrival pending high",
        "2026-03-07 late_arrival firing high",
        "2026-03-10 late_arrival firing critical",
    ]


def test_what_is_counted_for_the_first_time_may_be_a_surplus() -> None:
    """9 pieces a month were handed out before anybody counted."""
    handed_out = [dispensed(9, "2026-01-08"), dispensed(9, "2026-02-01")]
    shelf = Shelf(*handed_out, counted(200, "2026-03-10 06:00"), only=["surplus"]).until("2026-03-19")
    assert shelf.story == ["2026-03-11 surplus pending low", "2026-03-18 surplus firing low"]
