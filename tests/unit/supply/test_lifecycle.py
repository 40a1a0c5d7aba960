"""The life of an alert: pending, firing, resolved, and how it does not flap."""

import pytest

from schemas.alerts import SEVERITIES, Severity
from supply.finding import Finding
from supply.lifecycle import OpenAlert, Transition, alert_number, fingerprint_of, follow
from supply.rules import AlertTiming
from tests.events import ms

AT_ONCE = AlertTiming()
HELD = AlertTiming(hold_days=1, clear_days=2)

Step = tuple[str, str, Severity]
"""(instant, what the condition says: yes, between, no; severity)"""

SAYS = {"yes": (True, False), "between": (False, False), "no": (False, True)}


def life(timing: AlertTiming, *steps: Step) -> list[str]:
    """The transitions in short, by day of the month."""
    alert: OpenAlert | None = None
    story = []
    for at, says, severity in steps:
        holds, over = SAYS[says]
        alert, transition = follow(alert, Finding(holds, over, severity), ms(at), timing)
        if transition is not None:
            story.append(f"{at[8:]} {transition.state} {transition.severity} {transition.sequence}")
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
            "begins anew after it was over",
            AT_ONCE,
            "yny",
            ["01 firing high 1", "02 resolved high 2", "03 firing high 1"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_alert(what: str, timing: AlertTiming, says: str, story: list[str]) -> None:
    assert life(timing, *days(says)) == story


def test_severity_rises_on_the_same_alert_and_does_not_fall() -> None:
    steps: list[Step] = [
        ("2026-03-01", "yes", "medium"),
        ("2026-03-02", "yes", "critical"),
        ("2026-03-03", "yes", "low"),
        ("2026-03-04", "no", "low"),
    ]
    assert life(AT_ONCE, *steps) == ["01 firing medium 1", "02 firing critical 2", "04 resolved critical 3"]


def test_severity_does_not_rise_while_the_condition_does_not_hold() -> None:
    steps: list[Step] = [("2026-03-01", "yes", "medium"), ("2026-03-02", "between", "critical")]
    assert life(AT_ONCE, *steps) == ["01 firing medium 1"]


def test_a_pending_alert_fires_with_the_worst_it_has_seen() -> None:
    steps: list[Step] = [("2026-03-01", "yes", "medium"), ("2026-03-02", "yes", "high")]
    assert life(HELD, *steps) == ["01 pending medium 1", "02 firing high 2"]


def test_a_day_is_held_from_midnight_to_midnight_also_when_the_clocks_go_forward() -> None:
    first, second = ms("2026-03-08", "America/Tijuana"), ms("2026-03-09", "America/Tijuana")
    assert second - first == 23 * 3_600_000
    finding = Finding(holds=True, over=False, severity="high")
    alert, _ = follow(None, finding, first, HELD)
    _, transition = follow(alert, finding, second, HELD)
    assert transition is not None
    assert transition.state == "firing"


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
