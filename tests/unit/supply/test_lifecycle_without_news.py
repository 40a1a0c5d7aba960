"""What an alert makes of a day that tells nothing new: it cannot be judged, or what it finds is old."""

from supply.finding import Finding
from supply.lifecycle import (
    OpenAlert,
    ResolvedAlert,
    Transition,
    follow,
)
from tests.events import ms
from tests.unit.supply.test_lifecycle import AT_ONCE, HELD


def test_what_cannot_be_judged_today_stays_as_it_is_without_a_word() -> None:
    """Neither milder nor over, and its reminder waits; what is only pending ends."""
    frozen = Finding(holds=False, over=False, severity="low", frozen=True)
    alert = OpenAlert(ms("2026-03-01"), True, 2, 1, told_ms=ms("2026-03-01"))
    for day in range(2, 9):
        assert follow(alert, frozen, ms(f"2026-03-{day:02d}"), AT_ONCE, repeat_days=3) == (alert, None)
    assert alert == OpenAlert(ms("2026-03-01"), True, 2, 1, told_ms=ms("2026-03-01"))
    _, transition = follow(alert, Finding(True, False, "high"), ms("2026-03-09"), AT_ONCE, repeat_days=3)
    assert transition == Transition("firing", "high", ms("2026-03-01"), 2, repeat=True)
    left, transition = follow(OpenAlert(ms("2026-03-01"), False, 2, 1), frozen, ms("2026-03-02"), HELD)
    assert left is None
    assert transition is not None
    assert transition.state == "resolved"


def test_what_is_old_begins_no_alert_and_keeps_the_one_that_there_is() -> None:
    old = Finding(holds=True, over=False, severity="high", opens=False)
    assert follow(None, old, ms("2026-03-01"), AT_ONCE) == (None, None)
    earlier = ResolvedAlert(ms("2026-02-01"), 3, ms("2026-02-28"))
    assert follow(None, old, ms("2026-03-01"), AT_ONCE, earlier=earlier) == (None, None)
    pending = OpenAlert(ms("2026-03-01"), False, 2, 1, told_ms=ms("2026-03-01"))
    alert, transition = follow(pending, old, ms("2026-03-02"), HELD)
    assert (alert, transition) == (pending, Transition("firing", "high", ms("2026-03-01"), 2))
    assert follow(alert, old, ms("2026-03-03"), HELD) == (alert, None)
