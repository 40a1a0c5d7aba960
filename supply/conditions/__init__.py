"""The conditions that make alerts. A condition that silences others stands before them.

A new condition is one file here with a `RULE`, its line in `RULES`, at the end (the heads of stored positions count by
place, `supply.stored`), and its `AlertTiming` in `supply.rules`. `docs/conditions.md` says how.
"""

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
