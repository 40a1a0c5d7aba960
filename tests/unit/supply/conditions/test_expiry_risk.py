"""What loss is worth telling, how bad it is, and what it says."""

import datetime as dt

import pytest

from schemas.catalogue import OfficialCpm
from supply.assessment import Assessment
from supply.conditions import expiry_risk
from supply.language import ENGLISH, SPANISH
from supply.observed import Observed
from supply.projection import Projection
from supply.untold import Untold
from tests.events import HOSPITAL, ITEM, counted, day, dispensed, issued, lot, received
from tests.unit.supply.assessed import (
    BETWEEN,
    NO,
    TODAY,
    YES,
    assessed,
    judged,
    out_throughout,
    place,
    severity,
)
from tests.unit.supply.shelf import Shelf, medicine


def lots(unused: float, cpm: float | None = 90, days: int = 100) -> Assessment:
    """A position some pieces of which expire unused in some days."""
    held = 3 * (days + 1) + unused if cpm else unused
    return assessed(
        held, cpm, projection=Projection(None, None, unused), observed=Observed(lots=((days, held),) if held else ())
    )


@pytest.mark.parametrize(
    ("unused", "expected"), [(0, NO), (4.4, NO), (4.5, BETWEEN), (8.9, BETWEEN), (9, YES), (500, YES)]
)
def test_a_tenth_of_a_months_use_is_worth_telling_until_it_is_a_twentieth(
    unused: float, expected: tuple[bool, bool]
) -> None:
    assert judged(expiry_risk.RULE, lots(unused)) == expected


@pytest.mark.parametrize(("unused", "expected"), [(0.4, NO), (0.5, BETWEEN), (0.9, BETWEEN), (1, YES)])
def test_and_one_piece_of_what_nobody_uses(unused: float, expected: tuple[bool, bool]) -> None:
    assert judged(expiry_risk.RULE, lots(unused, cpm=0)) == expected


def test_without_a_cpm_nobody_knows_what_will_be_used() -> None:
    assert judged(expiry_risk.RULE, lots(100, cpm=None)) == NO
    assert judged(expiry_risk.RULE, assessed(None)) == NO


@pytest.mark.parametrize(("days", "expected"), [(59, "high"), (60, "medium")])
def test_what_is_lost_within_sixty_days_is_hard_to_place(days: int, expected: str) -> None:
    assert severity(expiry_risk.RULE, lots(50, days=days)) == expected


def test_what_an_expiry_risk_says() -> None:
    position = lots(50, days=59)
    assert expiry_risk.explain(position, place(), SPANISH) == (
        "Al ritmo de consumo caducarían sin usarse 50 piezas, las primeras el 2026-05-08; existencia de 230 piezas; "
        "CPM 90.0 piezas al mes; nada por llegar."
    )
    assert expiry_risk.explain(position, place(), ENGLISH) == (
        "At the present use 50 pieces would expire unused, the first on 2026-05-08; stock of 230 pieces; "
        "CPM 90.0 pieces a month; nothing due."
    )


def test_one_piece_that_would_expire_is_one() -> None:
    assert expiry_risk.explain(lots(1, days=59), place(), SPANISH).startswith(
        "Al ritmo de consumo caducaría sin usarse 1 pieza, el 2026-05-08; "
    )
    assert expiry_risk.explain(lots(1, days=59), place(), ENGLISH).startswith(
        "At the present use 1 piece would expire unused, on 2026-05-08; "
    )


def test_after_months_without_stock_nobody_knows_what_will_expire_unused_unless_it_is_planned() -> None:
    lots, wasted = ((20, 300.0),), Projection(None, None, 300)
    position = out_throughout(300, lots=lots)._replace(projection=wasted)
    assert judged(expiry_risk.RULE, position) == NO
    assert judged(expiry_risk.RULE, position._replace(planned=10)) == YES
    assert expiry_risk.explain(position, place(), SPANISH) == (
        "No se sabe cuánto caducaría sin usarse: sin existencia en todos los meses del cálculo, el CPM no dice cuánto "
        "se necesita; existencia de 300 piezas."
    )
    assert expiry_risk.explain(position, place(), ENGLISH).startswith("What would expire unused is not known: out of")


