"""Where the conditions beside the stock's own begin and end: every sign of every threshold."""

from pathlib import Path
from typing import Any

import pytest

from supply.assessment import Assessment
from supply.bounds import Bounds
from supply.conditions import (
    RULES,
    cpm_drift,
    data_quality,
    demand_surge,
    expiry_risk,
    late_arrival,
    surplus,
    unmet_demand,
)
from supply.finding import Rule
from supply.language import ENGLISH, SPANISH
from supply.observed import Observed
from supply.orders import OrderLine
from supply.projection import Projection
from tests.events import counted, dispensed
from tests.unit.supply.shelf import Shelf
from tests.unit.supply.test_conditions import BETWEEN, NO, TIMINGS, TODAY, YES, assessed, place, says


def judged(rule: Rule, assessment: Assessment, **at: Any) -> tuple[bool, bool]:
    """What a rule says with the thresholds it has by default."""
    return says(rule.judge(assessment, place()._replace(**at), TIMINGS[rule.condition]))


def severity(rule: Rule, assessment: Assessment, **at: Any) -> str:
    """How bad it says it is for a vital item."""
    return rule.judge(assessment, place()._replace(**at), TIMINGS[rule.condition]).severity


def seen(usable: float | None = 300, cpm: float | None = 90, **observed: Any) -> Assessment:
    """A position with something observed beside its stock, on 10 March."""
    return assessed(usable, cpm, observed=Observed(**observed))


# ------------------------------------------------------------------ late_arrival


def due(deadline: int, usable: float | None = 300, days: int | None = None, **more: Any) -> Assessment:
    """A position that waits for 50 pieces until some days from today."""
    return assessed(
        usable, days=days, due=(OrderLine("P-1", None, 50, TODAY + deadline - 2, TODAY + deadline),), **more
    )


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


# ------------------------------------------------------------------- expiry_risk


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


# ------------------------------------------------------------------------ surplus


@pytest.mark.parametrize(
    ("usable", "expected"), [(0, NO), (324, NO), (325, BETWEEN), (360, BETWEEN), (361, YES), (None, NO)]
)
def test_a_surplus_is_above_four_months_until_it_is_a_tenth_below(
    usable: float | None, expected: tuple[bool, bool]
) -> None:
    assert judged(surplus.RULE, assessed(usable)) == expected


@pytest.mark.parametrize("cpm", [0, None])
def test_what_nobody_uses_has_no_maximum(cpm: float | None) -> None:
    assert judged(surplus.RULE, assessed(1000, cpm=cpm)) == NO


def test_a_surplus_says_how_many_may_be_lent() -> None:
    assert surplus.explain(assessed(500), place(), SPANISH) == (
        "Existencia de 500 piezas, 5.6 meses; el máximo es 4; para prestar: 140 piezas; CPM 90.0 piezas al mes; "
        "nada por llegar."
    )
    assert "; 140 pieces may be lent;" in surplus.explain(assessed(500), place(), ENGLISH)
    assert [surplus.may_be_lent(assessed(usable), place()) for usable in (360.9, 361.5)] == [0, 1]
    assert "; nada para prestar;" in surplus.explain(assessed(340), place(), SPANISH)
    assert "; nothing to lend;" in surplus.explain(assessed(340), place(), ENGLISH)


def test_what_is_above_the_maximum_by_less_than_a_piece_is_no_surplus() -> None:
    assert judged(surplus.RULE, assessed(360.9)) == BETWEEN


# ------------------------------------------------------------------- unmet_demand


@pytest.mark.parametrize(("unmet", "expected"), [(0, NO), (0.5, NO), (1, YES), (40, YES)])
def test_one_piece_not_filled_is_told(unmet: float, expected: tuple[bool, bool]) -> None:
    assert judged(unmet_demand.RULE, seen(unmet=unmet)) == expected
    assert judged(unmet_demand.RULE, seen(usable=None, unmet=unmet)) == expected


@pytest.mark.parametrize(
    ("unmet", "cpm", "expected"),
    [
        (4.4, 90, "medium"),
        (4.5, 90, "high"),
        (22.4, 90, "high"),
        (22.5, 90, "critical"),
        (1, 0, "high"),
        (1, None, "high"),
    ],
)
def test_unmet_demand_is_as_bad_as_its_share_of_a_months_use(unmet: float, cpm: float | None, expected: str) -> None:
    assert severity(unmet_demand.RULE, seen(cpm=cpm, unmet=unmet)) == expected


def test_what_unmet_demand_says() -> None:
    assert unmet_demand.explain(seen(0, unmet=7), place(), SPANISH) == (
        "Sin surtir 7 piezas este mes y el anterior; sin existencia; CPM 90.0 piezas al mes; nada por llegar."
    )
    assert unmet_demand.explain(seen(0, unmet=7), place(), ENGLISH) == (
        "7 pieces not filled this month and last; no stock; CPM 90.0 pieces a month; nothing due."
    )


