"""What alerts ask of a coordinator: never the opposite of each other, and nothing that is not there."""

import itertools
import re

import pytest

from schemas.alerts import Condition
from supply.assessment import Assessment
from supply.conditions import RULES
from supply.finding import OPPOSITES, Ask, Rule
from supply.language import ENGLISH, SPANISH
from supply.observed import Observed
from supply.orders import OrderLine
from supply.projection import project
from tests.unit.supply.assessed import TIMINGS, TODAY, assessed, place

BY_NAME = {rule.condition: rule for rule in RULES}
COMING, LATE = OrderLine("P-1", None, 50, TODAY + 5), OrderLine("P-2", None, 50, TODAY - 5)
HEARD = TODAY - 20


def position(
    usable: float,
    cpm: float | None,
    due: tuple[OrderLine, ...],
    used: float = 40,
    expiring: float = 0,
    unmet: float = 0,
) -> Assessment:
    """A position on 10 March of which nothing was told for three weeks."""
    lots, use = ((30, expiring),) if expiring else (), [(0, (cpm or 0) / 30)]
    arrivals = [(line.expected_on - TODAY, float(line.outstanding)) for line in due if line.expected_on >= TODAY]
    return assessed(
        usable,
        cpm,
        due=due,
        use=use,
        projection=project(usable, use, lots, arrivals, 180),
        observed=Observed(
            used=used, share_gone=0.3, unmet=unmet, lots=lots, largest=20, count_gap=-40, counted_on=TODAY - 1
        ),
        heard_day=HEARD,
    )


POSITIONS = [
    position(usable, cpm, due, used, min(usable, expiring), unmet)
    for usable in (0, 5, 60, 200, 400)
    for cpm in (None, 0, 10, 90)
    for due in ((), (COMING,), (LATE,), (COMING, LATE))
    for used in (0, 150)
    for expiring in (0, 40, 400)
    for unmet in (0, 30)
]


def test_of_two_alerts_that_ask_for_the_opposite_one_silences_the_other() -> None:
    opposite = {pair for one, other in OPPOSITES for pair in ((one, other), (other, one))}
    for one, other in itertools.combinations(RULES, 2):
        if any((ask, asked) in opposite for ask in one.asks for asked in other.asks):
            assert other.condition in one.silences or one.condition in other.silences, (one.condition, other.condition)


def fire_together(assessment: Assessment) -> list[Rule]:
    """The rules that hold of a position, but for those that others silence."""
    hold = [rule for rule in RULES if rule.judge(assessment, place(), TIMINGS[rule.condition]).holds]
    silenced = frozenset[Condition]().union(*[rule.silences for rule in hold])
    return [rule for rule in hold if rule.condition not in silenced]


MEANT: dict[Ask, str] = {
    "order_more": "adelante|reclame|compre|compra urgente|aumente|revise el pedido",
    "order_less": "detenga|no pida|sin pedir",
    "borrow": "pida (hoy )?un traspaso",
    "lend": "ofrezca el excedente|ofrezca más",
}
MEANT_IN_ENGLISH: dict[Ask, str] = {
    "order_more": "forward|claim|buy|raise|check this month's order",
    "order_less": "hold|order none",
    "borrow": "ask for a transfer",
    "lend": "offer the surplus|offer no more",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.condition)
def test_a_rule_asks_for_what_its_advice_says_in_both_languages(rule: Rule) -> None:
    said: set[Ask] = set()
    for assessment in POSITIONS:
        finding = rule.judge(assessment, place(), TIMINGS[rule.condition])
        for holds in (True, False):
            es, en = rule.advise(assessment, place(), finding._replace(holds=holds))
            asked = {ask for ask, words in MEANT.items() if re.search(words, es, re.IGNORECASE)}
            assert asked == {ask for ask, words in MEANT_IN_ENGLISH.items() if re.search(words, en, re.IGNORECASE)}
            said |= asked
    assert said == rule.asks


def test_whatever_is_known_no_two_alerts_that_fire_together_ask_for_the_opposite() -> None:
    together = [fire_together(assessment) for assessment in POSITIONS]
    for rules in together:
        asks = frozenset[Ask]().union(*[rule.asks for rule in rules])
        assert not any(one in asks and other in asks for one, other in OPPOSITES)
    # What they are asked of is no empty list: all conditions but the drift of a registered CPM come up.
    assert {rule.condition for rules in together for rule in rules} == BY_NAME.keys() - {"cpm_drift"}


OF_A_DELIVERY = re.compile("entrega|pedidos que faltan|delivery|bring|what is on order", re.IGNORECASE)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.condition)
def test_where_nothing_is_due_no_alert_speaks_of_what_is_to_come(rule: Rule) -> None:
    for assessment in POSITIONS:
        finding = rule.judge(assessment, place(), TIMINGS[rule.condition])
        if assessment.due or rule.condition == "late_arrival":
            continue
        for holds in (True, False):
            for said in rule.advise(assessment, place(), finding._replace(holds=holds)):
                assert not OF_A_DELIVERY.search(said)


@pytest.mark.parametrize(
    ("condition", "said"), [("shortage", "reclame la entrega"), ("stock_out", "reclame la entrega")]
)
def test_what_is_late_is_claimed_not_brought_forward(condition: Condition, said: str) -> None:
    rule, late = BY_NAME[condition], position(0, 90, (LATE,))
    finding = rule.judge(late, place(), TIMINGS[condition])
    for holds in (True, False):
        assert said in rule.advise(late, place(), finding._replace(holds=holds)).es.lower()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.condition)
def test_no_alert_tells_of_an_old_stock_without_its_day(rule: Rule) -> None:
    below_zero = position(0, 90, ())._replace(on_hand=-3)
    for assessment in (*POSITIONS, below_zero):
        for language in (SPANISH, ENGLISH):
            assert "2026-02-18" in rule.explain(assessment, place(), language)


@pytest.mark.parametrize("condition", ["stock_out", "shortage", "low_stock", "late_arrival", "surplus", "expiry_risk"])
def test_who_speaks_of_a_stock_that_expires_says_how_much_and_when(condition: Condition) -> None:
    """40 of 60 expire after a month, 10 of them used by then."""
    expiring = position(60, 10, (LATE,), expiring=40)
    assert expiring.projection.expires_unused == pytest.approx(40 - 31 / 3)
    for language in (SPANISH, ENGLISH):
        said = BY_NAME[condition].explain(expiring, place(), language)
        assert "29.7" in said
        assert "2026-04-09" in said
