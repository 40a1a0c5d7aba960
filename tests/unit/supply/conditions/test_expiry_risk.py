"""What loss is worth telling, how bad it is, and what it says."""

import pytest

from supply.assessment import Assessment
from supply.conditions import expiry_risk
from supply.language import ENGLISH, SPANISH
from supply.observed import Observed
from supply.projection import Projection
from tests.unit.supply.assessed import BETWEEN, NO, YES, assessed, judged, out_throughout, place, severity


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
        "Al ritmo de consumo caducarían sin usarse 50 piezas, las primeras el 2026-05-09; existencia de 230 piezas; "
        "CPM 90.0 piezas al mes; nada por llegar."
    )
    assert expiry_risk.explain(position, place(), ENGLISH) == (
        "At the present use 50 pieces would expire unused, the first on 2026-05-09; stock of 230 pieces; "
        "CPM 90.0 pieces a month; nothing due."
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