# ---------------------------------------------------------------------- cpm_drift


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


# ------------------------------------------------------------------- demand_surge


@pytest.mark.parametrize(
    ("share", "used", "expected"),
    [
        (0.24, 500, BETWEEN),
        (0.25, 112.4, BETWEEN),
        (0.25, 112.5, YES),
        (0.25, 33.75, BETWEEN),
        (0.25, 33.7, NO),
        (0.5, 112.4, BETWEEN),
        (0.5, 112.5, YES),
        (0.8, 143, BETWEEN),
        (0.8, 144, YES),
        (0.8, 108, BETWEEN),
        (0.8, 107, NO),
    ],
)
def test_a_surge_is_twice_the_use_until_it_is_half_as_much_again(
    share: float, used: float, expected: tuple[bool, bool]
) -> None:
    assert judged(demand_surge.RULE, seen(used=used, share_gone=share)) == expected


@pytest.mark.parametrize(("used", "expected"), [(3.4, BETWEEN), (3.5, YES)])
def test_and_three_pieces_at_least(used: float, expected: tuple[bool, bool]) -> None:
    assert judged(demand_surge.RULE, seen(cpm=1, used=used, share_gone=0.5)) == expected


@pytest.mark.parametrize("cpm", [0, None])
def test_nothing_surges_without_a_cpm(cpm: float | None) -> None:
    assert judged(demand_surge.RULE, seen(cpm=cpm, used=500, share_gone=0.5)) == NO


@pytest.mark.parametrize(("usable", "expected"), [(90, "high"), (91, "medium"), (None, "medium")])
def test_a_surge_is_worse_where_the_stock_does_not_last_the_lead_time(usable: float | None, expected: str) -> None:
    """93 pieces in half of a March of 31 days: 6 a day, 90 in 15 days."""
    assert severity(demand_surge.RULE, seen(usable, used=93, share_gone=0.5)) == expected


def test_what_a_surge_says() -> None:
    position = seen(60, used=93, share_gone=0.5)
    assert demand_surge.explain(position, place(), SPANISH) == (
        "Van 93 piezas este mes, ritmo de 186.0 piezas al mes; a ese ritmo se agota el 2026-03-20; "
        "existencia de 60 piezas; CPM 90.0 piezas al mes; nada por llegar."
    )
    assert demand_surge.explain(position, place(), ENGLISH) == (
        "93 pieces used this month, a pace of 186.0 pieces a month; at that pace it runs out on 2026-03-20; "
        "stock of 60 pieces; CPM 90.0 pieces a month; nothing due."
    )


@pytest.mark.parametrize(("usable", "told"), [(0, False), (1, True), (2201, True), (2202, False), (999_999_999, False)])
def test_an_end_that_has_come_or_is_more_than_a_year_away_is_not_told(usable: float, told: bool) -> None:
    """Six a day. Stock for millions of days has no date at all."""
    position = seen(usable, used=93, share_gone=0.5)
    assert ("se agota el" in demand_surge.explain(position, place(), SPANISH)) is told
    assert ("runs out on" in demand_surge.explain(position, place(), ENGLISH)) is told


# ------------------------------------------------------------------- data_quality


@pytest.mark.parametrize(("on_hand", "expected"), [(-1, YES), (0, NO), (5, NO), (None, NO)])
def test_a_book_below_zero_is_doubtful(on_hand: int | None, expected: tuple[bool, bool]) -> None:
    assert judged(data_quality.RULE, assessed(on_hand, on_hand=on_hand)) == expected


@pytest.mark.parametrize(
    ("gap", "expected"), [(22, NO), (23, BETWEEN), (44, BETWEEN), (45, YES), (-45, YES), (-23, BETWEEN), (None, NO)]
)
def test_half_a_months_use_between_count_and_book_until_it_is_a_quarter(
    gap: float | None, expected: tuple[bool, bool]
) -> None:
    assert judged(data_quality.RULE, seen(count_gap=gap, counted_on=TODAY)) == expected


@pytest.mark.parametrize(("gap", "expected"), [(4, NO), (5, YES)])
def test_five_pieces_at_least(gap: float, expected: tuple[bool, bool]) -> None:
    assert judged(data_quality.RULE, seen(cpm=1, count_gap=gap, counted_on=TODAY)) == expected


@pytest.mark.parametrize(("days_ago", "expected"), [(30, YES), (31, NO)])
def test_a_gap_of_long_ago_is_history(days_ago: int, expected: tuple[bool, bool]) -> None:
    assert judged(data_quality.RULE, seen(count_gap=100, counted_on=TODAY - days_ago)) == expected


