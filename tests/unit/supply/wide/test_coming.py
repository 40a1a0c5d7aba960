"""What the notice of an item that is short in many places says of what is still to come there, and what it advises."""

import datetime as dt
from typing import Any

import msgspec
import pytest

from schemas.alerts import Alert, AlertPlace
from schemas.rekeyed import StockNote
from supply.wide.subject import read_place, write_place
from supply.wide.thresholds import NationalShortage
from tests.unit.supply.wide.nation import HOSPITALS, Nation, rules, stock

AT_ONCE = NationalShortage(hold_days=0, clear_days=0)


def due(pieces: float, on: str | None = None, late: float = 0) -> dict[str, Any]:
    """What is still to come to a place, and what of it is late."""
    expected = None if on is None else dt.date.fromisoformat(on)
    return {"due_quantity": pieces, "late_quantity": late, "next_due_on": expected}


NOTHING = due(0)


def notice(*places: dict[str, Any], **lender: Any) -> Alert:
    """The notice of a day in March on which three hospitals are out."""
    told = Nation(rules=rules(national=AT_ONCE))
    for hospital, more in zip(HOSPITALS, places, strict=False):
        told.tell(stock(hospital, "2026-03-10", "stock_out", **{"usable": 0, **more}))
    if lender:
        told.tell(stock(HOSPITALS[9], "2026-03-10", **lender))
    (alert,) = told.until("2026-03-10").alerts
    return alert


NO_LENDER_ES = "Ninguna unidad tiene excedente: trátela con compras, no unidad por unidad"
NO_LENDER_EN = "No facility has a surplus: settle it with purchasing, not place by place"


@pytest.mark.parametrize(
    ("places", "said_es", "said_en", "asked_es", "asked_en"),
    [
        (
            [due(5000, "2026-03-26")] * 3,
            "Por llegar 15,000 piezas a 3 de 3 unidades con faltante, lo próximo el 2026-03-26. ",
            "15,000 pieces are due in 3 of 3 facilities short of it, the next on 2026-03-26. ",
            "; adelante las entregas por llegar",
            "; bring forward what is due",
        ),
        (
            [NOTHING, due(1, "2026-03-10"), NOTHING],
            "Por llegar 1 pieza a 1 de 3 unidades con faltante, lo próximo el 2026-03-10. ",
            "1 piece is due in 1 of 3 facilities short of it, the next on 2026-03-10. ",
            "; adelante las entregas por llegar",
            "; bring forward what is due",
        ),
        (
            [due(60, "2026-03-09"), due(40.5, "2026-03-20"), NOTHING],
            "Por llegar 100.5 piezas a 2 de 3 unidades con faltante, lo primero con fecha del 2026-03-09 y sin llegar "
            "aún. ",
            "100.5 pieces are due in 2 of 3 facilities short of it, the first since 2026-03-09 and not come yet. ",
            "; adelante las entregas por llegar",
            "; bring forward what is due",
        ),
        (
            [due(80, "2026-03-20", late=20), due(30, late=30), NOTHING],
            "Por llegar 60 piezas a 1 de 3 unidades con faltante, lo próximo el 2026-03-20; 50 piezas con arribo "
            "vencido en 2 unidades. ",
            "60 pieces are due in 1 of 3 facilities short of it, the next on 2026-03-20; 50 pieces past the deadline "
            "in 2 facilities. ",
            "; adelante las entregas por llegar y reclame las vencidas",
            "; bring forward what is due and claim the late deliveries",
        ),
        (
            [due(1200, late=1200), NOTHING, NOTHING],
            "1,200 piezas con arribo vencido en 1 de 3 unidades con faltante, y nada más por llegar. ",
            "1,200 pieces are past the deadline in 1 of 3 facilities short of it, and nothing else is due. ",
            "; reclame las entregas vencidas",
            "; claim the late deliveries",
        ),
        (
            [NOTHING] * 3,
            "Nada por llegar a las unidades con faltante. ",
            "Nothing is due in the facilities short of it. ",
            "",
            "",
        ),
    ],
    ids=["due", "due today", "awaited", "due and late", "late", "nothing"],
)
def test_what_is_still_to_come_is_told_and_asked_for(
    places: list[dict[str, Any]], said_es: str, said_en: str, asked_es: str, asked_en: str
) -> None:
    alert = notice(*places)
    assert alert.reason.endswith(f"antes de que llegue un pedido. {said_es}{NO_LENDER_ES}{asked_es}.")
    assert alert.reason_en.endswith(f"before an order could arrive. {said_en}{NO_LENDER_EN}{asked_en}.")