def test_what_stands_in_for_the_cpm_of_a_new_item_tells_what_will_expire() -> None:
    registered = OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=30)
    shelf = Shelf(counted(200, "2026-03-03 09:00", lot(150, "2026-03-28")), entries=[registered], only={"expiry_risk"})
    assert shelf.until("2026-03-10").story[-1] == "2026-03-05 expiry_risk firing high"
    assert shelf.position.expires_unused == 131
    assert Shelf(counted(200, "2026-03-03 09:00", lot(150, "2026-03-28"))).until("2026-03-10").story == []


SOLD = [counted(600, "2025-11-20"), *(dispensed(30, f"{month}-15") for month in ("2025-12", "2026-01", "2026-02"))]
"""A CPM of 30, one piece a day."""
EXPIRING = counted(100, "2026-03-02 09:00", lot(60, "2026-03-20", "A"), lot(40, "2026-12-31", "B"))


def test_when_pieces_did_expire_the_end_says_so() -> None:
    told = Shelf(*SOLD, EXPIRING, only=["expiry_risk"]).until("2026-03-23").alerts
    assert (told[-1].state, told[-1].reason, told[-1].reason_en) == (
        "resolved",
        "La condición dejó de cumplirse: Nada caducaría sin usarse; existencia de 40 piezas (60 piezas caducadas en el "
        "anaquel; último registro del 2026-03-02); CPM 30.0 piezas al mes.",
        "The condition is over: Nothing would expire unused; stock of 40 pieces (60 pieces expired on the shelf; last "
        "record of 2026-03-02); CPM 30.0 pieces a month.",
    )


def test_when_they_were_sent_away_in_time_it_does_not() -> None:
    told = Shelf(*SOLD, EXPIRING, issued(60, "2026-03-10 10:00"), only=["expiry_risk"]).until("2026-03-23").alerts
    assert (told[-1].state, told[-1].reason) == (
        "resolved",
        "La condición dejó de cumplirse: Nada caducaría sin usarse; existencia de 40 piezas; CPM 30.0 piezas al mes.",
    )


def test_one_expired_piece_is_one() -> None:
    position = assessed(2, observed=Observed(expired=1))
    assert SPANISH.stock(position) == "Existencia de 2 piezas (1 pieza caducada en el anaquel)"
    assert ENGLISH.stock(position) == "Stock of 2 pieces (1 piece expired on the shelf)"


def test_what_has_expired_stands_behind_what_was_used_untold() -> None:
    position = assessed(7, observed=Observed(expired=22), untold=Untold(7, TODAY - 20), heard_day=TODAY - 20)
    assert SPANISH.stock(position) == (
        "Existencia de 7 piezas según el conteo del 2026-02-18, de las que ya se habrían usado cerca de 7 (la unidad "
        "informa por mes) (22 piezas caducadas en el anaquel)"
    )


def test_a_loss_beyond_the_usual_horizon_is_seen_on_the_day_that_it_can_be() -> None:
    """Supply takes longer than projections look: 150 pieces expire in November, and May sees it."""
    sold = [dispensed(1, f"{day('2026-01-02') + dt.timedelta(3 * number)} 10:00") for number in range(60)]
    shelf = Shelf(
        counted(500, "2026-01-01 08:00", lot(150, "2026-11-25")),
        *sold,
        entries=[medicine(lead_time_days=200, max_months=60)],
        only=["expiry_risk"],
    )
    assert shelf.until("2026-05-13").story == [
        "2026-05-10 expiry_risk pending medium",
        "2026-05-11 expiry_risk firing medium",
    ]


def test_a_stock_out_by_expiry_says_what_lies_there() -> None:
    """There were 60 pieces when it was last heard of."""
    shelf = Shelf(
        counted(270, "2025-11-20 09:00"),
        *(dispensed(90, f"{month}-15 12:00") for month in ("2025-12", "2026-01", "2026-02")),
        received(60, "2026-02-25 09:00", lot(60, "2026-03-10")),
        only=["stock_out"],
    )
    told = shelf.until("2026-03-13").alerts[-1]
    assert told.reason.startswith(
        "Sin existencia (60 piezas caducadas en el anaquel; último registro del 2026-02-25); "
    )
    assert (told.reason_en or "").startswith("No stock (60 pieces expired on the shelf; last record of 2026-02-25); ")
