"""Where a use is planned, an empty shelf is as bad as what goes without: nothing, as long as more comes before."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.catalogue import CatalogueEntry, VenClass
from schemas.events import Event
from supply.demand import plan_of, use_from
from supply.projection import days_until_out, unused_at_expiry
from tests.events import cancelled, counted, dispensed, received, scheduled
from tests.thoroughness import cases
from tests.unit.supply.plans import HORIZON, TODAY, Spans, of_days, on, plans, profile
from tests.unit.supply.shelf import Shelf, medicine, position
from tests.unit.supply.test_demand import each_day, uses
from tests.unit.supply.test_projection import Changes, changes, stocks

EVERY_THREE_WEEKS = profile(*(on(f"2026-{date}", 5, treatments=1) for date in ("03-05", "03-26", "04-16", "05-07")))
BOTH_GIVEN: list[Event] = [
    counted(10, "2026-03-01 09:00"),
    dispensed(5, "2026-03-05 10:00"),
    dispensed(5, "2026-03-26 10:00"),
]
"""Empty from 26 March on; the next treatment is on 16 April."""


def severe(*events: Event, until: str = "2026-04-16") -> list[str]:
    """What of stock-outs and shortages a coordinator is told."""
    shelf = Shelf(*BOTH_GIVEN, *events, entries=[EVERY_THREE_WEEKS], only={"stock_out", "shortage"})
    return shelf.until(until).story


def test_an_order_that_comes_before_the_next_treatment_makes_no_emergency_of_an_empty_shelf() -> None:
    assert severe(scheduled(40, "2026-03-02", "2026-04-03"), received(40, "2026-04-03 09:00", order="P-1")) == [
        "2026-03-27 stock_out firing medium",
        "2026-04-04 stock_out resolved medium",
    ]


def test_in_the_last_week_before_it_somebody_must_look_at_it_again() -> None:
    assert severe(scheduled(40, "2026-03-02", "2026-04-10"), received(40, "2026-04-10 09:00", order="P-1")) == [
        "2026-03-27 stock_out firing medium",
        "2026-04-09 stock_out firing high",
        "2026-04-11 stock_out resolved high",
    ]


@pytest.mark.parametrize(
    ("what", "events", "then"),
    [
        ("it is late", [scheduled(40, "2026-03-02", "2026-04-03")], ["2026-04-04 stock_out firing critical"]),
        (
            "it may still come on its deadline, which is after the treatment",
            [scheduled(40, "2026-03-02", "2026-04-03", deadline="2026-04-20")],
            ["2026-04-04 stock_out firing critical"],
        ),
        (
            "it is cancelled",
            [scheduled(40, "2026-03-02", "2026-04-10"), cancelled("2026-03-30 10:00")],
            ["2026-03-31 stock_out firing high", "2026-04-01 stock_out firing critical"],
        ),
        (
            "it is put off until after the treatment",
            [scheduled(40, "2026-03-02", "2026-04-10"), scheduled(40, "2026-04-05 10:00", "2026-04-20")],
            ["2026-04-06 stock_out firing critical"],
        ),
    ],
)
def test_an_order_counts_only_as_long_as_it_comes_before(what: str, events: list[Event], then: list[str]) -> None:
    assert severe(*events) == ["2026-03-27 stock_out firing medium", *then], what


def test_one_that_is_too_small_leaves_a_treatment_without() -> None:
    assert severe(scheduled(4, "2026-03-02", "2026-04-10")) == [
        "2026-03-27 stock_out firing high",
        "2026-04-01 stock_out firing critical",
    ]


def test_the_sentence_says_which_orders_must_not_be_late() -> None:
    orders = [scheduled(2, "2026-03-02", "2026-04-08", "P-1"), scheduled(40, "2026-03-02", "2026-04-10", "P-2")]
    further = scheduled(40, "2026-03-02", "2026-04-12", "P-3")
    shelf = Shelf(*BOTH_GIVEN, *orders, further, entries=[EVERY_THREE_WEEKS], only={"stock_out"})
    (alert,) = shelf.until("2026-03-28").alerts
    assert (
        "el 2026-04-08; el uso planeado para el 2026-04-16 lo cubre el pedido P-1, P-2 si llega a más tardar "
        "el 2026-04-10. Asegure que llegue a tiempo para el próximo uso: confirme la fecha con el proveedor"
    ) in alert.reason
    assert (
        "on 2026-04-08; the use planned for 2026-04-16 is covered by order P-1, P-2 if it comes by 2026-04-10. "
        "See that it comes in time for the next use: confirm the date with the supplier"
    ) in alert.reason_en


def test_with_nothing_due_there_is_time_to_order_until_the_lead_time() -> None:
    shelf = Shelf(*BOTH_GIVEN, entries=[EVERY_THREE_WEEKS], only={"stock_out"}).until("2026-04-02")
    assert shelf.story == ["2026-03-27 stock_out firing high", "2026-04-01 stock_out firing critical"]
    early, late = shelf.alerts
    assert "nothing due; the next use is planned for 2026-04-16. Order today what is missing" in early.reason_en
    assert "nada por llegar; el próximo uso planeado es el 2026-04-16. Pida hoy lo que falta" in early.reason
    assert "; 1 planned treatment not covered before more can come. Ask for a transfer" in late.reason_en


def test_an_order_that_can_wait_a_month_is_no_haste() -> None:
    """Nothing is used until June, and supply takes 15 days: it is no haste until the middle of April."""
    pause = profile(on("2026-03-02", 0, until="2026-05-31"))
    told = Shelf(*BOTH_GIVEN, entries=[pause], only={"stock_out"}).until("2026-05-10")
    assert told.story == ["2026-03-27 stock_out firing medium", "2026-04-17 stock_out firing high"]
    early, late = (next(a for a in told.alerts if a.severity == severity) for severity in ("medium", "high"))
    assert early.reason_en.endswith("; nothing due. No haste: plan the order in time for the next use.")
    assert early.reason.endswith("; nada por llegar. No urge: programe el pedido a tiempo para el próximo uso.")
    assert "; no se usa nada hasta el 2026-06-01. Pida hoy lo que falta" in late.reason
    assert late.reason_en.endswith("; nothing is used until 2026-06-01. Order today what is missing for the next use.")


@pytest.mark.parametrize(("ven", "expected"), [("V", "medium"), ("E", "low"), ("N", "low")])
def test_it_goes_by_the_class_of_the_medicine_as_all_does(ven: VenClass, expected: str) -> None:
    entries: list[CatalogueEntry] = [medicine(ven=ven), EVERY_THREE_WEEKS]
    order = scheduled(40, "2026-03-02", "2026-04-03")
    shelf = Shelf(*BOTH_GIVEN, order, entries=entries, only={"stock_out"}).until("2026-03-28")
    assert shelf.story == [f"2026-03-27 stock_out firing {expected}"]


def test_an_empty_shelf_between_two_treatments_is_no_shortage_to_come() -> None:
    order = scheduled(40, "2026-03-02", "2026-04-10")
    assert severe(order, until="2026-03-26") == []
    slow, plan = medicine(lead_time_days=40), profile(on("2026-04-08", 10), on("2026-04-20", 10))
    for more, status in (([order], "low"), ([], "critical")):
        found = position(counted(10, "2026-03-10"), *more, at="2026-03-19", entries=[slow, plan])
        assert (found.status, str(found.projected_stockout_on)) == (status, "2026-04-09")


def test_a_shortage_names_the_use_that_goes_without() -> None:
    plan = profile(on("2026-03-10", 5), on("2026-03-20", 5))
    shelf = Shelf(counted(5, "2026-03-06"), entries=[plan], only={"shortage"})
    (alert,) = shelf.until("2026-03-08").alerts
    assert "runs out on 2026-03-11 and does not cover the use planned for 2026-03-20, in 13 days;" in alert.reason_en
    assert "se agota el 2026-03-11 y no cubre el uso planeado para el 2026-03-20, en 13 días;" in alert.reason
    shelf.tell(scheduled(9, "2026-03-08 12:00", "2026-03-19"))
    over = shelf.until("2026-03-11").alerts[-1]
    assert over.state == "resolved"
    assert "runs out on 2026-03-11; what is due covers the planned use;" in over.reason_en


@given(stocks(), uses, plans(), changes, st.booleans())
@cases(300)
def test_who_goes_without_first_is_who_the_walk_from_day_to_day_finds(
    stock: tuple[int, Changes], use: Fraction, spans: Spans, due: Changes, empty: bool
) -> None:
    usable, lots = (0, []) if empty else stock
    steps = use_from(plan_of(of_days(spans)), TODAY.toordinal(), float(use))
    moved = sorted([*due, *unused_at_expiry(lots, steps)])
    assert days_until_out(usable, steps, moved, HORIZON, empty_is_out=False) == first_without(
        usable, each_day(spans, use, HORIZON + 1), lots, due
    )


def first_without(usable: int, use: list[Fraction], lots: Changes, due: Changes) -> int | None:
    """What is due comes, what is past its day leaves; the first day that uses more than there is."""
    left = [Fraction(pieces) for _, pieces in lots]
    other = Fraction(usable) - sum(left)
    for today, needed in enumerate(use):
        other += sum(pieces for on_day, pieces in due if on_day == today)
        left = [Fraction(0) if lots[number][0] < today else held for number, held in enumerate(left)]
        if sum(left) + other < needed:
            return today
        rest = needed
        for number, held in enumerate(left):
            left[number] -= min(held, rest)
            rest -= min(held, rest)
        other -= rest
    return None
