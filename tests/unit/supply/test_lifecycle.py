"""The life of an alert: pending, firing, resolved, and how it does not flap."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alerts import SEVERITIES, Severity
from supply.finding import Finding
from supply.lifecycle import (
    OpenAlert,
    ResolvedAlert,
    Transition,
    alert_number,
    fingerprint_of,
    follow,
    may_change_at,
    remembered,
)
from supply.rules import DAY_MS, AlertTiming
from tests.events import ms

AT_ONCE = AlertTiming()
HELD = AlertTiming(hold_days=1, clear_days=2)

Step = tuple[str, str, Severity]
"""(instant, what the condition says: yes, between, no; severity)"""

SAYS = {"yes": (True, False), "between": (False, False), "no": (False, True)}


def life(timing: AlertTiming, *steps: Step, repeat_days: float = 0.0) -> list[str]:
    """The transitions in short, by day of the month."""
    alert: OpenAlert | None = None
    earlier: ResolvedAlert | None = None
    story = []
    for at, says, severity in steps:
        holds, over = SAYS[says]
        alert, transition = follow(
            alert, Finding(holds, over, severity), ms(at), timing, earlier=earlier, repeat_days=repeat_days
        )
        if transition is not None:
            if transition.state == "resolved":
                earlier = ResolvedAlert(transition.since_ms, transition.sequence, ms(at))
            again = " again" if transition.repeat else ""
            story.append(f"{at[8:]} {transition.state} {transition.severity} {transition.sequence}{again}")
    return story


def days(says: str, severity: Severity = "high") -> list[Step]:
    """One step a day from 1 March on: `y` holds, `-` lies between the thresholds, `n` does not hold."""
    words = {"y": "yes", "-": "between", "n": "no"}
    return [(f"2026-03-{number:02d}", words[sign], severity) for number, sign in enumerate(says, start=1)]


@pytest.mark.parametrize(
    ("what", "timing", "says", "story"),
    [
        ("fires at once without a hold", AT_ONCE, "ny", ["02 firing high 1"]),
        ("is over at once without a clear time", AT_ONCE, "yn", ["01 firing high 1", "02 resolved high 2"]),
        ("is pending first, and fires after the hold", HELD, "yyy", ["01 pending high 1", "02 firing high 2"]),
        ("ends pending when the condition does", HELD, "yn", ["01 pending high 1", "02 resolved high 2"]),
        ("ends pending between the thresholds too", HELD, "y-", ["01 pending high 1", "02 resolved high 2"]),
        ("stays between the thresholds", AT_ONCE, "y---", ["01 firing high 1"]),
        ("does not begin between the thresholds", AT_ONCE, "n--", []),
        (
            "is over after the clear time",
            HELD,
            "yynnn",
            ["01 pending high 1", "02 firing high 2", "05 resolved high 3"],
        ),
        (
            "begins its clear time anew when the condition comes back",
            HELD,
            "yynynnn",
            ["01 pending high 1", "02 firing high 2", "07 resolved high 3"],
        ),
        (
            "and when it lies between the thresholds",
            HELD,
            "yyn-nnn",
            ["01 pending high 1", "02 firing high 2", "07 resolved high 3"],
        ),
        (
            "goes on when it begins again soon after it was over",
            AT_ONCE,
            "yny",
            ["01 firing high 1", "02 resolved high 2", "03 firing high 3"],
        ),
        (
            "goes on with a hold as well",
            HELD,
            "yynnnyy",
            ["01 pending high 1", "02 firing high 2", "05 resolved high 3", "06 pending high 4", "07 firing high 5"],
        ),
        (
            "goes on as long as its quiet period lasts, its last day included",
            AlertTiming(quiet_days=2),
            "ynny",
            ["01 firing high 1", "02 resolved high 2", "04 firing high 3"],
        ),
        (
            "begins anew after that",
            AlertTiming(quiet_days=2),
            "ynnny",
            ["01 firing high 1", "02 resolved high 2", "05 firing high 1"],
        ),
        (
            "begins anew at once without a quiet period",
            AlertTiming(quiet_days=0),
            "yny",
            ["01 firing high 1", "02 resolved high 2", "03 firing high 1"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_alert(what: str, timing: AlertTiming, says: str, story: list[str]) -> None:
    assert life(timing, *days(says)) == story


def graded(*severities: Severity, says: str = "") -> list[Step]:
    """One step a day from 1 March on, each of a severity."""
    words = says or "y" * len(severities)
    return [(at, word, severity) for (at, word, _), severity in zip(days(words), severities, strict=True)]


@pytest.mark.parametrize(
    ("what", "severities", "story"),
    [
        ("rises at once", ["medium", "critical"], ["01 firing medium 1", "02 firing critical 2"]),
        ("does not fall at once", ["critical", "medium"], ["01 firing critical 1"]),
        ("falls after two days", ["critical", "low", "low", "low"], ["01 firing critical 1", "04 firing low 2"]),
        (
            "to the worst it was meanwhile",
            ["critical", "low", "high", "low"],
            ["01 firing critical 1", "04 firing high 2"],
        ),
        (
            "and on to what it is, two days later",
            ["critical", "low", "high", "low", "low", "low"],
            ["01 firing critical 1", "04 firing high 2", "06 firing low 3"],
        ),
        ("does not fall when it goes to and fro", ["high", "low", "high", "low", "high"], ["01 firing high 1"]),
        (
            "may rise again the day after it fell",
            ["high", "low", "low", "low", "high"],
            ["01 firing high 1", "04 firing low 2", "05 firing high 3"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_severity(what: str, severities: list[Severity], story: list[str]) -> None:
    assert life(AlertTiming(fall_days=2), *graded(*severities)) == story


def test_severity_falls_between_the_thresholds_as_well_and_not_while_the_alert_ends() -> None:
    falling = graded("high", "low", "low", "low", says="y---")
    assert life(AlertTiming(fall_days=2), *falling) == ["01 firing high 1", "04 firing low 2"]
    ending = graded("high", "low", "low", "low", says="ynnn")
    assert life(AlertTiming(fall_days=2, clear_days=3), *ending) == ["01 firing high 1"]


def test_people_are_reminded_of_an_alert_that_fires_on() -> None:
    assert life(AT_ONCE, *days("yyy-yy"), repeat_days=2) == [
        "01 firing high 1",
        "03 firing high 2 again",
        "05 firing high 3 again",
    ]


def test_a_change_puts_the_reminder_off() -> None:
    steps = graded("medium", "high", "high", "high")
    assert life(AT_ONCE, *steps, repeat_days=2) == ["01 firing medium 1", "02 firing high 2", "04 firing high 3 again"]


def test_nobody_is_reminded_of_a_severity_that_is_about_to_fall() -> None:
    falling = graded("high", "high", "low", "low", "low", "low")
    timing = AlertTiming(fall_days=2)
    assert life(timing, *falling, repeat_days=2) == ["01 firing high 1", "05 firing low 2"]
    swaying = graded("high", "low", "high", "low", "high")
    assert life(timing, *swaying, repeat_days=2) == [
        "01 firing high 1",
        "03 firing high 2 again",
        "05 firing high 3 again",
    ]


def test_nobody_is_reminded_of_a_pending_alert_or_of_one_that_ends() -> None:
    assert life(AlertTiming(hold_days=9, clear_days=9), *days("yyyyyy"), repeat_days=1) == ["01 pending high 1"]
    assert life(AlertTiming(clear_days=9), *days("ynnnnn"), repeat_days=1) == ["01 firing high 1"]


def test_an_alert_of_the_last_release_is_read_and_its_reminder_counts_from_now() -> None:
    stored = msgspec.msgpack.encode([ms("2026-01-01"), True, 2, 4, None])
    alert = msgspec.msgpack.decode(stored, type=OpenAlert)
    finding = Finding(holds=True, over=False, severity="high")
    assert follow(alert, finding, ms("2026-03-01"), AT_ONCE, repeat_days=2) == (alert, None)
    _, transition = follow(alert, finding, ms("2026-03-03"), AT_ONCE, repeat_days=2)
    assert transition == Transition("firing", "high", ms("2026-01-01"), 5, repeat=True)


@given(st.lists(st.sampled_from(["y", "-", "n"]), min_size=1, max_size=8), st.integers(0, 3), st.integers(0, 3))
def test_nothing_happens_before_the_instant_at_which_time_alone_may_change_it(
    says: list[str], hold: int, clear: int
) -> None:
    """What a calm position relies on: asked every hour, an alert changes at that instant or not at all."""
    timing = AlertTiming(hold_days=hold, clear_days=clear, fall_days=1)
    alert: OpenAlert | None = None
    at_ms, finding = ms("2026-03-01"), Finding(holds=True, over=False, severity="high")
    for number, sign in enumerate(says):
        finding = Finding(*SAYS[{"y": "yes", "-": "between", "n": "no"}[sign]], "high" if number % 3 else "critical")
        alert, _ = follow(alert, finding, at_ms, timing, repeat_days=4)
        at_ms += DAY_MS
    if alert is None:
        return
    expected = may_change_at(alert, timing, 4)
    for hour in range(24 * 10):
        changed_at = at_ms + hour * 3_600_000
        alert, transition = follow(alert, finding, changed_at, timing, repeat_days=4)
        if transition is not None:
            assert expected is not None
            assert expected <= changed_at
            break


def test_severity_does_not_rise_while_the_condition_does_not_hold() -> None:
    steps: list[Step] = [("2026-03-01", "yes", "medium"), ("2026-03-02", "between", "critical")]
    assert life(AT_ONCE, *steps) == ["01 firing medium 1"]


@pytest.mark.parametrize("at_first", ["medium", "critical"])
def test_a_pending_alert_fires_as_bad_as_it_is_when_it_fires(at_first: Severity) -> None:
    """Nobody was called while it was pending, so what it was then is nothing to hold on to."""
    steps: list[Step] = [("2026-03-01", "yes", at_first), ("2026-03-02", "yes", "high")]
    assert life(HELD, *steps) == [f"01 pending {at_first} 1", "02 firing high 2"]


def test_a_day_is_held_from_midnight_to_midnight_also_when_the_clocks_go_forward() -> None:
    first, second = ms("2026-03-08", "America/Tijuana"), ms("2026-03-09", "America/Tijuana")
    assert second - first == 23 * 3_600_000
    finding = Finding(holds=True, over=False, severity="high")
    alert, _ = follow(None, finding, first, HELD)
    _, transition = follow(alert, finding, second, HELD)
    assert transition is not None
    assert transition.state == "firing"


@pytest.mark.parametrize(
    ("resolved", "last_day", "hours"),
    [("2026-10-26", "2026-11-02", 169), ("2026-03-02", "2026-03-09", 167), ("2026-05-04", "2026-05-11", 168)],
)
def test_the_quiet_period_takes_in_its_last_midnight_also_when_the_clocks_go_back(
    resolved: str, last_day: str, hours: int
) -> None:
    """Seven days from midnight to midnight, and not the midnight after."""
    zone, timing = "America/Tijuana", AlertTiming(quiet_days=7)
    earlier = ResolvedAlert(ms("2026-02-01"), 2, ms(resolved, zone))
    at_ms = ms(last_day, zone)
    assert at_ms - earlier.resolved_ms == hours * 3_600_000
    finding = Finding(holds=True, over=False, severity="high")
    for begins, transition in (
        (at_ms, Transition("firing", "high", earlier.since_ms, 3)),
        (at_ms + DAY_MS, Transition("firing", "high", at_ms + DAY_MS, 1)),
    ):
        assert follow(None, finding, begins, timing, earlier=earlier)[1] == transition
        assert (remembered(earlier, None, begins, timing) == earlier) is (begins == at_ms)


@pytest.mark.parametrize("ending", ["superseded", "unwatched"])
def test_an_overruled_alert_ends_whatever_its_condition_says(ending: str) -> None:
    finding = Finding(holds=True, over=False, severity="high")
    alert, _ = follow(None, finding, 1000, HELD)
    left, transition = follow(alert, finding, 2000, HELD, overruled=ending)  # type: ignore[arg-type]  # parametrised
    assert left is None
    assert transition == Transition("resolved", "high", 1000, 2, ending)  # type: ignore[arg-type]  # parametrised
    assert follow(None, finding, 3000, AT_ONCE, overruled="superseded") == (None, None)


def test_numbers_follow_from_what_the_alert_is_about_alone() -> None:
    fingerprint = fingerprint_of("stock_out", "DFIMS000604", "010.000.5432.00")
    assert fingerprint == "b2bd791c5c4201e737d354acc554c5c8"
    assert fingerprint != fingerprint_of("shortage", "DFIMS000604", "010.000.5432.00")
    assert alert_number(fingerprint, 1000) == alert_number(fingerprint, 1000)
    assert alert_number(fingerprint, 1000) != alert_number(fingerprint, 1001)


def test_severities_are_ordered_mildest_first() -> None:
    assert SEVERITIES == ("low", "medium", "high", "critical")


@pytest.mark.parametrize("fall_days", [0.0, 3.0])
def test_what_nothing_tells_to_be_less_bad_gets_worse_and_no_milder(fall_days: float) -> None:
    timing = AlertTiming(fall_days=fall_days)
    alert, _ = follow(None, Finding(holds=True, over=False, severity="high"), ms("2026-03-01"), timing)
    steps: list[tuple[str, Severity, bool]] = [("10", "medium", False), ("20", "critical", True), ("30", "low", False)]
    for at, severity, told in steps:
        finding = Finding(holds=True, over=False, severity=severity, no_milder=True)
        alert, transition = follow(alert, finding, ms(f"2026-03-{at}"), timing)
        assert (transition is not None) == told
    assert alert is not None
    assert SEVERITIES[alert.severity] == "critical"
    assert alert.milder_since_ms is None
