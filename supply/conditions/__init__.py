"""The conditions that make alerts.

A new condition is one file here with a `RULE`, and its line in `RULES`, at the end: the heads of stored positions count
by place (`supply.stored`). `docs/conditions.md` says how.
"""

from collections.abc import Mapping

from schemas.alerts import Condition
from supply.conditions import (
    cpm_drift,
    data_quality,
    demand_surge,
    expiry_risk,
    late_arrival,
    low_stock,
    shortage,
    stock_out,
    surplus,
    unmet_demand,
)
from supply.finding import Rule
from supply.lifecycle import OpenAlert

RULES: tuple[Rule, ...] = (
    stock_out.RULE,
    shortage.RULE,
    low_stock.RULE,
    late_arrival.RULE,
    expiry_risk.RULE,
    data_quality.RULE,
    unmet_demand.RULE,
    demand_surge.RULE,
    surplus.RULE,
    cpm_drift.RULE,
)
"""By their place in stored heads."""


def _in_turn(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    turn: list[Rule] = []
    left = list(rules)
    while left:
        silenced = frozenset[Condition]().union(*[rule.silences for rule in left])
        rule = next(rule for rule in left if rule.condition not in silenced)
        left.remove(rule)
        turn.append(rule)
    return tuple(turn)


IN_TURN: tuple[Rule, ...] = _in_turn(RULES)
"""The same in the order in which they are judged: who silences others before them."""

_DOUBTS: frozenset[Condition] = frozenset([rule.condition for rule in RULES if "surplus" in rule.silences])


def is_surplus_in_doubt(alerts: Mapping[Condition, OpenAlert]) -> bool:
    """Whether an alert fires that silences a surplus: what is missing, asked for or about to be used is offered to
    nobody."""
    return any(alert.firing and condition in _DOUBTS for condition, alert in alerts.items())
