"""Judged positions made by hand, to ask conditions of."""

from typing import Any

import msgspec

from schemas.positions import CpmInputs
from supply.assessment import Assessment, Place
from supply.conditions import RULES
from supply.cpm import Cpm
from supply.finding import Finding, Rule
from supply.lead_times import LeadTime
from supply.observed import Observed
from supply.places import place_of
from supply.projection import Projection
from supply.rules import Rules
from tests.events import day
from tests.unit.supply.shelf import hospital, medicine

TODAY = day("2026-03-10").toordinal()
MONTH = 2026 * 12 + 2
"""That of today."""
TIMINGS = {rule.condition: rule.timing for rule in RULES}
INPUTS = CpmInputs("ok", "abasto", "normalised", 3, 30.0, (), (), 0, 0)


def place(ven: Any = "V", **levels: Any) -> Place:
    """A hospital with the default levels: half a month, one, four, and 15 days of lead time."""
    found = place_of(hospital(), medicine(ven=ven), Rules())
    return found._replace(levels=msgspec.structs.replace(found.levels, **levels))


def used_in_months(*pieces: float) -> tuple[tuple[int, float], ...]:
    """The use of the last months."""
    return tuple(zip(range(MONTH - len(pieces), MONTH), pieces, strict=True))


def assessed(usable: float | None, cpm: float | None = 90, days: int | None = None, **more: Any) -> Assessment:
    """A position that uses 3 a day unless said otherwise."""
    use = (cpm or 0) / 30
    lasts = usable / use if usable is not None and use else None
    return Assessment(
        **{
            "at_ms": 0,
            "day": TODAY,
            "month": MONTH,
            "scale": 1,
            "on_hand": None if usable is None else int(usable),
            "usable": usable,
            "needed": True,
            "cpm": Cpm(cpm, INPUTS),
            "daily_use": use,
            "cover_days": lasts,
            "months": None if usable is None or not cpm else usable / cpm,
            "by_month": used_in_months(cpm, cpm, cpm) if cpm is not None else (),
            "due": (),
            "projection": Projection(days, days, 0),
            "status": "adequate",
            "lead_time": LeadTime(15, "rules"),
            **more,
        }
    )


def out_throughout(usable: float | None = 0, cpm: float = 0, **observed: Any) -> Assessment:
    """A position that was out of stock in every month that its CPM looks at."""
    inputs = msgspec.structs.replace(INPUTS, state="uncorrected")
    return seen(usable, cpm, **observed)._replace(cpm=Cpm(cpm, inputs))


def seen(usable: float | None = 300, cpm: float | None = 90, **observed: Any) -> Assessment:
    """A position with something observed beside its stock, on 10 March."""
    return assessed(usable, cpm, observed=Observed(**observed))


YES, BETWEEN, NO = (True, False), (False, False), (False, True)


def says(finding: Finding) -> tuple[bool, bool]:
    return finding.holds, finding.over


def judged(rule: Rule, assessment: Assessment, **at: Any) -> tuple[bool, bool]:
    """What a rule says with the thresholds it has by default."""
    return says(rule.judge(assessment, place()._replace(**at), TIMINGS[rule.condition]))


def severity(rule: Rule, assessment: Assessment, **at: Any) -> str:
    """How bad it says it is for a vital item."""
    return rule.judge(assessment, place()._replace(**at), TIMINGS[rule.condition]).severity