def test_beside_a_surplus_it_is_asked_for_too() -> None:
    alert = notice(NOTHING, NOTHING, due(5, "2026-03-12"), usable=500, surplus=120)
    assert alert.reason.endswith("el resto con compras, no unidad por unidad; adelante las entregas por llegar.")
    assert alert.reason_en.endswith("the rest with purchasing, not place by place; bring forward what is due.")


def test_a_part_of_a_piece_is_not_transferred() -> None:
    alert = notice(NOTHING, NOTHING, NOTHING, usable=500, surplus=0.4)
    assert alert.reason_en.endswith(f"{NO_LENDER_EN}.")
    assert all(place.role == "short" for place in alert.places)


def test_who_has_enough_is_not_told_of() -> None:
    alert = notice(NOTHING, NOTHING, NOTHING, usable=500, **due(900, "2026-03-12"))
    assert "Nothing is due" in alert.reason_en


def test_where_a_place_of_an_older_release_has_not_told_nobody_says_that_nothing_is_due() -> None:
    assert notice({}, {}, {}).reason_en.endswith(f"before an order could arrive. {NO_LENDER_EN}.")
    assert "due" not in notice({}, NOTHING, NOTHING).reason_en
    late = notice({}, due(30, late=30), NOTHING)
    assert "30 piezas con arribo vencido en 1 de 3 unidades con faltante. " in late.reason
    assert "30 pieces are past the deadline in 1 of 3 facilities short of it. " in late.reason_en
    assert "40 pieces are due in 1 of 3 " in notice({}, due(40, "2026-03-12"), NOTHING).reason_en


def test_on_the_day_on_which_a_delivery_has_come_nobody_says_that_nothing_is_due() -> None:
    """Its places are short until their alerts are over."""
    come = NOTHING | {"status": "adequate", "usable": 300}
    assert "due" not in notice(come, come, come).reason_en
    assert "Nothing is due" in notice(come, come, NOTHING).reason_en


def test_the_places_are_listed_with_it() -> None:
    alert = notice(due(80, "2026-03-20", late=20), NOTHING, {})
    assert [(place.due_quantity, place.late_quantity, place.next_due_on) for place in alert.places] == [
        (80, 20, dt.date(2026, 3, 20)), (0, 0, None), (None, 0, None),
    ]  # fmt: skip


def test_an_order_that_is_told_makes_no_message_of_its_own() -> None:
    told = Nation(rules=rules(national=AT_ONCE))
    told.tell(*(stock(each, "2026-03-10", "stock_out", usable=0, **NOTHING) for each in HOSPITALS[:3]))
    told.until("2026-03-10")
    told.tell(stock(HOSPITALS[0], "2026-03-11", "stock_out", usable=0, **due(70, "2026-03-20"))).until("2026-03-12")
    assert len(told.alerts) == 1
    reminder = told.until("2026-03-13").alerts[-1]
    assert (reminder.repeat, "70 pieces are due in 1 of 3 " in reminder.reason_en) == (True, True)


OLD = b'{"facility":"DFIMS000001","item":"010.000.5433.00","status":"out",'
"""As the release before wrote it, the rest of a note or of a place of an alert to follow."""


def test_what_a_release_wrote_that_did_not_tell_it_is_read() -> None:
    note = msgspec.json.decode(OLD + b'"note":"stock","at_ms":1773122400000,"usable":0}', type=StockNote)
    place = msgspec.json.decode(OLD + b'"role":"short","as_of":"2026-03-10T06:00:00Z","usable":0}', type=AlertPlace)
    for each in (note, place, read_place(write_place(note))):
        assert (each.due_quantity, each.late_quantity, each.next_due_on) == (None, 0, None)


def test_what_this_release_stores_of_a_place_is_read_again() -> None:
    note = stock(HOSPITALS[0], "2026-03-10", "stock_out", **due(80.5, "2026-03-20", late=20))
    assert read_place(write_place(note)) == note
