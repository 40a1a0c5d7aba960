"""When the registered CPM differs, which way is worse, and what it says."""

from typing import Any

import pytest

from supply.conditions import cpm_drift
from supply.language import ENGLISH, SPANISH
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
    used_in_months,
)


def registered(cpm: float) -> dict[str, Any]:
    """A place with a registered CPM, and a later one that is not in force yet."""
    return {"official": ((0, cpm), (TODAY + 1, 1e6))}


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        (100, NO),
        (120, NO),
        (121, BETWEEN),
        (130, BETWEEN),
        (131, YES),
        (80, NO),
        (79, BETWEEN),
        (70, BETWEEN),
        (69, YES),
        (0, YES),
        (None, NO),
    ],
)
def test_a_cpm_drifts_when_it_is_three_tenths_off_until_it_is_two(
    observed: float | None, expected: tuple[bool, bool]
) -> None:
    assert judged(cpm_drift.RULE, assessed(300, cpm=observed), **registered(100)) == expected


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        ((131, 131, 131), YES),
        ((130, 131, 131), BETWEEN),
        ((90, 90, 213), BETWEEN),
        ((100, 131, 161, 131), YES),
        ((100, 100, 100, 161, 161, 161), YES),
        ((100, 100, 100, 160, 160, 160), BETWEEN),
        ((131, 131), YES),
        ((131,), BETWEEN),
        ((), BETWEEN),
    ],
)
def test_each_month_by_itself_says_so_and_one_large_one_is_no_drift(
    months: tuple[float, ...], expected: tuple[bool, bool]
) -> None:
    assert (
        judged(cpm_drift.RULE, assessed(300, cpm=131, by_month=used_in_months(*months)), **registered(100)) == expected
    )
    lower = used_in_months(*(200 - pieces for pieces in months))
    assert judged(cpm_drift.RULE, assessed(300, cpm=69, by_month=lower), **registered(100)) == expected


@pytest.mark.parametrize(("observed", "expected"), [(130, BETWEEN), (130.1, YES), (70, BETWEEN), (69.9, YES)])
def test_three_tenths_off_is_no_drift_yet_however_far_off_its_months_are(
    observed: float, expected: tuple[bool, bool]
) -> None:
    months = used_in_months(*[160] * 3) if observed > 100 else used_in_months(*[40] * 3)
    assert judged(cpm_drift.RULE, assessed(300, cpm=observed, by_month=months), **registered(100)) == expected


def test_a_campaign_does_not_drift_from_the_months_before_it_but_a_first_cpm_does() -> None:
    months = assessed(300, cpm=90)
    begins = TODAY - 3
    assert judged(cpm_drift.RULE, months, official=((0, 90.0), (begins, 200.0))) == BETWEEN
    assert judged(cpm_drift.RULE, months, official=((begins, 200.0),)) == YES
    assert judged(cpm_drift.RULE, months, official=((0, 200.0), (begins, 90.0))) == NO
    assert judged(cpm_drift.RULE, months, official=((0, 200.0), (begins, 210.0))) == YES


@pytest.mark.parametrize(("observed", "expected"), [(3.9, NO), (4, YES)])
def test_three_pieces_a_month_at_least(observed: float, expected: tuple[bool, bool]) -> None:
    assert judged(cpm_drift.RULE, assessed(300, cpm=observed), **registered(1)) == expected


def test_nothing_drifts_from_what_is_not_registered_but_from_zero_it_does() -> None:
    assert judged(cpm_drift.RULE, assessed(300)) == NO
    assert judged(cpm_drift.RULE, assessed(300), official=((TODAY + 1, 10.0),)) == NO
    assert judged(cpm_drift.RULE, assessed(300), **registered(0)) == YES


@pytest.mark.parametrize(("observed", "expected"), [(50, "low"), (150, "medium"), (199, "medium"), (200, "high")])
def test_too_low_a_registered_cpm_is_worse_than_too_high_a_one(observed: float, expected: str) -> None:
    assert severity(cpm_drift.RULE, assessed(300, cpm=observed), **registered(100)) == expected


def test_what_a_drift_says() -> None:
    at = place()._replace(**registered(60))
    assert cpm_drift.explain(assessed(45), at, SPANISH) == (
        "CPM registrado 60.0 piezas al mes, observado 90.0 piezas al mes (+50 %); existencia de 45 piezas; "
        "nada por llegar."
    )
    assert cpm_drift.explain(assessed(45), at, ENGLISH) == (
        "Registered CPM 60.0 pieces a month, observed 90.0 pieces a month (+50 %); stock of 45 pieces; nothing due."
    )


def test_nothing_is_a_share_more_than_none() -> None:
    at = place()._replace(**registered(0))
    assert cpm_drift.explain(assessed(45), at, ENGLISH) == (
        "Registered CPM 0.0 pieces a month, observed 90.0 pieces a month; stock of 45 pieces; nothing due."
    )


@pytest.mark.parametrize("cpm", [0, 20])
def test_out_of_stock_in_every_month_nothing_is_observed_that_could_differ(cpm: float) -> None:
    at = place()._replace(**registered(90))
    assert judged(cpm_drift.RULE, out_throughout(0, cpm), **registered(90)) == NO
    assert cpm_drift.explain(out_throughout(0, cpm), at, SPANISH) == (
        "CPM registrado 90.0 piezas al mes; sin existencia en todos los meses del cálculo, el CPM no dice cuánto se "
        "necesita; sin existencia."
    )
    assert cpm_drift.explain(out_throughout(0, cpm), at, ENGLISH) == (
        "Registered CPM 90.0 pieces a month; out of stock in every month of the window, so the CPM does not tell what "
        "is needed; no stock."
    )


def test_a_drift_that_ended_with_its_registered_cpm_says_that_this_one_is_missing() -> None:
    ended = place()._replace(official=((0, 60.0), (TODAY, None)))
    assert judged(cpm_drift.RULE, assessed(45), official=ended.official) == NO
    assert cpm_drift.explain(assessed(45), ended, SPANISH) == (
        "Sin CPM registrado vigente, observado 90.0 piezas al mes; existencia de 45 piezas."
    )
    assert cpm_drift.explain(assessed(45), ended, ENGLISH) == (
        "No registered CPM in force, observed 90.0 pieces a month; stock of 45 pieces."
    )
    unknown = assessed(45, cpm=None)
    assert cpm_drift.explain(unknown, ended, SPANISH) == (
        "Sin CPM registrado vigente; sin CPM no se sabe cuánto se usa; existencia de 45 piezas."
    )
    assert cpm_drift.explain(unknown, ended, ENGLISH) == (
        "No registered CPM in force; without a CPM nobody knows what is used; stock of 45 pieces."
    )
