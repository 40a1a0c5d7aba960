"""The life of an alert: pending -> firing -> resolved, with separate enter and leave thresholds and hold times.

One alert is open per fingerprint (condition, facility, item). Its number follows from the fingerprint and the instant
the condition first began, so a replay of the same events makes the same alerts and no new ones. A condition that begins
again within the quiet period after its alert was resolved goes on with that alert: same number, next sequence.
"""

from typing import Literal, NamedTuple

import msgspec
import xxhash

from schemas.alerts import SEVERITIES, AlertState, Condition, Severity
from supply.finding import Finding
from supply.rules import DAY_MS, AlertTiming

CLOCK_CHANGE_MS = 3_600_000
"""What a local day is shorter by when the clocks go forward, and longer by when they go back."""


class OpenAlert(msgspec.Struct, array_like=True):
    """An alert that is not resolved; `severity` is an index of `SEVERITIES`.

    `over_since_ms`: since when the leave threshold is met without a break. `began_ms`: when it began again after it had
    been resolved (`None`: never). `milder_since_ms`: since when its condition has been milder than the alert without a
    break, and `milder` the worst it was since. `told_ms`: its last transition or reminder (`None`: an older release
    kept none).
    """

    since_ms: int
    firing: bool
    severity: int
    sequence: int
    over_since_ms: int | None = None
    began_ms: int | None = None
    milder_since_ms: int | None = None
    milder: int = 0
    told_ms: int | None = None


class ResolvedAlert(msgspec.Struct, array_like=True, gc=False):
    """What is remembered of a resolved alert, should its condition begin again."""

    since_ms: int
    sequence: int
    resolved_ms: int


Ending = Literal["cleared", "superseded", "unwatched"]
"""Why an alert is resolved: its condition is over, a worse one took its place, or the item is not watched any more."""


class Transition(NamedTuple):
    """A change of an alert that people are told of; `ending` says why a resolved one is, `repeat` that nothing changed
    and people are reminded."""

    state: AlertState
    severity: Severity
    since_ms: int
    sequence: int
    ending: Ending = "cleared"
    repeat: bool = False


def fingerprint_of(condition: Condition, facility: str, item: str) -> str:
    """128 bits in hex that name condition, facility and item."""
    return xxhash.xxh3_128_hexdigest(f"{condition}|{facility}|{item}".encode())


def alert_number(fingerprint: str, since_ms: int) -> str:
    """128 bits in hex that name one occurrence of a fingerprint."""
    return xxhash.xxh3_128_hexdigest(f"{fingerprint}|{since_ms}".encode())


def follow(
    alert: OpenAlert | None,
    finding: Finding,
    at_ms: int,
    timing: AlertTiming,
    *,
    overruled: Ending | None = None,
    earlier: ResolvedAlert | None = None,
    repeat_days: float = 0.0,
) -> tuple[OpenAlert | None, Transition | None]:
    """What becomes of an alert at an instant, and the transition to publish if its state changed.

    Args:
        alert: the open alert of this fingerprint, changed in place, or `None`.
        finding: what the condition says now.
        at_ms: the instant of the evaluation, never before the last one.
        overruled: why the alert may neither open nor stay, whatever the condition says.
        earlier: the resolved alert of this fingerprint, if one is remembered.
        repeat_days: how long a firing alert of its severity goes without a word before people are reminded; 0: ever.
    """
    if alert is None:
        if overruled is not None or not (finding.holds and finding.opens):
            return None, None
        return _opened(finding, at_ms, timing, earlier)
    if overruled is not None:
        return None, _ended(alert, overruled)
    if not alert.firing:
        if not finding.holds:
            return None, _ended(alert)
        if at_ms < _due(_began(alert), timing.hold_days):
            return alert, None
        alert.firing = True
        alert.severity = SEVERITIES.index(finding.severity)
        return alert, _next(alert, at_ms)
    if finding.frozen:
        return alert, None
    if finding.over:
        if alert.over_since_ms is None:
            alert.over_since_ms = at_ms
        if at_ms >= _due(alert.over_since_ms, timing.clear_days):
            return None, _ended(alert)
        return alert, None
    alert.over_since_ms = None
    if _severity_changed(alert, finding, at_ms, timing) or finding.news:
        return alert, _next(alert, at_ms)
    if alert.told_ms is None:
        alert.told_ms = at_ms
    # Nobody is reminded of a severity that is about to fall: what is told in a few days says the milder one.
    if repeat_days > 0 and alert.milder_since_ms is None and at_ms >= _due(alert.told_ms, repeat_days):
        return alert, _next(alert, at_ms)._replace(repeat=True)
    return alert, None


