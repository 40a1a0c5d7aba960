"""The conditions that make alerts, the worst first: one that is open silences those after it at the same position.

A new condition is one file here with a `RULE`, its line in `RULES` and its `AlertTiming` in `supply.rules.Rules`.
"""

from supply.conditions import low_stock, shortage, stock_out
from supply.finding import Rule

RULES: tuple[Rule, ...] = (stock_out.RULE, shortage.RULE, low_stock.RULE)
