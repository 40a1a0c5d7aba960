"""What a condition says of a position at an instant."""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from schemas.alerts import SEVERITIES, Condition, Severity
from schemas.catalogue import VenClass
from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.language import Language, Sentences
from supply.ledger_state import Ledger
from supply.rules import AlertTiming, Rules

URGENT_DAYS: Final = 7
"""A transfer between facilities takes about a week to arrange: less than that is as bad as being out."""


class Finding(NamedTuple):
    """`holds`: the enter threshold is met. `over`: the leave threshold is met; between the two an open alert stays.
    `news`: while it fires there is something to tell beside its severity. `frozen`: it cannot be judged today, so that
    one that fires stays as it is and is not reminded of. `opens`: an alert may begin of it; where it may not, because
    what holds is old, one that there is goes on. `no_milder`: nothing tells that it is less bad than it was."""

    holds: bool
    over: bool
    severity: Severity
    news: bool = False
    frozen: bool = False
    opens: bool = True
    no_milder: bool = False


NOT_APPLICABLE = Finding(holds=False, over=True, severity="low")


Ask = Literal["order_more", "order_less", "borrow", "lend"]
"""What advice asks for, as far as other advice may ask for the opposite. To offer what would expire unused is not to
lend: nobody here can use it."""
OPPOSITES: Final[tuple[tuple[Ask, Ask], ...]] = (("order_more", "order_less"), ("borrow", "lend"))


class Rule(NamedTuple):
    """A condition that makes alerts.

    `title` is what lists call it, and `timing` what holds where the rules say nothing else.
    `judge` is a pure function of an assessed position. `keep` narrows the bounds within which it need not be asked
    again: as long as the position stays inside, it says nothing new (the flag tells whether its alert is open).

    `explain` makes a sentence with its numbers, in either language. `advise` says what to do as long as it is open,
    which may be something else once the enter threshold is not met any more, or while nothing is due; whatever it says,
    it asks for no more than `asks`. `ended` is what it says when it is over, where the assessed numbers alone do not
    tell why (the ledger may).
    `silences` are the conditions whose alerts give way while one of this condition fires: of two that ask for the
    opposite one must.
    """

    condition: Condition
    title: Sentences
    timing: AlertTiming
    judge: Callable[[Assessment, Place, AlertTiming], Finding]
    keep: Callable[[Assessment, Place, AlertTiming, bool, Bounds], None]
    explain: Callable[[Assessment, Place, Language], str]
    advise: Callable[[Assessment, Place, Finding], Sentences]
    ended: Callable[[Assessment, Ledger, Place, AlertTiming, Language], str] | None = None
    silences: frozenset[Condition] = frozenset()
    asks: frozenset[Ask] = frozenset()


def timing_of(rule: Rule, rules: Rules) -> AlertTiming:
    """When alerts of a condition fire and end, by these rules."""
    return rules.timings.get(rule.condition, rule.timing)


_STEPS_MILDER: dict[VenClass | None, int] = {"V": 0, "E": 1, "N": 2, None: 1}


def severity_for(worst: Severity, ven: VenClass | None) -> Severity:
    """The severity for a vital item; a step milder for an essential or unclassified one, two for a non-essential."""
    return SEVERITIES[max(0, SEVERITIES.index(worst) - _STEPS_MILDER[ven])]
