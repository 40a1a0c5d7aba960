"""The life of an alert: pending -> firing -> resolved, with separate enter and leave thresholds and hold times.

One alert is open per fingerprint (condition, facility, item). Its number follows from the fingerprint and the instant
the condition began, so a replay of the same events makes the same alerts and no new ones.
"""

from typing import NamedTuple

import msgspec
import xxhash

from schemas.alerts import SEVERITIES, AlertState, Condition, Severity
from supply.finding import Finding
from supply.rules import DAY_MS, AlertTiming


class OpenAlert(msgspec.Struct, array_like=True):
    """An alert that is not resolved; `severity` is an index of `SEVERITIES`, `over_since` when the leave threshold was
    first met without a break."""

    since_ms: int
    firing: bool
    severity: int
    sequence: int
    over_since_ms: int | None = None


class Transition(NamedTuple):
    """A change of an alert that people are told of; `superseded` when a worse condition took over."""

    state: AlertState
    severity: Severity
    since_ms: int
    sequence: int
    superseded: bool = False


def fingerprint_of(condition: Condition, facility: str, item: str) -> str:
    """128 bits in hex that name condition, facility and item."""
    return xxhash.xxh3_128_hexdigest(f"{condition}|{facility}|{item}".encode())


def alert_number(fingerprint: str, since_ms: int) -> str:
    """128 bits in hex that name one occurrence of a fingerprint."""
    return xxhash.xxh3_128_hexdigest(f"{fingerprint}|{since_ms}".encode())


def follow(
    alert: OpenAlert | None, finding: Finding, at_ms: int, timing: AlertTiming, *, silenced: bool
) -> tuple[OpenAlert | None, Transition | None]:
    """What becomes of an alert at an instant, and the transition to publish if its state changed.

    Args:
        alert: the open alert of this fingerprint, changed in place, or `None`.
        finding: what the condition says now.
        at_ms: the instant of the evaluation, never before the last one.
        silenced: a worse condition is open here: this one neither opens nor stays.
    """
    if alert is None:
        if silenced or not finding.holds:
            return None, None
        alert = OpenAlert(at_ms, timing.hold_days <= 0, SEVERITIES.index(finding.severity), 1)
        return alert, _transition(alert, "firing" if alert.firing else "pending")
    if silenced:
        return None, _ended(alert, superseded=True)
    if not alert.firing:
        if not finding.holds:
            return None, _ended(alert)
        if at_ms - alert.since_ms < timing.hold_days * DAY_MS:
            return alert, None
        alert.firing = True
        alert.severity = max(alert.severity, SEVERITIES.index(finding.severity))
        return alert, _next(alert)
    if finding.over:
        if alert.over_since_ms is None:
            alert.over_since_ms = at_ms
        if at_ms - alert.over_since_ms >= timing.clear_days * DAY_MS:
            return None, _ended(alert)
        return alert, None
    alert.over_since_ms = None
    if finding.holds and SEVERITIES.index(finding.severity) > alert.severity:
        alert.severity = SEVERITIES.index(finding.severity)
        return alert, _next(alert)
    return alert, None


def _transition(alert: OpenAlert, state: AlertState, *, superseded: bool = False) -> Transition:
    return Transition(state, SEVERITIES[alert.severity], alert.since_ms, alert.sequence, superseded)


def _next(alert: OpenAlert) -> Transition:
    alert.sequence += 1
    return _transition(alert, "firing")


def _ended(alert: OpenAlert, *, superseded: bool = False) -> Transition:
    alert.sequence += 1
    return _transition(alert, "resolved", superseded=superseded)