def test_a_gap_that_is_history_says_that_it_ended_for_its_age() -> None:
    rule, timing = data_quality.RULE, TIMINGS["data_quality"]
    assert rule.ended is not None
    old = seen(40, count_gap=-50, counted_on=TODAY - 31)
    assert rule.ended(old, place(), timing, SPANISH) == (
        "La diferencia ya no se sigue: el conteo que la halló (2026-02-07, 50 piezas menos que el libro) tiene 31 días "
        "y el plazo es de 30; existencia de 40 piezas; CPM 90.0 piezas al mes."
    )
    assert rule.ended(old, place(), timing, ENGLISH) == (
        "The gap is not followed any longer: the count that found it (2026-02-07, 50 pieces fewer than the book) is "
        "31 days old and the limit is 30; stock of 40 pieces; CPM 90.0 pieces a month."
    )


def test_a_gap_that_a_count_closed_says_what_the_count_found() -> None:
    rule, timing = data_quality.RULE, TIMINGS["data_quality"]
    assert rule.ended is not None
    small = seen(40, count_gap=2, counted_on=TODAY)
    assert rule.ended(small, place(), timing, SPANISH) == data_quality.explain(small, place(), SPANISH)
    assert rule.ended(small, place(), timing, ENGLISH) == data_quality.explain(small, place(), ENGLISH)


def test_without_a_cpm_nothing_says_what_gap_is_large() -> None:
    assert judged(data_quality.RULE, seen(cpm=None, count_gap=100, counted_on=TODAY)) == NO


def test_a_book_below_zero_is_worse_than_a_gap() -> None:
    assert severity(data_quality.RULE, assessed(0, on_hand=-3)) == "high"
    assert severity(data_quality.RULE, seen(count_gap=100, counted_on=TODAY)) == "medium"


def test_what_doubtful_data_say() -> None:
    assert data_quality.explain(assessed(0, on_hand=-3), place(), SPANISH) == (
        "El libro está 3 piezas por debajo de cero: salió más de lo registrado; CPM 90.0 piezas al mes."
    )
    assert data_quality.explain(assessed(0, on_hand=-3), place(), ENGLISH) == (
        "The book is 3 pieces below zero: more left than was recorded; CPM 90.0 pieces a month."
    )
    fewer = seen(40, count_gap=-50, counted_on=TODAY - 2)
    assert data_quality.explain(fewer, place(), SPANISH) == (
        "El conteo del 2026-03-08 halló 50 piezas menos que el libro; existencia de 40 piezas; CPM 90.0 piezas al mes."
    )
    assert " found 50 pieces fewer than the book;" in data_quality.explain(fewer, place(), ENGLISH)


# ------------------------------------------------------------------ what all share


def test_every_condition_is_compiled_where_rules_are() -> None:
    root = Path(__file__).parents[3]
    setup = (root / "setup.py").read_text()
    files = [path.name for path in (root / "supply" / "conditions").glob("*.py")]
    assert [name for name in files if f'"supply/conditions/{name}"' not in setup] == []
    assert len(files) == len(RULES) + 1


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.condition)
@pytest.mark.parametrize(
    "position",
    [assessed(None, None), assessed(0, None), assessed(0, 0), assessed(500, 0), assessed(500), assessed(0, on_hand=-2)],
    ids=["never counted", "empty, no CPM", "empty, not used", "not used", "ample", "below zero"],
)
def test_each_judges_and_explains_whatever_is_known(rule: Rule, position: Assessment) -> None:
    finding = rule.judge(position, place(), TIMINGS[rule.condition])
    assert not (finding.holds and finding.over)
    for language in (SPANISH, ENGLISH):
        assert rule.explain(position, place(), language).endswith(".")
        assert language.say(*rule.advice).endswith(".")
    for is_open in (True, False):
        bounds = Bounds(position.scale, position.day, 180, position.day + 20)
        rule.keep(position, place(), TIMINGS[rule.condition], is_open, bounds)
        assert position.day < bounds.until_day <= position.day + 20


def test_a_stock_that_nobody_told_anything_of_for_over_a_week_is_said_to_be_of_its_day() -> None:
    told = [counted(100, "2026-01-05"), dispensed(10, "2026-01-05 09:00"), counted(0, "2026-01-06 08:00")]
    alerts = Shelf(*told, only=["stock_out"]).until("2026-01-17").alerts
    dated = {str(alert.at.date()): "as last recorded on 2026-01-06" in (alert.reason_en or "") for alert in alerts}
    assert dated == {"2026-01-07": False, "2026-01-10": False, "2026-01-13": False, "2026-01-16": True}
    assert "Sin existencia según el último registro, del 2026-01-06" in alerts[-1].reason