def may_change_at(alert: OpenAlert, timing: AlertTiming, repeat_days: float) -> int | None:
    """The first instant at which time alone changes an alert or reminds of it, as long as its condition says the same;
    `None`: never."""
    if not alert.firing:
        return _due(_began(alert), timing.hold_days)
    if alert.over_since_ms is not None:
        return _due(alert.over_since_ms, timing.clear_days)
    if alert.milder_since_ms is not None:
        return _due(alert.milder_since_ms, timing.fall_days)
    return None if repeat_days <= 0 or alert.told_ms is None else _due(alert.told_ms, repeat_days)


def _opened(
    finding: Finding, at_ms: int, timing: AlertTiming, earlier: ResolvedAlert | None
) -> tuple[OpenAlert, Transition]:
    firing, severity = timing.hold_days <= 0, SEVERITIES.index(finding.severity)
    if earlier is not None and is_remembered(earlier, at_ms, timing):
        alert = OpenAlert(earlier.since_ms, firing, severity, earlier.sequence + 1, began_ms=at_ms, told_ms=at_ms)
    else:
        alert = OpenAlert(at_ms, firing, severity, 1, told_ms=at_ms)
    return alert, _transition(alert, "firing" if firing else "pending")


def is_remembered(earlier: ResolvedAlert, at_ms: int, timing: AlertTiming) -> bool:
    """Whether a resolved alert would go on if its condition began again now: its quiet period is not over."""
    days = timing.quiet_days
    return days > 0 and at_ms - earlier.resolved_ms <= days * DAY_MS + _slack_ms(days)


def remembered(
    earlier: ResolvedAlert | None, transition: Transition | None, at_ms: int, timing: AlertTiming
) -> ResolvedAlert | None:
    """What to remember after an alert was followed: the one just resolved, or the earlier one in its quiet period."""
    if transition is not None:
        resolved = transition.state == "resolved"
        return ResolvedAlert(transition.since_ms, transition.sequence, at_ms) if resolved else None
    return earlier if earlier is not None and is_remembered(earlier, at_ms, timing) else None


def _severity_changed(alert: OpenAlert, finding: Finding, at_ms: int, timing: AlertTiming) -> bool:
    """Severity rises at once while the condition holds. It falls once the condition has been milder for a while, to the
    worst that it was meanwhile: a figure that goes to and fro does not take the alert with it."""
    now = SEVERITIES.index(finding.severity)
    if now >= alert.severity or finding.no_milder:
        alert.milder_since_ms = None
        if now <= alert.severity or not finding.holds:
            return False
        alert.severity = now
        return True
    if alert.milder_since_ms is None:
        alert.milder_since_ms, alert.milder = at_ms, now
    alert.milder = max(alert.milder, now)
    if at_ms < _due(alert.milder_since_ms, timing.fall_days):
        return False
    alert.severity = alert.milder
    alert.milder_since_ms, alert.milder = (at_ms, now) if now < alert.severity else (None, 0)
    return True


def _began(alert: OpenAlert) -> int:
    return alert.since_ms if alert.began_ms is None else alert.began_ms


def _due(from_ms: int, days: float) -> int:
    """The instant some days later. From midnight to midnight it is as many days also when the clocks go forward
    between; a part of a day is that many hours."""
    return from_ms + round(days * DAY_MS) - _slack_ms(days)


def _slack_ms(days: float) -> int:
    """What so many local days may be off by."""
    return CLOCK_CHANGE_MS if days >= 1 else 0


def _transition(alert: OpenAlert, state: AlertState, ending: Ending = "cleared") -> Transition:
    return Transition(state, SEVERITIES[alert.severity], alert.since_ms, alert.sequence, ending)


def _next(alert: OpenAlert, at_ms: int) -> Transition:
    alert.sequence += 1
    alert.told_ms = at_ms
    return _transition(alert, "firing")


def _ended(alert: OpenAlert, ending: Ending = "cleared") -> Transition:
    alert.sequence += 1
    return _transition(alert, "resolved", ending)
