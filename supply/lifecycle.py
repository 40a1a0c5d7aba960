"""The life of an alert: pending -> firing -> resolved, with separate enter and leave thresholds and hold times.

One alert is open per fingerprint (condition, facility, item). Its number follows from the fingerprint and the instant
the condition began, so a replay of the same events makes the same alerts and no new ones.
"""

from typing import Literal, NamedTuple

import msgspec
import xxhash

from schemas.alerts import SEVERITIES, AlertState, Condition, Severity
from supply.finding import Finding
from supply.rules import DAY_MS, AlertTiming

CLOCK_CHANGE_MS = 3_600_000
"""What a local day is shorter by when the clocks go forward."""


class OpenAlert(msgspec.Struct, array_like=True):
    """An alert that is not resolved; `severity` is an index of `SEVERITIES`, `over_since` when the leave threshold was
    first met without a break."""

    since_ms: int
    firing: bool
    severity: int
    sequence: int
    over_since_ms: int | None = None


Ending = Literal["cleared", "superseded", "unwatched"]
"""Why an alert is resolved: its condition is over, a worse one took its place, or the item is not watched any more."""


class Transition(NamedTuple):
    """A change of an alert that people are told of; `ending` says why a resolved one is."""

    state: AlertState
    severity: Severity
    since_ms: int
    sequence: int
    ending: Ending = "cleared"


def fingerprint_of(condition: Condition, facility: str, item: str) -> str:
    """128 bits in hex that name condition, facility and item."""
    return xxhash.xxh3_128_hexdigest(f"{condition}|{facility}|{item}".encode())


def alert_number(fingerprint: str, since_ms: int) -> str:
    """128 bits in hex that name one occurrence of a fingerprint."""
    return xxhash.xxh3_128_hexdigest(f"{fingerprint}|{since_ms}".encode())


def follow(
    alert: OpenAlert | None, finding: Finding, at_ms: int, timing: AlertTiming, *, overruled: Ending | None = None
) -> tuple[OpenAlert | None, Transition | None]:
    """What becomes of an alert at an instant, and the transition to publish if its state changed.

    Args:
        alert: the open alert of this fingerprint, changed in place, or `None`.
        finding: what the condition says now.
        at_ms: the instant of the evaluation, never before the last one.
        overruled: why the alert may neither open nor stay, whatever the condition says.
    """
    if alert is None:
        if overruled is not None or not finding.holds:
            return None, None
        alert = OpenAlert(at_ms, timing.hold_days <= 0, SEVERITIES.index(finding.severity), 1)
        return alert, _transition(alert, "firing" if alert.firing else "pending")
    if overruled is not None:
        return None, _ended(alert, overruled)
    if not alert.firing:
        if not finding.holds:
            return None, _ended(alert)
        if at_ms - alert.since_ms < _duration_ms(timing.hold_days):
            return alert, None
        alert.firing = True
        alert.severity = max(alert.severity, SEVERITIES.index(finding.severity))
        return alert, _next(alert)
    if finding.over:
        if alert.over_since_ms is None:
            alert.over_since_ms = at_ms
        if at_ms - alert.over_since_ms >= _duration_ms(timing.clear_days):
            return None, _ended(alert)
        return alert, None
    alert.over_since_ms = None
    if finding.holds and SEVERITIES.index(finding.severity) > alert.severity:
        alert.severity = SEVERITIES.index(finding.severity)
        return alert, _next(alert)
    return alert, None


def _duration_ms(days: float) -> float:
    # From midnight to midnight it is as many days also when the clocks go forward between.
    return max(0.0, days * DAY_MS - CLOCK_CHANGE_MS)


def _transition(alert: OpenAlert, state: AlertState, ending: Ending = "cleared") -> Transition:
    return Transition(state, SEVERITIES[alert.severity], alert.since_ms, alert.sequence, ending)


def _next(alert: OpenAlert) -> Transition:
    alert.sequence += 1
    return _transition(alert, "firing")


def _ended(alert: OpenAlert, ending: Ending = "cleared") -> Transition:
    alert.sequence += 1
    return _transition(alert, "resolved", ending)
