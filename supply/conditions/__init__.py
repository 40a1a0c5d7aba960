"""The conditions that make alerts.

A new condition is one file here with a `RULE`, and its line in `RULES`, at the end: the heads of stored positions count
by place (`supply.stored`). `docs/conditions.md` says how.
"""

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
