"""At which instant exactly time alone changes an alert, or reminds of it."""

from typing import Any

import pytest

from schemas.alerts import SEVERITIES
from supply.finding import Finding
from supply.lifecycle import OpenAlert, ResolvedAlert, Transition, follow, is_remembered, may_change_at
from supply.rules import DAY_MS, AlertTiming
from tests.events import ms

HOUR_MS = 3_600_000
START = ms("2026-03-01")
TWO_DAYS = START + 2 * DAY_MS - HOUR_MS
"""From midnight to midnight, also when the clocks go forward between."""
TIMING = AlertTiming(hold_days=2, clear_days=2, fall_days=2)
HIGH, MEDIUM = SEVERITIES.index("high"), SEVERITIES.index("medium")

HOLDS = Finding(holds=True, over=False, severity="high")
MILDER = Finding(holds=True, over=False, severity="medium")
OVER = Finding(holds=False, over=True, severity="high")

FIRING: dict[str, Any] = {"since_ms": START, "firing": True, "severity": HIGH, "sequence": 2, "told_ms": START}


@pytest.mark.parametrize(
    ("alert", "finding", "transition"),
    [
        (OpenAlert(START, False, HIGH, 1), HOLDS, Transition("firing", "high", START, 2)),
        (OpenAlert(**FIRING, over_since_ms=START), OVER, Transition("resolved", "high", START, 3)),
        (OpenAlert(**FIRING, milder_since_ms=START), MILDER, Transition("firing", "medium", START, 3)),
        (OpenAlert(**FIRING), HOLDS, Transition("firing", "high", START, 3, repeat=True)),
    ],
    ids=["held", "over", "milder", "reminder"],
)
def test_after_two_days_and_no_instant_sooner(alert: OpenAlert, finding: Finding, transition: Transition) -> None:
    assert may_change_at(alert, TIMING, 2) == TWO_DAYS
    assert follow(alert, finding, TWO_DAYS - 1, TIMING, repeat_days=2) == (alert, None)
    assert follow(alert, finding, TWO_DAYS, TIMING, repeat_days=2)[1] == transition


@pytest.mark.parametrize(("days", "due_ms"), [(1 / 24, HOUR_MS), (0.5, 12 * HOUR_MS), (1, 23 * HOUR_MS)])
def test_a_part_of_a_day_is_waited_for_whole(days: float, due_ms: int) -> None:
    """Only a night of the clocks is taken off, and of what is shorter than a day it takes nothing."""
    alert, timing = OpenAlert(START, False, HIGH, 1), AlertTiming(hold_days=days)
    assert may_change_at(alert, timing, 0) == START + due_ms
    assert follow(alert, HOLDS, START + due_ms - 1, timing) == (alert, None)
    assert follow(alert, HOLDS, START + due_ms, timing)[1] == Transition("firing", "high", START, 2)


def test_one_that_fell_to_what_it_is_waits_for_nothing_but_its_reminder() -> None:
    alert = OpenAlert(**FIRING, milder_since_ms=START)
    follow(alert, MILDER, TWO_DAYS, TIMING, repeat_days=9)
    assert (alert.severity, alert.milder_since_ms) == (MEDIUM, None)
    assert may_change_at(alert, TIMING, 9) == TWO_DAYS + 9 * DAY_MS - HOUR_MS


def test_who_is_never_reminded_waits_for_nothing() -> None:
    alert = OpenAlert(**FIRING)
    assert may_change_at(alert, TIMING, 0) is None
    assert follow(alert, HOLDS, TWO_DAYS, TIMING, repeat_days=0) == (alert, None)


@pytest.mark.parametrize(
    ("quiet_days", "later_ms", "remembered"),
    [
        (2, 2 * DAY_MS + HOUR_MS, True),
        (2, 2 * DAY_MS + HOUR_MS + 1, False),
        (1 / 24, HOUR_MS, True),
        (1 / 24, HOUR_MS + 1, False),
        (0, 0, False),
        (0, 1, False),
    ],
)
def test_a_resolved_alert_is_remembered_through_the_last_instant_of_its_quiet_period(
    quiet_days: int, later_ms: int, remembered: bool
) -> None:
    timing = AlertTiming(quiet_days=quiet_days)
    assert is_remembered(ResolvedAlert(START, 2, TWO_DAYS), TWO_DAYS + later_ms, timing) is remembered
