"""What a condition says of a position at an instant."""

import datetime as dt
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from schemas.alerts import SEVERITIES, Condition, Severity
from schemas.catalogue import VenClass
from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.rules import AlertTiming

URGENT_DAYS: Final = 7
"""A transfer between facilities takes about a week to arrange: less than that is as bad as being out."""


OLD_NEWS_DAYS: Final = 7
"""A stock that nobody has told anything of for longer is said to be of the day of its last event."""


class Finding(NamedTuple):
    """`holds`: the enter threshold is met. `over`: the leave threshold is met; between the two an open alert stays.
    `news`: while it fires there is something to tell beside its severity."""

    holds: bool
    over: bool
    severity: Severity
    news: bool = False


NOT_APPLICABLE = Finding(holds=False, over=True, severity="low")


class Wording(NamedTuple):
    """What an alert says in one language: a sentence with its numbers, and what to do as long as it is open; `easing`,
    where that is something else while the enter threshold is not met any more and the leave threshold not yet;
    `ended` is what it says when it is over, where the numbers alone do not tell why."""

    explain: Callable[[Assessment, Place], str]
    advice: str
    easing: str = ""
    ended: Callable[[Assessment, Place, AlertTiming], str] | None = None

    def end(self, assessment: Assessment, place: Place, timing: AlertTiming) -> str:
        """What is said when the condition is over."""
        if self.ended is None:
            return self.explain(assessment, place)
        return self.ended(assessment, place, timing)

    def advice_for(self, finding: Finding) -> str:
        """What to do while the condition stands so."""
        return self.advice if finding.holds or not self.easing else self.easing


class Rule(NamedTuple):
    """A condition that makes alerts.

    `judge` is a pure function of an assessed position. `keep` narrows the bounds within which it need not be asked
    again: as long as the position stays inside, it says nothing new (the flag tells whether its alert is open).
    `silences` are the conditions whose alerts give way while one of this condition fires.
    """

    condition: Condition
    judge: Callable[[Assessment, Place, AlertTiming], Finding]
    keep: Callable[[Assessment, Place, AlertTiming, bool, Bounds], None]
    spanish: Wording
    english: Wording
    silences: frozenset[Condition] = frozenset()


_STEPS_MILDER: dict[VenClass | None, int] = {"V": 0, "E": 1, "N": 2, None: 1}


def severity_for(worst: Severity, ven: VenClass | None) -> Severity:
    """The severity for a vital item; a step milder for an essential or unclassified one, two for a non-essential."""
    return SEVERITIES[max(0, SEVERITIES.index(worst) - _STEPS_MILDER[ven])]


def number(quantity: float) -> str:
    """`1,250` or `40.5`, up to three places."""
    return f"{quantity:,.3f}".rstrip("0").rstrip(".")


def percent(share: float, sign: Literal["-", "+"] = "-") -> str:
    """A share as `42 %`, the same in both languages and on every page; `sign` "+" shows also that of more."""
    return f"{share * 100:{sign}.0f} %"


def last_told(assessment: Assessment) -> str | None:
    """The day of the last event, where the stock is no news any more."""
    day = assessment.heard_day
    return date_of(day) if day is not None and assessment.day - day > OLD_NEWS_DAYS else None


def date_of(day: int) -> str:
    """A local day as `2026-05-03`."""
    return dt.date.fromordinal(day).isoformat()
